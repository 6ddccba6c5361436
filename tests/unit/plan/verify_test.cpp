#include "plan/verify.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

using ledger::CheckedClone;
using ledger::CheckedCustomer;
using settings::DefaultRule;
using State = SeenCustomer::State;

CloneDetails card(const std::string& fingerprint = "fp1") {
  return {"card", fingerprint, "4242", "visa", 12, 2030};
}

CheckedCustomer customer() {
  CheckedCustomer customer;
  customer.account = "acct_1";
  customer.customer = "cus_old";
  customer.target_customer = "cus_new";
  customer.made = true;
  customer.clones.push_back({"pm_1", "pm_c1", card(), true, true});
  return customer;
}

stripe::PaymentMethod method(const std::string& id, const std::string& on = "cus_new",
                             const std::string& fingerprint = "fp1") {
  return {id, on, card(fingerprint)};
}

SeenCustomer equal() {
  SeenCustomer seen;
  seen.default_method = "pm_c1";
  seen.marked_for = "cus_old";
  seen.methods = {method("pm_c1")};
  return seen;
}

std::string kinds(const CheckedCustomer& expected, const SeenCustomer& seen,
                  DefaultRule rule = DefaultRule::marked, const std::vector<std::string>& others = {}) {
  std::string text;
  for (const Mismatch& mismatch : compare(expected, seen, rule, others))
    text += (text.empty() ? "" : " ") + mismatch.kind;
  return text;
}

TEST(Verify, EqualIsNoMismatch) {
  EXPECT_EQ(kinds(customer(), equal()), "");
  EXPECT_FALSE(needs_list(customer(), equal(), false));
  EXPECT_TRUE(needs_list(customer(), equal(), true));
  EXPECT_TRUE(unseen(customer(), equal()).empty());
}

TEST(Verify, NamesWhatBecameOfTheCustomer) {
  SeenCustomer seen = equal();
  seen.state = State::gone;
  EXPECT_EQ(kinds(customer(), seen), "customer_gone");
  seen.state = State::deleted;
  EXPECT_EQ(kinds(customer(), seen), "customer_deleted");
  EXPECT_FALSE(needs_list(customer(), seen, true));
  EXPECT_TRUE(unseen(customer(), seen).empty());
  seen = equal();
  seen.marked_for = "cus_other";
  EXPECT_EQ(kinds(customer(), seen), "customer_unmarked");
  CheckedCustomer found = customer();
  found.made = false;
  EXPECT_EQ(kinds(found, seen), "") << "one that was there before bears no mark of ours";
}

TEST(Verify, NamesWhereTheCloneIs) {
  SeenCustomer seen = equal();
  seen.methods.clear();
  EXPECT_TRUE(needs_list(customer(), seen, false));
  EXPECT_EQ(unseen(customer(), seen), std::vector<std::string>{"pm_c1"});
  EXPECT_EQ(kinds(customer(), seen), "clone_gone");
  seen.elsewhere = {method("pm_c1", "")};
  EXPECT_EQ(kinds(customer(), seen), "clone_detached");
  seen.elsewhere = {method("pm_c1", "cus_third")};
  EXPECT_EQ(kinds(customer(), seen), "clone_elsewhere");
  EXPECT_EQ(compare(customer(), seen, DefaultRule::marked, {})[0].found, "cus_third");
}

TEST(Verify, NamesEveryFieldThatDiffers) {
  struct Case {
    const char* kind;
    void (*change)(CloneDetails&);
  };
  const Case cases[] = {
      {"type_differs", [](CloneDetails& d) { d.type = "us_bank_account"; }},
      {"fingerprint_differs", [](CloneDetails& d) { d.fingerprint = "fp9"; }},
      {"last4_differs", [](CloneDetails& d) { d.last4 = "0000"; }},
      {"expiry_differs", [](CloneDetails& d) { d.exp_month = 1; }},
      {"expiry_differs", [](CloneDetails& d) { d.exp_year = 2031; }},
      {"brand_differs", [](CloneDetails& d) { d.brand = "amex"; }},
  };
  for (const Case& one : cases) {
    SeenCustomer seen = equal();
    one.change(seen.methods[0].details);
    EXPECT_EQ(kinds(customer(), seen), one.kind);
  }
}

TEST(Verify, TheDefaultIsWhatTheRuleHasSet) {
  SeenCustomer seen = equal();
  seen.default_method = "pm_theirs";
  EXPECT_EQ(kinds(customer(), seen, DefaultRule::marked), "default_differs");
  EXPECT_EQ(kinds(customer(), seen, DefaultRule::first), "default_differs");
  EXPECT_EQ(kinds(customer(), seen, DefaultRule::none), "");
  CheckedCustomer plain = customer();
  plain.clones[0].marked = plain.clones[0].made_customer = false;
  EXPECT_EQ(kinds(plain, seen, DefaultRule::marked), "");
  EXPECT_EQ(kinds(plain, seen, DefaultRule::first), "");
  CheckedCustomer two = customer();
  two.clones.push_back({"pm_2", "pm_c2", card("fp2"), true, false});
  seen.methods.push_back(method("pm_c2", "cus_new", "fp2"));
  seen.default_method = "pm_c2";
  EXPECT_EQ(kinds(two, seen), "") << "of several that are marked, any may have been the last";
}

TEST(Verify, ASecondOneOfTheSameCardIsADuplicateUnlessItIsAnItemsClone) {
  SeenCustomer seen = equal();
  seen.methods.push_back(method("pm_twin"));
  seen.methods.push_back(method("pm_other", "cus_new", "fp2"));
  EXPECT_EQ(suspects(customer(), seen), std::vector<std::string>{"pm_twin"});
  EXPECT_EQ(kinds(customer(), seen), "duplicate");
  EXPECT_EQ(kinds(customer(), seen, DefaultRule::marked, {"pm_twin"}), "");
  CheckedCustomer blank = customer();
  blank.clones[0].details.fingerprint.clear();
  EXPECT_TRUE(suspects(blank, seen).empty());
}

TEST(Verify, CountsTheReadsBefore) {
  const std::vector<ledger::CheckedAccount> accounts{{1, "acct_1", 250, 400, 100, 150},
                                                     {2, "acct_2", 1, 1, 1, 1}};
  const auto cost = [&](DefaultRule rule, bool duplicates) {
    const ReadCost read = cost_of(accounts, rule, duplicates);
    return std::pair(read.least, read.most);
  };
  EXPECT_EQ(cost(DefaultRule::none, false),
            std::pair(std::uint64_t{1 + 3 + 250 + 1 + 1}, std::uint64_t{1 + 251 + 250 + 2 + 1}));
  EXPECT_EQ(cost(DefaultRule::marked, false),
            std::pair(std::uint64_t{1 + 3 + 150 + 1}, std::uint64_t{1 + 251 + 150 + 2}));
  EXPECT_EQ(cost(DefaultRule::first, false),
            std::pair(std::uint64_t{1 + 3 + 100 + 1}, std::uint64_t{1 + 251 + 100 + 2}));
  EXPECT_EQ(cost(DefaultRule::first, true), cost(DefaultRule::none, false));
}

TEST(Verify, ListsAsLongAsAPageShowsOneOfOurs) {
  EXPECT_TRUE(worth_listing(0, 0, 1));
  EXPECT_FALSE(worth_listing(0, 0, 0));
  EXPECT_FALSE(worth_listing(1, 0, 5));
  EXPECT_TRUE(worth_listing(3, 3, 5));
  EXPECT_FALSE(worth_listing(4, 3, 5));
}

}  // namespace
}  // namespace payferry::plan
