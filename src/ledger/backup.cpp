#include "ledger/backup.hpp"

#include <fmt/format.h>

#include "ledger/copy.hpp"
#include "ledger/files.hpp"

namespace payferry::ledger {
namespace {

bool is_whole(Database& database) {
  Statement looked(database, "PRAGMA quick_check(1)");
  return looked.bind().next() && looked.text(0) == "ok";
}

}  // namespace

Result<void> backup(const LedgerPlace& place, const std::filesystem::path& to) {
  if (!place.is_file())
    return make_error(Errc::ledger,
                      fmt::format("ledger {}: a server's database is backed up by the server's own "
                                  "means, such as `pg_dump --format=custom`; nothing was written",
                                  place.string()));
  const std::filesystem::path& ledger = place.file();
  Result<std::unique_ptr<SqliteDatabase>> database = open_file_for_reading(ledger);
  if (!database) return database.error();
  try {
    if (!is_whole(**database)) throw DatabaseError(DatabaseError::Kind::damaged, "its structure is broken");
  } catch (const DatabaseError& error) {
    return explain_file(error, ledger);
  }
  return copy(**database, ledger, to);
}

}  // namespace payferry::ledger
