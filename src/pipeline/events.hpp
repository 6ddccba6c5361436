#pragma once

#include "core/records.hpp"
#include "intake/source.hpp"
#include "ledger/ledger.hpp"
#include "plan/breaker.hpp"
#include "plan/preflight.hpp"
#include "stripe/client.hpp"
#include "stripe/verdict.hpp"

namespace payferry::pipeline {

// What the coroutines tell of what they do. Whoever watches (counters, metrics, log) implements it; nothing
// here decides anything.
class Events {
 public:
  virtual ~Events() = default;
  virtual void admitted(const ledger::Admission& admission, const ledger::Admitted& counts) = 0;
  // What the source says of itself: that it is lost, or there again.
  virtual void source_notice(const std::string& /*message*/) {}
  // `account`: that the request was about; empty: the platform.
  virtual void answered(const std::string& account, Endpoint endpoint, const stripe::Exchange& exchange,
                        const stripe::Verdict& verdict) = 0;
  virtual void sent_again(Endpoint endpoint) = 0;
  virtual void no_connection(const Error& error) = 0;
  // The item left `pending`: succeeded, skipped or failed.
  virtual void ended(const Item& item) = 0;
  // The item was to be taken back: skipped(rolled_back), failed(attached_elsewhere), or what it was, with the
  // reason of the refusal.
  virtual void taken_back(const Item& /*item*/) {}
  virtual void parked(const Item& item) = 0;
  virtual void account_lost(const std::string& account, const stripe::Verdict& verdict) = 0;
  // More than one customer bears the marker of one platform customer; the oldest is taken.
  virtual void several_customers(const std::string& account, const std::string& customer,
                                 const std::string& taken, int count) = 0;
  // Nothing more will be done for the account in this run.
  virtual void account_done(const std::string& /*account*/) {}
  virtual void account_found(const std::string& account) = 0;
  // What whoever looks after the account should know; `blocks`: nothing is moved to it in this run.
  virtual void remarked(const std::string& /*account*/, const plan::Remark&, bool /*blocks*/) {}
  // The account's customers were looked through; so many links have got theirs by that.
  virtual void counterparts_found(const std::string& /*account*/, std::uint64_t /*links*/) {}
  // The account's breaker opened or stayed open (`pause` until the next probe), closed, or gave it up.
  virtual void breaker(const std::string& /*account*/, plan::Breakers::Act, Nanoseconds /*pause*/) {}
};

}  // namespace payferry::pipeline
