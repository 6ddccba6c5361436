#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/known_items.hpp"
#include "ledger/ledger.hpp"

// What a plan asks of a ledger, which a run may be writing to meanwhile: everything is as of one moment, and
// nothing can be written. Blocking; throws Unreadable (ledger/reader.hpp) where the file is damaged.
namespace payferry::ledger {

// A pending item.
struct OpenItem {
  std::int64_t id = 0;
  std::string account;
  std::string customer;
  std::string payment_method;
  std::string type;  // of its clone, or what its line says; empty: not known
  Step step = Step::clone;
  bool has_clone = false;
  bool is_default = false;
  bool at_rest = false;  // nothing of it may have been executed without our knowing
  bool untouched = false;
  KnownLink link;
};

struct PreviewAccount {
  std::int64_t id = 0;
  std::string account;
  bool lost = false;
  Looked looked = Looked::no;
};

// The reading that the job's next run goes on with, if its input is still the same.
struct PreviewReading {
  std::string identity;
  std::string position;
  std::uint64_t lines = 0;
};

class Preview {
 public:
  virtual ~Preview() = default;
  virtual const Owner& owner() const = 0;
  virtual std::vector<PreviewAccount> accounts() = 0;
  virtual std::optional<PreviewReading> reading(const std::string& job) = 0;
  virtual std::string customers_file(const std::string& job) = 0;
  // What the line names; cheap where lines come in the order in which they were admitted.
  virtual std::optional<KnownItems::Found> find(std::int64_t account, const Entry& entry) = 0;
  virtual KnownLink link(const std::string& account, const std::string& customer) = 0;
  virtual void for_each_open(const std::function<void(const OpenItem&)>& take) = 0;
};

// Errors: ledger: not ours, of another version, damaged, not readable.
Result<std::unique_ptr<Preview>> open_preview(const LedgerPlace& place);

}  // namespace payferry::ledger
