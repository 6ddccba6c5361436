#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/words.hpp"
#include "telemetry/notables.hpp"

// The one read model: progress line, metrics, status and summary are all fed from it, so that they cannot
// disagree. Plain values, a copy of a moment.
namespace payferry::telemetry {

using Count = std::uint64_t;

// What an answer meant; the spelling is a metric label.
enum class AnswerClass : std::uint8_t {
  done,
  refused,
  throttled,
  unknown,
  key_conflict,
  account_lost,
  key_rejected,
};
inline constexpr std::size_t kAnswerClassCount = 7;
constexpr std::string_view to_string(AnswerClass answer) noexcept {
  constexpr std::array<std::string_view, kAnswerClassCount> kNames{
      "done", "refused", "throttled", "unknown", "key_conflict", "account_lost", "key_rejected"};
  return kNames[static_cast<std::size_t>(answer)];
}

// How often each word was counted. Words come from outside (Stripe's codes), so their number is bounded: from
// kMaxWords on, new ones count as "other".
class WordCounts {
 public:
  static constexpr std::size_t kMaxWords = 200;

  void add(std::string_view word, Count count = 1) {
    const auto found = counts_.find(word);
    if (found != counts_.end())
      found->second += count;
    else
      counts_[counts_.size() < kMaxWords ? std::string(word) : "other"] += count;
  }
  Count of(std::string_view word) const {
    const auto found = counts_.find(word);
    return found == counts_.end() ? 0 : found->second;
  }
  Count total() const {
    Count sum = 0;
    for (const auto& [word, count] : counts_) sum += count;
    return sum;
  }
  const std::map<std::string, Count, std::less<>>& all() const { return counts_; }

 private:
  std::map<std::string, Count, std::less<>> counts_;
};

// Entries of the present input: read = the sum of all others.
struct ItemCounts {
  Count read = 0;
  Count rejected = 0;
  Count duplicate = 0;
  Count succeeded = 0;
  Count skipped = 0;
  Count failed = 0;
  Count blocked = 0;
  Count pending = 0;

  // Everything that this run will not take up again by itself.
  Count ended() const { return rejected + duplicate + succeeded + skipped + failed + blocked; }
  Count sum() const { return ended() + pending; }
};

// Of this run.
struct RequestCounts {
  Count total = 0;
  Count retries = 0;
  Count rate_limited = 0;
  std::array<Count, kEndpointCount> by_endpoint{};
  std::array<std::array<Count, kAnswerClassCount>, kEndpointCount> by_class{};
  WordCounts rate_limited_by_reason;  // in Stripe's words: global_rate, endpoint_rate, …

  Count of(Endpoint endpoint) const { return by_endpoint[static_cast<std::size_t>(endpoint)]; }
};

// Requests per second, of the platform's tier: [0] over all endpoints, [1 + endpoint] for each.
struct RateLimits {
  static constexpr std::size_t kCount = 1 + kEndpointCount;
  std::array<double, kCount> configured{};
  std::array<double, kCount> wanted{};  // by timetable and by hand
  std::array<double, kCount> current{};
  std::array<std::optional<double>, kCount> refused_at;  // where Stripe said that it was too much
};

// One of the workers that share the ledger.
struct FleetLine {
  std::string name;
  std::string job;
  bool is_self = false;
  bool live = false;   // its lease holds
  double share = 0;    // of the limits, 0 to 1
  int lanes = 0;       // of kShardCount parts
  bool reads = false;  // the list
  bool idle = false;
  double ended_per_second = 0;
  int in_flight = 0;
  Count run_succeeded = 0;
  Count run_failed = 0;
  std::string held_by;
};

struct Snapshot {
  std::string job;

  // How it ends or would end now.
  Outcome outcome = Outcome::unfinished;
  std::string reason;

  // The job, over its present input. `counting`: what earlier runs left of it is not in yet.
  bool counting = false;
  Count input_lines = 0;
  bool input_complete = false;
  ItemCounts items;
  WordCounts pending_reasons;  // pending items that are parked, by why
  WordCounts failures;         // failed items by code
  Count customers_created = 0;
  Count customers_reused = 0;
  Count possible_orphans = 0;
  WordCounts warnings;  // of this run: accounts and items that somebody should look at, by why

  // This run.
  double seconds = 0;
  std::int64_t started_wall_ms = 0;       // 0: no run
  std::int64_t ended_wall_ms = 0;         // 0: it is going on
  std::int64_t last_success_wall_ms = 0;  // 0: none yet
  Count run_succeeded = 0;
  Count run_failed = 0;
  Count run_blocked = 0;
  Count to_detach = 0;  // what a rollback takes back; 0: the run moves
  Count detached = 0;   // of these
  RequestCounts requests;

  // Now.
  int in_flight = 0;
  int in_flight_limit = 0;
  RateLimits limits;
  std::map<std::string, double> throttle_wait_seconds;  // by cause, a closed set of words
  std::string held_by;                                  // what throttles, in short words; empty: nothing
  double ended_per_second = 0;                          // items, over the last 10 s
  std::optional<double> seconds_left;                   // none where nobody can tell
  Count accounts_in_trouble = 0;                        // lost, blocked or held
  Count breakers_open = 0;                              // of these: held for a pause
  bool moving = false;                                  // items may be sent
  bool stopping = false;  // nothing more is begun; what is in flight is answered
  bool paused = false;
  bool budget_hit = false;                 // more failed than run.max_failures or run.max_failure_share allow
  std::set<std::string> skipped_accounts;  // by hand or timetable; also such as are not known (yet)
  WordCounts steered;                      // what was changed by hand in this run, and how often
  std::int64_t last_steered_wall_ms = 0;   // 0: nothing
  Notables notables;
  std::vector<FleetLine> fleet;   // empty: nobody shares the ledger
  double clock_skew_seconds = 0;  // how far Stripe's clock is ahead of ours
};

// What is left at the present rate; none while the input's size or the rate is unknown.
inline std::optional<double> estimate_seconds_left(const Snapshot& now) {
  if (now.counting || !now.input_complete || now.ended_per_second <= 0) return std::nullopt;
  const Count left = now.to_detach > 0 ? now.to_detach - now.detached : now.items.pending;
  return static_cast<double>(left) / now.ended_per_second;
}

}  // namespace payferry::telemetry
