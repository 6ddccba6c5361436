#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/words.hpp"

// The words in which a run that is going on is steered.
namespace payferry::steer {

enum class Action : std::uint8_t { status, pause, resume, set, skip_account, take_account, stop };
inline constexpr std::array kActions{Action::status,       Action::pause,        Action::resume, Action::set,
                                     Action::skip_account, Action::take_account, Action::stop};
constexpr std::string_view to_string(Action action) noexcept {
  constexpr std::array<std::string_view, kActions.size()> kNames{
      "status", "pause", "resume", "set", "skip-account", "take-account", "stop"};
  return kNames[static_cast<std::size_t>(action)];
}

// What `set` sets.
enum class Knob : std::uint8_t { rate, endpoint, in_flight };
struct KnobInfo {
  Knob knob;
  std::string_view name;
  double least;
  double most;
  bool whole;
  std::string_view takes;
};
inline constexpr std::array<KnobInfo, 3> kKnobs{{
    {Knob::rate, "rate", 0.1, 100'000, false, "requests per second between 0.1 and 100000"},
    {Knob::endpoint, "endpoint", 0.1, 100'000, false, "requests per second between 0.1 and 100000"},
    {Knob::in_flight, "in_flight", 1, 4096, true, "a whole number of requests between 1 and 4096"},
}};
constexpr std::string_view to_string(Knob knob) noexcept {
  return kKnobs[static_cast<std::size_t>(knob)].name;
}
// The rate of a single endpoint, as it is typed and journalled: "endpoint.clone".
inline constexpr std::string_view kSingle = "endpoint.";
inline std::string name_of_single(Endpoint endpoint) {
  return std::string(kSingle) + std::string(to_string(endpoint));
}

// A value; none: as configured, whatever was set by hand before.
using Wish = std::optional<double>;

struct Request {
  Action action = Action::status;
  std::string job;
  std::map<Knob, Wish> set;              // of `set`
  std::string account;                   // of skip-account and take-account
  std::map<Endpoint, Wish> endpoints{};  // of `set`: single ones, named endpoint.clone

  bool operator==(const Request&) const = default;
};

enum class ReplyCode : std::uint8_t {
  done,
  not_yet,      // the run has not begun to move anything, or does so no more
  refused,      // not a request that this run can obey
  not_allowed,  // somebody else's process
};
inline constexpr std::array kReplyCodes{ReplyCode::done, ReplyCode::not_yet, ReplyCode::refused,
                                        ReplyCode::not_allowed};
constexpr std::string_view to_string(ReplyCode code) noexcept {
  constexpr std::array<std::string_view, kReplyCodes.size()> kNames{"done", "not_yet", "refused",
                                                                    "not_allowed"};
  return kNames[static_cast<std::size_t>(code)];
}

struct Reply {
  ReplyCode code = ReplyCode::done;
  std::string message;  // for the user
  std::string live;     // of status: a JSON object on one line
};

}  // namespace payferry::steer
