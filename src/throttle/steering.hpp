#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "throttle/controls.hpp"

namespace payferry::throttle {

// Who writes the controls. The later one is heard where two want something else.
enum class Writer : std::uint8_t {
  job,       // the job file, beside what controls_from() takes from it
  schedule,  // its timetable
  hand,      // somebody at the control socket
  fleet,     // the workers that share the limits
};
inline constexpr std::size_t kWriterCount = 4;

// What a writer wants otherwise; what is not set is left as it is. Accounts by their ids, also such as are
// not known (yet).
struct Changes {
  std::optional<double> global;    // requests per second
  std::optional<double> endpoint;  // to every endpoint: what was wanted for single ones before is void
  std::map<Endpoint, double> endpoints;
  std::optional<int> in_flight;
  std::optional<bool> paused;
  std::optional<Turns> turns;     // not empty
  std::set<std::string> skipped;  // besides those that others skip
  std::map<std::string, AccountControls> accounts;

  bool operator==(const Changes&) const = default;
};

// The one place that makes the controls: what is configured, and over it what each writer wants.
class Steering {
 public:
  explicit Steering(Controls configured) : configured_(std::move(configured)) {}

  // Replaces all that this writer wanted. True if merged() has changed.
  bool write(Writer writer, Changes changes);
  const Changes& wanted_by(Writer writer) const { return wanted_[static_cast<std::size_t>(writer)]; }
  // Who is behind an index. True if merged() has changed.
  bool introduce(AccountIndex index, const std::string& account);

  // An account's own rates give way to lower ones that a later writer wants for all.
  const Controls& merged() const { return merged_; }

 private:
  bool merge();
  void lay_over(Controls& controls, const Changes& changes) const;

  Controls configured_;
  Controls merged_ = configured_;
  std::array<Changes, kWriterCount> wanted_;
  std::unordered_map<std::string, AccountIndex> indices_;
};

}  // namespace payferry::throttle
