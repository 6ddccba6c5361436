#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/task.hpp"
#include "core/ledger_place.hpp"
#include "core/records.hpp"
#include "core/result.hpp"
#include "core/shards.hpp"
#include "ledger/admission_rules.hpp"
#include "ledger/run_lock.hpp"
#include "ledger/tally.hpp"

// The checkpoint store of one platform in one mode, whatever the job. A write returns when it is durable.
// After any error the ledger takes nothing more: every later call answers the same error, so that nothing can
// be sent without an intent.
namespace payferry::ledger {

struct Owner {
  std::string platform;  // acct_…
  Mode mode = Mode::test;
};

// One reading of one job's input, from its start to its end, over however many runs.
struct InputState {
  std::int64_t id = 0;
  std::string position;  // empty: nothing admitted yet
  std::uint64_t lines = 0;
  std::uint64_t read = 0;
  bool complete = false;
  std::uint64_t amended = 0;
  std::uint64_t differing = 0;
  std::string identity;  // of what is read

  // The reading in whose place a fresh one has begun.
  struct Earlier {
    std::string identity;
    std::uint64_t lines = 0;
    bool complete = false;
  };
  std::optional<Earlier> earlier;
};

struct Admission {
  std::int64_t input = 0;
  std::vector<Entry> entries;
  std::vector<Reject> rejects;
  std::uint64_t lines = 0;
  std::uint64_t read = 0;
  std::string position;
  bool end = false;
};

struct Admitted {
  std::uint64_t fresh = 0;      // new items that are pending
  std::uint64_t skipped = 0;    // new items that are skipped
  std::uint64_t duplicate = 0;  // entries that this input named before
  std::uint64_t rejected = 0;
  std::uint64_t amended = 0;
  std::uint64_t differing = 0;
  std::uint64_t known = 0;  // items admitted by an earlier input, named here for the first time
  std::vector<std::int64_t> known_by_state = std::vector<std::int64_t>(kStates.size());
  // Per account with something to do: where its open items may now begin.
  struct Opened {
    std::int64_t account_id = 0;
    std::string account;
    std::int64_t first_item = 0;
    bool lost = false;
  };
  std::unordered_map<std::int64_t, Opened> opened;  // by account id
};

struct AccountState {
  std::int64_t id = 0;
  std::string account;
  bool lost = false;      // blocked: refused as account_invalid or the like, or not ready, when last asked
  bool has_open = false;  // has pending items
};

// An open item with what belongs to it.
struct Work {
  Item item;
  std::optional<Link> link;
  std::optional<Intent> intent;  // the one that is not settled
};

// Between which moments requests were sent; both 0: none was.
struct SentBetween {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};

// Whether the customers of an account were looked at before the first write there.
enum class Looked : std::uint8_t {
  no,
  yes,
  taken_over,  // another ledger served it before: the customers that bear our mark are this one's now
};

struct AccountFacts {
  Looked looked = Looked::no;
  std::string blocked_for;  // code; empty: it is not blocked
  bool has_given = false;   // a line, the file or an earlier look named a counterpart there
};

// A customer of a connected account, and the platform customer that it says it stands for.
struct SeenCustomer {
  std::string customer;  // the platform's
  std::string target_customer;
  std::int64_t created = 0;
};

// What was made of counterparts that a file names.
struct Given {
  std::uint64_t given = 0;            // links that have got their customer by this
  std::uint64_t contradicting = 0;    // links that have another one, or are getting one: they keep it
  std::vector<Counterpart> examples;  // a few of those
};

struct LinkedSeen {
  struct Several {
    std::string customer;
    std::string taken;
    int count = 0;
  };
  std::uint64_t links = 0;  // that have got their customer by this
  std::vector<Several> several;
  std::string last;  // where the next call goes on
  bool more = false;
};

// What an answer changed, in one commit.
struct Settlement {
  Item item;
  std::optional<Link> link;      // where it changed
  std::optional<Intent> intent;  // its state and counts
  std::optional<Answered> answered;
  std::optional<std::string> account_lost;  // code: block the item's account; empty: it answered, unblock it
};

// Which failed items go back to pending; rolled back ones only where the code or the item says so.
struct RetryFilter {
  std::int64_t input = 0;  // only entries of this input; 0: of any
  std::string code;
  std::string account;
  std::string payment_method;
  // Only what was answered last before this moment, and nothing of what no answer is known for; 0: whenever.
  std::int64_t failed_before_ms = 0;
  bool dry = false;  // say what would happen, and change nothing
};

// What became of links whose customer is gone.
struct Renewed {
  std::int64_t customers = 0;    // links that get a new one
  std::int64_t busy = 0;         // links that get none yet: a request about them has no answer
  std::int64_t put_back = 0;     // items that had failed for it, pending again with their clone
  std::int64_t cloned_anew = 0;  // items that were attached to it: pending again, to be cloned anew
  std::int64_t used_up = 0;  // that were attached to it, and whose originals cannot be cloned again: failed
};

// Which clones a rollback detaches; empty: all that the input names.
struct RollbackFilter {
  std::int64_t input = 0;
  std::vector<std::string> accounts;
  std::vector<std::string> types;
  std::string payment_method;  // the original's or the clone's id
};

// What a rollback would detach, and what of the same selection it would leave.
struct RollbackPlan {
  std::vector<std::pair<std::string, std::uint64_t>> accounts;  // with their clones of ours, the most first
  std::uint64_t attached = 0;                                   // their sum
  std::uint64_t customers = 0;                                  // that they are attached to
  std::uint64_t used_up = 0;      // of the attached: originals that cannot be cloned a second time
  std::uint64_t existing = 0;     // were there before us
  std::uint64_t unattached = 0;   // clones on no customer
  std::uint64_t rolled_back = 0;  // detached by an earlier rollback
  std::uint64_t unfinished = 0;   // pending or failed with a clone
};

// What has become of what a rollback began with.
struct RollbackTally {
  std::uint64_t rolled_back = 0;
  std::uint64_t attached = 0;          // as before, or not known yet
  std::uint64_t on_lost_accounts = 0;  // of the attached
  std::uint64_t elsewhere = 0;         // failed: the clone is on another customer than ours
};

struct RunRecord {
  std::int64_t id = 0;
  std::string job;
  std::int64_t input = 0;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;  // 0: going on, or cut off
  std::int64_t pid = 0;
  int exit_code = -1;
  std::string outcome;
  std::string reason;
  std::string summary;  // JSON of DESIGN 3.5 as of the last note
};

// One thing that somebody changed in a run while it went on.
struct SteeringRecord {
  std::int64_t run = 0;  // RunRecord::id
  std::int64_t at_ms = 0;
  std::string who;   // uid 1000 | page
  std::string what;  // rate | endpoint | in_flight | paused | account | stop
  std::string account;
  std::string before;
  std::string after;
};

// What was learnt of one of Stripe's limits.
struct LearntLimit {
  std::string account;    // empty: the platform's own
  std::string what;       // an endpoint, `global`, or `scope`: found to count by account (1) or not (0)
  double refused_at = 0;  // requests per second
  std::int64_t met_ms = 0;
};

struct CommitStats {
  std::chrono::nanoseconds took{0};
  std::size_t operations = 0;
};

class Ledger {
 public:
  template <class T>
  using Answer = async::Task<Result<T>>;

