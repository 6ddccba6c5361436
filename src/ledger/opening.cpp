#include "ledger/opening.hpp"

#include "ledger/file_watch.hpp"
#include "ledger/files.hpp"
#include "ledger/owner.hpp"
#include "ledger/servers.hpp"

namespace payferry::ledger {

Error explain(const DatabaseError& error, const LedgerPlace& place) {
  return place.is_file() ? explain_file(error, place.file()) : explain_server(error, place);
}

Result<Opened> open_for_writing(RunLock lock, const LedgerPlace& place, const Owner& owner) {
  try {
    if (place.is_file()) {
      Result<std::unique_ptr<SqliteDatabase>> file = open_file_for_writing(place.file(), owner);
      if (!file) return file.error();
      return Opened{watch_file(place.file(), std::move(lock), **file), std::move(*file)};
    }
    Result<std::unique_ptr<Database>> server =
        open_server_for_writing(std::move(lock).connection(), place, owner);
    if (!server) return server.error();
    return Opened{nullptr, std::move(*server)};
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

Result<std::unique_ptr<Database>> open_for_reading(const LedgerPlace& place, Touch touch) {
  try {
    if (!place.is_file()) return open_server_for_reading(place);
    Result<std::unique_ptr<SqliteDatabase>> file = open_file_for_reading(place.file(), touch);
    if (!file) return file.error();
    return std::unique_ptr<Database>(std::move(*file));
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

Result<bool> is_there(const LedgerPlace& place) {
  try {
    return place.is_file() ? is_file_there(place.file()) : is_server_there(place);
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

Result<std::optional<Owner>> owner_of(const LedgerPlace& place) {
  const Result<bool> there = is_there(place);
  if (!there) return there.error();
  if (!*there) return std::optional<Owner>();
  try {
    Result<std::unique_ptr<Database>> database = open_for_reading(place);
    if (!database) return database.error();
    return std::optional<Owner>(read_owner(**database));
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

}  // namespace payferry::ledger
