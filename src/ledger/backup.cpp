#include "ledger/backup.hpp"

#include "ledger/copy.hpp"
#include "ledger/files.hpp"

namespace payferry::ledger {
namespace {

bool is_whole(Database& database) {
  Statement looked(database, "PRAGMA quick_check(1)");
  return looked.bind().next() && looked.text(0) == "ok";
}

}  // namespace

Result<void> backup(const std::filesystem::path& ledger, const std::filesystem::path& to) {
  Result<std::unique_ptr<Database>> database = open_for_reading(ledger);
  if (!database) return database.error();
  try {
    if (!is_whole(**database)) throw SqliteError(SQLITE_CORRUPT, "its structure is broken");
  } catch (const SqliteError& error) {
    return explain(error, ledger);
  }
  return copy(**database, ledger, to);
}

}  // namespace payferry::ledger