  virtual ~Ledger() = default;

  // The reading that this job's input with this identity goes on with; a fresh one where the identity is
  // empty or another, or where `from_start` says that the input cannot be sought in.
  virtual Answer<InputState> begin_input(std::string job, std::string identity,
                                         std::vector<std::string> columns, bool from_start) = 0;
  // The job's last reading, whoever began it; id 0: there is none.
  virtual Answer<InputState> reading_of(std::string job) = 0;
  // Entries, rejects and the read position in one commit.
  virtual Answer<Admitted> admit(std::shared_ptr<const Admission> admission) = 0;
  // Entries and rejects of readings in whose place another one has begun go, some thousand at a time, so that
  // nobody waits long. True: there may be more.
  virtual Answer<bool> forget_earlier() = 0;
  // From now on everything is done for this worker of a fleet, which has these lanes: load() answers nothing
  // of others, and once the worker is none of the fleet's any more nothing is taken from it.
  virtual Answer<bool> serve(std::int64_t worker, Shards lanes) = 0;
  // All accounts that the ledger knows.
  virtual Answer<std::vector<AccountState>> accounts() = 0;
  // Up to `limit` pending items of the account with an id above `after`, in admission order.
  virtual Answer<std::vector<Work>> load(std::int64_t account_id, std::int64_t after, std::size_t limit) = 0;
  // A new intent (id 0) or another sending of one. Answers its id. For create_customer the link must still be
  // without a customer and in the intent's generation, otherwise 0: load the link anew.
  virtual Answer<std::int64_t> intend(Intent intent, std::optional<Link> link) = 0;
  virtual Answer<Link> reload_link(std::int64_t link_id) = 0;
  // Of the account's creations of customers that are not settled.
  virtual Answer<SentBetween> lost_creations(std::int64_t account_id) = 0;
  virtual Answer<bool> settle(Settlement settlement) = 0;
  // An outcome and the same item's next intent, a new one, in one commit. Answers like intend(); the outcome
  // stands also where that is 0.
  virtual Answer<std::int64_t> proceed(Settlement settlement, Intent next, std::optional<Link> link) = 0;

