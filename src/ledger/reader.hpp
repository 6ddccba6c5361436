#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/checks.hpp"
#include "ledger/fleet.hpp"
#include "ledger/ledger.hpp"
#include "ledger/life.hpp"
#include "ledger/past.hpp"

// Reading a ledger beside the run that writes it: for status and reports. Blocking; sees what is durable.
namespace payferry::ledger {

struct MappingRow {
  std::string account;
  std::string customer_old;
  std::string source_old;
  std::string customer_new;
  std::string source_new;
  CloneDetails details;
};

// An entry that did not succeed: a rejected line, or a failed or blocked item.
struct RejectRow {
  std::uint64_t line = 0;
  std::string account;
  std::string state;  // rejected | failed | blocked
  std::string step;
  std::string code;
  std::string message;
  std::string request_id;
  std::vector<std::string> columns;  // the names of `cells`, which may come from an earlier input
  std::vector<std::string> cells;
};

// How far an input was read, and which state of it that was.
struct InputPlace {
  std::string identity;
  std::string position;
  bool complete = false;
};

// The file cannot be read on, in words for the user.
class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Reader {
 public:
  virtual ~Reader() = default;
  virtual Owner owner() const = 0;
  // Everything that is read from now on is as of now, whatever is written meanwhile.
  virtual void hold() = 0;
  // What is being read throws Unreadable. Callable from any thread.
  virtual void interrupt() noexcept = 0;
  // The job's present input; 0 where it never began to read.
  virtual std::int64_t present_input(const std::string& job) = 0;
  virtual std::vector<std::string> columns(std::int64_t input) = 0;
  virtual Tally tally(std::int64_t input) = 0;
  virtual std::optional<RunRecord> last_run(const std::string& job) = 0;
  // What was steered in a run, the first first; at most the newest `most`.
  virtual std::vector<SteeringRecord> steering(std::int64_t run, std::size_t most) = 0;
  // What was learnt of Stripe's limits, by whichever job.
  virtual std::vector<LearntLimit> learnt() = 0;
  // Who shares the ledger now; empty where it is a file.
  virtual std::vector<FleetWorker> fleet() = 0;
  virtual std::optional<InputPlace> place(std::int64_t input) = 0;
  // Of the items whose original or clone bears this id, whatever the job.
  virtual std::vector<Life> lives(const std::string& id) = 0;
  // What a verification reads back. Lives no longer than the reader.
  virtual std::unique_ptr<Checks> begin_checks(const CheckFilter& filter) = 0;
  // What a rollback would detach and leave.
  virtual RollbackPlan plan_rollback(const RollbackFilter& filter) = 0;
  // In the order in which the items were admitted.
  virtual void for_each_mapping(std::int64_t input, const std::function<void(const MappingRow&)>& take) = 0;
  // In the order of the lines.
  virtual void for_each_reject(std::int64_t input, const std::function<void(const RejectRow&)>& take) = 0;
  // What reports count; answers in the order of their requests, entries in that of their
  // admission, runs from the first one on; only what belongs to the input.
  virtual void for_each_answer(std::int64_t input, const std::function<void(const PastAnswer&)>& take) = 0;
  virtual void for_each_entry(std::int64_t input, const std::function<void(const EntryEnd&)>& take) = 0;
  virtual void for_each_run(const std::string& job, std::int64_t input,
                            const std::function<void(const RunRecord&)>& take) = 0;
  virtual std::vector<AccountName> account_names() = 0;
};

// Errors: ledger. A Reader's own functions throw Unreadable when the file is damaged.
Result<std::unique_ptr<Reader>> open_reader(const LedgerPlace& place);

}  // namespace payferry::ledger
