#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/database.hpp"
#include "ledger/fleet_rules.hpp"
#include "ledger/ledger.hpp"

// The workers that share one ledger: who they are, which lanes each has, and which part of the limits. A
// worker that is not heard of for as long as its lease is put out of the way by the others; from then on the
// ledger takes nothing from it.
namespace payferry::ledger {

// For how long a share of the limits holds without being heard of: so long after a worker's death the others
// may use it.
inline constexpr std::chrono::milliseconds kShareHolds{2000};

struct FleetWorker {
  std::int64_t id = 0;
  std::string name;  // HOST:PID, or what the settings say
  std::string job;
  std::int64_t started_ms = 0;
  bool live = false;   // its lease holds
  double share = 0;    // of the limits, 0 to 1
  int shards = 0;      // of kShardCount
  bool reads = false;  // the list
  bool idle = false;
  std::string shown;  // what it tells of itself: JSON
};

// What a worker tells of itself, each time.
struct Beat {
  double demand = 1;    // the part of the limits that it could use, 0 to 1
  bool idle = false;    // nothing to move, nothing to read
  bool reads = false;   // it could read the job's list
  Shards given_up = 0;  // nothing of these is in flight any more
  std::string shown;    // JSON
};

// What it is told.
struct Standing {
  FleetDecision decision;
  SteadyTime lease_until;  // until then the others leave its lanes alone
  SteadyTime share_until;  // the same for its turns
  SteadyTime clock_zero;   // when it was 1970 by the server's clock, which numbers the turns
  std::vector<FleetWorker> workers;
  // Accounts of which other workers have admitted something since the last time.
  std::vector<Admitted::Opened> opened;
  std::int64_t told = 0;   // the last of what was ever admitted that this worker has heard of
  std::int64_t input = 0;  // the job's present reading; 0: none has begun
  bool input_complete = false;
};

// One worker's place among the others, on a connection of its own. Its calls block, and are made from one
// thread. Errors: ledger, and nothing may be sent after one.
class FleetPlace {
 public:
  virtual ~FleetPlace() = default;
  virtual std::int64_t worker() const = 0;
  virtual Result<Standing> beat(const Beat& beat) = 0;
  // Gives everything up. `done`: nothing is left to do in what it had.
  virtual Result<void> leave(bool done) = 0;
};

struct FleetOptions {
  LedgerPlace place;  // a server's, with the ledger's tables in it
  std::string name;
  std::string job;
  std::chrono::milliseconds lease{90'000};
  FleetRules rules;
};

// Becomes one of the workers. Errors: ledger.
Result<std::unique_ptr<FleetPlace>> join_fleet(FleetOptions options);

// Tells the other workers what was admitted.
void tell_opened(Database& database, std::int64_t worker, const Admitted& admitted, std::int64_t now_ms);
// Ledger::begin_look and end_look.
bool begin_look(Database& database, std::int64_t worker, std::int64_t account_id);
void end_look(Database& database, std::int64_t worker, std::int64_t account_id);

// Everybody in the fleet of a server's ledger, the oldest first.
std::vector<FleetWorker> fleet_of(Database& database);

}  // namespace payferry::ledger
