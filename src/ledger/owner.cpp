#include "ledger/owner.hpp"

#include <fmt/format.h>

namespace payferry::ledger {

Owner read_owner(Database& database) {
  Owner owner;
  Statement meta(database, "SELECT key, value FROM meta");
  for (meta.bind(); meta.next();) {
    if (meta.text(0) == "platform") owner.platform = meta.text(1);
    if (meta.text(0) == "mode") owner.mode = mode_from(meta.text(1)).value_or(Mode::test);
  }
  return owner;
}

void write_owner(Database& database, const Owner& owner) {
  Statement meta(database, "INSERT INTO meta(key, value) VALUES(?, ?)");
  meta.bind("platform", owner.platform).exec();
  meta.bind("mode", to_string(owner.mode)).exec();
}

Result<void> check_owner(Database& database, const LedgerPlace& place, const Owner& owner) {
  const Owner found = read_owner(database);
  if (found.platform == owner.platform && found.mode == owner.mode) return {};
  return make_error(
      Errc::ledger,
      fmt::format("ledger {}: belongs to platform {} in {} mode, the key is of {} in {} mode; use that "
                  "platform's key or name another {} under `ledger`. Nothing was sent",
                  place.string(), found.platform, to_string(found.mode), owner.platform,
                  to_string(owner.mode), place.is_file() ? "file" : "database"));
}

}  // namespace payferry::ledger
