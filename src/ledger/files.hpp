#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "ledger/sqlite.hpp"

// Opening a ledger file and refusing what is not one of ours.
namespace payferry::ledger {

// The words of an SQLite error for the user: what happened and what is safe to do.
Error explain(const SqliteError& error, const std::filesystem::path& path);

// Makes folder (0700) and file (0600) where there are none; sets the durability that everything rests on;
// makes or checks the schema and the owner. Throws SqliteError; other refusals are errors.
Result<std::unique_ptr<Database>> open_for_writing(const std::filesystem::path& path, const Owner& owner);
// Errors: ledger, where there is no file, or it is none of ours.
Result<std::unique_ptr<Database>> open_for_reading(const std::filesystem::path& path);
Result<Owner> read_owner(Database& database, const std::filesystem::path& path);

// Tells whether the file that the path names is still the one that was opened.
class FileIdentity {
 public:
  explicit FileIdentity(const std::filesystem::path& path);
  bool still_there() const;

 private:
  std::filesystem::path path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace payferry::ledger
