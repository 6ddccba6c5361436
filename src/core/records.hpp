#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/words.hpp"

// The records that rooms hand to each other. Plain values; what may happen to them is decided in plan/.
namespace payferry {

// What a line says beyond which method goes where. Holds people's data: kept until the item succeeds, never
// logged.
struct LineContent {
  std::string target_customer;  // the customer on the connected account, where the line names one
  std::string type;             // card, us_bank_account, … or empty
  bool is_default = false;
  std::string name;
  std::string email;
  std::string phone;
  std::vector<std::pair<std::string, std::string>> metadata;  // keys without the column's "metadata."

  bool operator==(const LineContent&) const = default;
};

// The line's own cells, in the order of the input's header, as a JSON array of strings; shared by the entries
// of one line.
using Cells = std::shared_ptr<const std::string>;

// One (line, account) after fan-out, well-formed.
struct Entry {
  std::uint64_t line = 0;  // the line of the input on which its record begins; the first line of a file is 1
  std::string account;
  std::string customer;  // the platform's customer; empty for an original that is attached to none
  std::string payment_method;
  LineContent content;
  Cells cells;
};

// A line that cannot become an entry, and why.
struct Reject {
  std::uint64_t line = 0;
  std::string account;  // where the line names one
  std::string code;     // a word of our own, such as customer_invalid
  std::string message;  // names the column and the mend
  Cells cells;          // what could be read of it; null if nothing
};

// What Stripe's answer to a clone tells of it; what mapping.csv repeats.
struct CloneDetails {
  std::string type;
  std::string fingerprint;
  std::string last4;
  std::string brand;
  int exp_month = 0;  // 0: a method without expiry
  int exp_year = 0;

  bool operator==(const CloneDetails&) const = default;
};

// One original to one account, as the ledger keeps it. Whoever holds it in memory during a run is its only
// writer.
struct Item {
  std::int64_t id = 0;
  std::int64_t account_id = 0;
  std::int64_t link_id = 0;  // 0: clones stay unattached (target.customer: none)
  std::string account;
  std::string customer;
  std::string payment_method;

  State state = State::pending;
  Step step = Step::clone;        // the next step, or the one that failed
  std::string reason;             // pending: why it is parked, or empty; skipped: why; failed: the code
  std::string message;            // failed: Stripe's words, redacted
  std::string request_id;         // failed: of the answer that decided
  bool failed_with_link = false;  // failed without a call of its own, because its customer could not be made

  std::string clone_id;  // empty: none that is usable
  CloneDetails details;
  int clone_generation = 0;
  int attach_generation = 0;
  int default_generation = 0;
  int detach_generation = 0;
  int clone_replacements = 0;  // clones that proved unusable
  int orphans = 0;             // clones that may exist without our knowing their id
  bool adopted = false;        // clone_id was there before us: not ours to take away
  bool detaching = false;      // not stored: it is loaded to be taken back, and `state` stands until it is

  LineContent content;
};

// A customer of the platform and the one on a connected account that stands for it.
struct Counterpart {
  std::string account;
  std::string customer;
  std::string target_customer;
};

// Where a link's customer came from.
enum class Origin : std::uint8_t { none, created, reused };

// One platform customer (or, without one, one original) on one connected account.
struct Link {
  std::int64_t id = 0;
  std::int64_t account_id = 0;
  std::string customer;         // platform customer, or the original's id where there is none
  std::string target_customer;  // empty: not there yet
  Origin origin = Origin::none;
  int generation = 0;        // of create_customer
  bool creating = false;     // a create_customer of some item has no answer yet: nobody else may create
  std::string refused_code;  // create_customer was refused because of the customer's fields
  std::string refused_message;
  std::string refused_request_id;
};

enum class IntentState : std::uint8_t {
  open,    // committed, and not known to have been answered: may have reached Stripe
  unsent,  // committed, but it certainly never reached a socket, or every answer so far says that nothing was
           // executed
  unknown,  // at least one sending ended without a usable answer
  settled,  // an answer decided it
};

// The durable record of the very request that is about to be sent. A re-send sends exactly these bytes.
struct Intent {
  std::int64_t id = 0;
  std::int64_t item_id = 0;
  Step step = Step::clone;
  int generation = 0;
  IntentState state = IntentState::open;
  std::string path;  // begins with /v1/; the method is POST
  std::string idempotency_key;
  std::string body;  // application/x-www-form-urlencoded
  std::string api_version;
  std::string key_digest;  // digest of the API key: idempotency keys are remembered per key owner
  Stamp first_sent;
  Stamp last_sent;
  int attempts = 0;  // sendings that ended in an unknown answer
  int sends = 0;     // all sendings
};

// What came back for an intent, as the ledger keeps it for `explain`.
struct Answered {
  int status = 0;  // HTTP status; 0: none came
  std::string verdict;
  std::string code;
  std::string message;  // redacted
  std::string request_id;
  std::int64_t wall_ms = 0;
  int latency_ms = 0;
};

}  // namespace payferry
