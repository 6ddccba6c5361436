#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/checks.hpp"
#include "settings/settings.hpp"
#include "stripe/verdict.hpp"

// What the ledger says of a customer's clones, against what Stripe shows. Pure.
namespace payferry::plan {

// What Stripe shows of one customer.
struct SeenCustomer {
  enum class State { there, deleted, gone };
  State state = State::there;
  std::string default_method;                  // empty: none
  std::string marked_for;                      // our mark: the platform's customer that it stands for
  std::vector<stripe::PaymentMethod> methods;  // attached: all of them, or what was seen by the way
  // Clones that are not among them, asked for one by one; those that Stripe does not know are missing here.
  std::vector<stripe::PaymentMethod> elsewhere;
};

struct Mismatch {
  // customer_gone, customer_deleted, customer_unmarked, default_differs, clone_gone, clone_detached,
  // clone_elsewhere, type_differs, fingerprint_differs, last4_differs, expiry_differs, brand_differs,
  // duplicate
  std::string kind;
  std::string payment_method;  // the original; empty: it is about the customer
  std::string clone_id;
  std::string expected;
  std::string found;
};

// Whether the customer's methods must be listed: not where its only clone is seen as its default anyway.
// `duplicates`: they must, for what is attached besides.
bool needs_list(const ledger::CheckedCustomer& customer, const SeenCustomer& seen, bool duplicates);

// Clones that are to be asked for one by one, because they were not seen attached.
std::vector<std::string> unseen(const ledger::CheckedCustomer& customer, const SeenCustomer& seen);

// Everything that differs. `others`: those of suspects() that are clones of other items.
std::vector<Mismatch> compare(const ledger::CheckedCustomer& customer, const SeenCustomer& seen,
                              settings::DefaultRule rule, const std::vector<std::string>& others);

// Attached methods that are the same card or bank account as a clone, by fingerprint, and are none
// themselves.
std::vector<std::string> suspects(const ledger::CheckedCustomer& customer, const SeenCustomer& seen);

// How many reads a verification takes where all is equal: at least, and at most where the accounts hold many
// customers of others.
struct ReadCost {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};
ReadCost cost_of(const std::vector<ledger::CheckedAccount>& accounts, settings::DefaultRule rule,
                 bool duplicates);

// Whether to go on listing an account's customers, a hundred to a read, or to ask for the rest one by one: as
// long as every page so far has shown one of ours, on average.
bool worth_listing(std::uint64_t pages, std::uint64_t shown, std::uint64_t left);

}  // namespace payferry::plan
