#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "ledger/sqlite.hpp"

// Opening a ledger file and refusing what is not one of ours.
namespace payferry::ledger {

// Where a symbolic link leads, also to nothing yet: SQLite keeps its files there, and the link has to stay.
std::filesystem::path followed(std::filesystem::path path);

// Where SQLite keeps what it has not yet written into the ledger's file itself.
std::filesystem::path write_ahead_log_of(const std::filesystem::path& path);

// The words of an SQLite error for the user: what happened and what is safe to do.
Error explain_file(const DatabaseError& error, const std::filesystem::path& path);

// Makes folder (0700) and file (0600) where there are none; sets the durability that everything rests on;
// makes or checks the schema and the owner. Throws DatabaseError; other refusals are errors.
Result<std::unique_ptr<SqliteDatabase>> open_file_for_writing(const std::filesystem::path& path,
                                                              const Owner& owner);
// Errors: ledger, where there is no file, or it is none of ours.
Result<std::unique_ptr<SqliteDatabase>> open_file_for_reading(const std::filesystem::path& path,
                                                              Touch touch = Touch::journal);
// Whether there is a file that is not empty. Errors: ledger: it cannot be looked at, or is no file.
Result<bool> is_file_there(const std::filesystem::path& path);

}  // namespace payferry::ledger
