#include "steer/apply.hpp"

#include <fmt/format.h>

namespace payferry::steer {
namespace {

constexpr const char* kConfigured = "as configured";

std::string text_of(const Wish& wish) {
  return wish ? fmt::format("{:g}", *wish) : kConfigured;
}

std::string in_force(Knob knob, const throttle::Controls& now) {
  switch (knob) {
    case Knob::rate:
      return fmt::format("{:g}", now.global);
    case Knob::endpoint:
      return fmt::format("{:g}", now.endpoint);
    case Knob::in_flight:
      break;
  }
  return now.in_flight == throttle::kAutomatic ? "auto" : fmt::format("{}", now.in_flight);
}

Wish wanted(Knob knob, const throttle::Changes& by_hand) {
  switch (knob) {
    case Knob::rate:
      return by_hand.global;
    case Knob::endpoint:
      return by_hand.endpoint;
    case Knob::in_flight:
      break;
  }
  return by_hand.in_flight ? Wish(*by_hand.in_flight) : Wish();
}

void put(Knob knob, const Wish& wish, throttle::Changes& by_hand) {
  if (knob == Knob::rate) by_hand.global = wish;
  if (knob == Knob::endpoint) by_hand.endpoint = wish;
  if (knob == Knob::in_flight)
    by_hand.in_flight = wish ? std::optional<int>(static_cast<int>(*wish)) : std::nullopt;
}

void set_single(Endpoint endpoint, const Wish& wish, const throttle::Controls& now, Applied& applied) {
  std::map<Endpoint, double>& singles = applied.changes.endpoints;
  const auto found = singles.find(endpoint);
  if ((found == singles.end() ? Wish() : Wish(found->second)) == wish) return;
  applied.made.push_back(
      {name_of_single(endpoint), "", fmt::format("{:g}", now.rate_of(endpoint)), text_of(wish)});
  if (wish)
    singles[endpoint] = *wish;
  else
    singles.erase(found);
}

// What holds for every endpoint takes back what was set for single ones.
void take_back_singles(const throttle::Controls& now, Applied& applied) {
  while (!applied.changes.endpoints.empty())
    set_single(applied.changes.endpoints.begin()->first, std::nullopt, now, applied);
}

void set(const Request& request, const throttle::Controls& now, Applied& applied) {
  for (const auto& [knob, wish] : request.set) {
    if (knob == Knob::endpoint) take_back_singles(now, applied);
    if (wanted(knob, applied.changes) == wish) continue;
    applied.made.push_back({std::string(to_string(knob)), "", in_force(knob, now), text_of(wish)});
    put(knob, wish, applied.changes);
  }
  for (const auto& [endpoint, wish] : request.endpoints) set_single(endpoint, wish, now, applied);
}

// Resuming takes back a pause that was made by hand, so that the timetable is heard again; a pause of the
// timetable's is overruled.
void pause(bool wanted, const throttle::Controls& now, Applied& applied) {
  const bool by_hand = applied.changes.paused == true;
  if (wanted ? by_hand : !now.paused) return;
  applied.made.push_back({"paused", "", now.paused ? "yes" : "no", wanted ? "yes" : "no"});
  if (wanted)
    applied.changes.paused = true;
  else
    applied.changes.paused = by_hand ? std::nullopt : std::optional<bool>(false);
}

void skip(bool wanted, const std::string& account, Applied& applied) {
  const bool changed =
      wanted ? applied.changes.skipped.insert(account).second : applied.changes.skipped.erase(account) > 0;
  if (!changed) return;
  applied.made.push_back({"account", account, wanted ? "taken" : "skipped", wanted ? "skipped" : "taken"});
}

}  // namespace

Applied apply(const Request& request, throttle::Changes by_hand, const throttle::Controls& now) {
  Applied applied{std::move(by_hand), {}};
  switch (request.action) {
    case Action::set:
      set(request, now, applied);
      break;
    case Action::pause:
    case Action::resume:
      pause(request.action == Action::pause, now, applied);
      break;
    case Action::skip_account:
    case Action::take_account:
      skip(request.action == Action::skip_account, request.account, applied);
      break;
    case Action::status:
    case Action::stop:
      break;
  }
  return applied;
}

}  // namespace payferry::steer