  // Counterparts that a file names become the customers of their links, which are made where there are none.
  virtual Answer<Given> give_targets(std::shared_ptr<const std::vector<Counterpart>> counterparts) = 0;
  // The identity of the file that this job gave last, in full; empty: none.
  virtual Answer<std::string> customers_file(std::string job) = 0;
  virtual Answer<bool> note_customers_file(std::string job, std::string identity) = 0;

  virtual Answer<AccountFacts> account_facts(std::int64_t account_id) = 0;
  // Whether this worker may look at the account's customers; false: another one does. True holds until
  // end_look(), or until the worker has left the fleet.
  virtual Answer<bool> begin_look(std::int64_t account_id) = 0;
  virtual Answer<bool> end_look(std::int64_t account_id) = 0;
  // Whether one of the customers is a counterpart that was given or found.
  virtual Answer<bool> names_any(std::int64_t account_id, std::vector<std::string> target_customers) = 0;
  // Customers of the account as they are listed; kept until the ledger is closed.
  virtual Answer<bool> note_seen(std::int64_t account_id, std::vector<SeenCustomer> seen) = 0;
  // The list is at its end: links without a customer get theirs, those made later too. Call it until nothing
  // more follows, beginning with an empty `after`.
  virtual Answer<LinkedSeen> link_seen(std::int64_t account_id, std::string after) = 0;
  virtual Answer<bool> note_looked(std::int64_t account_id, Looked looked) = 0;
  // Those of the ids that are clones of other items than this one.
  virtual Answer<std::vector<std::string>> clones_among(std::int64_t account_id, std::vector<std::string> ids,
                                                        std::int64_t except_item) = 0;
  // Why nothing is moved to the account: its open items count as blocked until it answers again. An empty
  // code lifts that.
  virtual Answer<bool> block_account(std::int64_t account_id, std::string code, std::string message) = 0;
  // Failed items that match go back to pending at their failed step under the next generation. Answers how
  // many.
  // Also rolled back ones, which are cloned anew, where the filter names that code or the item.
  virtual Answer<std::int64_t> retry(RetryFilter filter) = 0;
  // Links for which Stripe has refused to attach because their customer, which Payferry made, is not there
  // any more: the next item makes a new one, under the next generation, and what it took with it is cloned
  // anew; all in one commit. Only filter.input, .account, .payment_method and .dry count.
  virtual Answer<Renewed> renew_customers(RetryFilter filter) = 0;
  virtual Answer<std::int64_t> put_back(std::vector<std::int64_t> item_ids) = 0;
  // Chooses what is taken back; has_open: something of the account was chosen. The choice stands until the
  // ledger is closed.
  virtual Answer<std::vector<AccountState>> begin_rollback(RollbackFilter filter) = 0;
  // Like load(), of what was chosen and still is attached; Item::detaching is set.
  virtual Answer<std::vector<Work>> load_attached(std::int64_t account_id, std::int64_t after,
                                                  std::size_t limit) = 0;
  virtual Answer<RollbackTally> tally_rollback() = 0;
  // The job's present input; 0: it never began to read.
  virtual Answer<std::int64_t> present_input(std::string job) = 0;
  // Inserts (id 0) or overwrites the record of a run; answers its id.
  virtual Answer<std::int64_t> note_run(RunRecord record) = 0;
  virtual Answer<bool> note_steering(std::vector<SteeringRecord> records) = 0;
  // What was learnt of Stripe's limits; a later note of the same limit replaces the earlier one.
  virtual Answer<bool> note_learnt(std::vector<LearntLimit> limits) = 0;
  virtual Answer<std::vector<LearntLimit>> learnt() = 0;
  // Counted from states, not from counters.
  virtual Answer<Tally> tally(std::int64_t input) = 0;

  // Ends the ledger's thread after what was submitted; no call may follow.
  virtual void close() = 0;
};

struct OpenOptions {
  LedgerPlace place;
  Owner owner;
  AdmissionRules rules;
  std::function<void(const CommitStats&)> on_commit;  // called on the ledger's thread
  std::chrono::seconds answers_within{0};  // a server that is silent for longer is taken for lost; 0: never
};

// Opens the ledger for writing, making it where there is none. Errors: ledger, with what is safe to do: of
// another platform or mode, of a newer schema, damaged, not writable.
Result<std::unique_ptr<Ledger>> open_ledger(boost::asio::io_context& context, RunLock lock,
                                            OpenOptions options);

// Whether there is a ledger: a file that is not empty, or a database with our tables. Errors: ledger: it
// cannot be looked at, or is no file.
Result<bool> is_there(const LedgerPlace& place);

// Which platform and mode an existing ledger belongs to; nothing where there is none.
Result<std::optional<Owner>> owner_of(const LedgerPlace& place);

}  // namespace payferry::ledger
