#include "intake/stored_place.hpp"

#include "intake/position.hpp"
#include "intake/source.hpp"

namespace payferry::intake {
namespace {

using Kind = StoredPlace::Kind;

// Whether it can be told from the source itself that nothing can be sought in it.
bool is_seekable(Source& source, const Position& position) {
  const Result<bool> sought = source.seek(to_string({0, 1, position.header_digest}));
  return sought && *sought;
}

}  // namespace

StoredPlace look_up(const settings::Settings& settings, const std::string& identity,
                    const std::string& position) {
  if (settings.source.csv == "-" || identity.empty()) return {Kind::never, ""};
  Result<std::unique_ptr<Source>> source = open_source(settings);
  if (!source) return {Kind::unreadable, source.error().message};
  if ((*source)->identity() != identity) return {Kind::other_input, ""};
  if (position.empty()) return {Kind::within, ""};
  const std::optional<Position> place = position_from(position);
  if (!place) return {Kind::beyond, ""};
  const Result<bool> sought = (*source)->seek(position);
  if (!sought) return {Kind::unreadable, sought.error().message};
  if (*sought) return {Kind::within, ""};
  return {is_seekable(**source, *place) ? Kind::beyond : Kind::never, ""};
}

}  // namespace payferry::intake
