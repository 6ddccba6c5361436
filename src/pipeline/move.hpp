#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "async/time.hpp"
#include "core/records.hpp"
#include "ledger/ledger.hpp"
#include "pipeline/events.hpp"
#include "pipeline/gate.hpp"
#include "pipeline/stop.hpp"
#include "pipeline/stripe_time.hpp"
#include "plan/advance.hpp"
#include "plan/brake.hpp"
#include "plan/breaker.hpp"
#include "plan/failure_budget.hpp"
#include "plan/next.hpp"
#include "stripe/client.hpp"
#include "throttle/backoff.hpp"

namespace payferry::pipeline {

class AccountGuard;
class Counterparts;
class Directory;
class ExistingMethods;
class Fleet;
class UsedMethods;

// How many items may still get their first call in this run (--limit). What has begun goes on to its end.
class Canary {
 public:
  explicit Canary(std::optional<std::uint64_t> limit) : left_(limit) {}
  bool exhausted() const { return left_ && *left_ == 0; }
  bool take() {
    if (exhausted()) return false;
    if (left_) --*left_;
    return true;
  }

 private:
  std::optional<std::uint64_t> left_;
};

// What every item's move shares.
struct Shared {
  const plan::Rules& rules;
  Nanoseconds max_delay;
  bool fail_fast;
  async::Time& time;
  ledger::Ledger& ledger;
  stripe::Client& client;
  Gate& gate;
  Events& events;
  plan::Brake& brake;
  Stop& stop;
  Canary& canary;
  throttle::Random& random;
  StripeTime& stripe_time;
  Directory* directory = nullptr;
  // Null: there is none.
  AccountGuard* guard = nullptr;
  Counterparts* counterparts = nullptr;
  plan::Breakers* breakers = nullptr;
  plan::FailureBudget* budget = nullptr;
  Fleet* fleet = nullptr;
  // How long a request may be under way: a worker of a fleet sends nothing that could outlive its lease.
  Nanoseconds request_span{0};
};

// Where an item's account stands in this run.
struct AccountPlace {
  throttle::AccountIndex index = 0;
  bool lost = false;         // refused as lost, in an earlier run or in this one
  bool closed = false;       // lost in this run: no more calls
  bool use_unknown = false;  // its payments or subscriptions cannot be listed
  bool taken_over = false;   // customers there that bear our mark were made by another ledger's runs
};

enum class Moved {
  ended,   // no longer pending
  parked,  // pending until another run, and its lane with it
  left,    // the run stops or the account is lost; nothing is known to be open
};

// One item's way through its steps: asks plan/ what to do, and does it. The order before every write: a place
// at the gate, a connection, the intent durable, its age checked, then the bytes. Where place and connection
// are at hand when an answer has come, outcome and next intent are one commit.
class Move {
 public:
  // `existing`, `used`: the lane's; null where nobody looks for cards that are there already, or for what
  // was used since.
  Move(Shared& shared, AccountPlace& account, Item&& item, Link* link, std::optional<Intent>&& open_intent,
       ExistingMethods* existing = nullptr, UsedMethods* used = nullptr);
  async::Task<Moved> run();
  const Item& item() const { return item_; }

 private:
  enum class Turn { go_on, ended, parked, left };

  async::Task<Turn> turn();
  async::Task<Turn> next_step();
  async::Task<Turn> find_customer();
  async::Task<Turn> look_for_existing();
  async::Task<Turn> look_for_use();
  async::Task<Turn> meet_existing(std::vector<stripe::PaymentMethod> equal);
  async::Task<Turn> end();
  async::Task<Turn> call();
  async::Task<Turn> send(std::uint64_t place, stripe::Lease lease);
  bool may_send();
  async::Task<Turn> transmit(std::uint64_t place, stripe::Lease lease);
  async::Task<Turn> give_up_key();
  async::Task<Turn> ask();
  async::Task<Turn> search();
  async::Task<Turn> park_unknown();
  async::Task<Turn> reload_link();
  async::Task<bool> renew_link();
  async::Task<Turn> act(plan::Follow follow, const stripe::Verdict& verdict,
                        const stripe::Exchange* exchange);
  async::Task<bool> store(const stripe::Verdict* verdict, const stripe::Exchange* exchange);
  async::Task<Turn> store_and_go_on(const stripe::Verdict& verdict, const stripe::Exchange* exchange);
  async::Task<Turn> leave();

  bool has_open_intent() const { return intent_.id != 0 && intent_.state != IntentState::settled; }
  bool key_is_forgotten() const;
  void stamp(Intent& intent);
  stripe::Request request_of_intent() const;
  void wait_for(int attempt, const stripe::Verdict* verdict);
  void note_answer(const stripe::Verdict& verdict);
  void note_for_brake(Step step, const std::string& code);
  void name_next_step();
  bool may_go_on_at_once() const;
  bool get_ready();
  bool must_find_customer() const;
  bool must_look_for_existing() const;
  std::optional<Link> link_to_guard(const Intent& intent) const;
  std::uint64_t locks_of(Step step) const;
  ledger::Settlement settlement(const stripe::Verdict* verdict, const stripe::Exchange* exchange) const;
  void begin_next_step();
  void report_end();
  void count_against_budget();

  Shared& shared_;
  AccountPlace& account_;
  Item item_;
  Link* link_;
  ExistingMethods* existing_;
  UsedMethods* used_;
  Intent intent_;
  const bool takes_back_;  // this move detaches what an earlier one attached
  bool of_earlier_run_;    // the intent was first sent before this process began
  // A place at the gate and a connection for the intent, which is durable.
  struct Ready {
    std::uint64_t place;
    stripe::Lease lease;
  };
  std::optional<Ready> ready_;
  plan::Trial trial_;
  plan::Case case_;
  SteadyTime not_before_ = SteadyTime::min();
  int failures_in_a_row_ = 0;  // connections that could not be made, looks that told nothing
  bool began_ = false;
  bool sought_ = false;                        // the link's customer was looked for
  bool compared_ = false;                      // the clone was compared with what the customer has
  bool known_unused_ = false;                  // as far as that can be known
  std::optional<std::string> account_change_;  // to be stored with the next settlement
};

}  // namespace payferry::pipeline
