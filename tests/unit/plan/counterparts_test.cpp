#include "plan/counterparts.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

using Metadata = std::vector<std::pair<std::string, std::string>>;

stripe::Customer customer_with(Metadata metadata, bool deleted = false) {
  stripe::Customer customer;
  customer.id = "cus_there";
  customer.deleted = deleted;
  customer.metadata = std::move(metadata);
  return customer;
}

TEST(Counterparts, AreClaimedByOurMarkOrByTheNamedMetadata) {
  const std::string mark = "payferry_source_customer";
  struct Case {
    const char* what;
    Metadata metadata;
    bool deleted;
    Claims claims;
    const char* marked;
    const char* claimed;
  };
  const Case cases[] = {
      {"no metadata", {}, false, {true, "ref"}, "", ""},
      {"our mark", {{mark, "cus_1"}}, false, {true, ""}, "cus_1", "cus_1"},
      {"our mark, which is no claim", {{mark, "cus_1"}}, false, {false, "ref"}, "cus_1", ""},
      {"the key", {{"ref", "cus_2"}}, false, {false, "ref"}, "", "cus_2"},
      {"a key that nobody named", {{"ref", "cus_2"}}, false, {true, ""}, "", ""},
      {"both: the mark counts", {{"ref", "cus_2"}, {mark, "cus_1"}}, false, {true, "ref"}, "cus_1", "cus_1"},
      {"an empty mark leaves it to the key",
       {{mark, ""}, {"ref", "cus_2"}},
       false,
       {true, "ref"},
       "",
       "cus_2"},
      {"no customer's id", {{"ref", "4711"}}, false, {true, "ref"}, "", ""},
      {"deleted", {{mark, "cus_1"}, {"ref", "cus_2"}}, true, {true, "ref"}, "", ""},
  };
  for (const Case& c : cases) {
    const stripe::Customer customer = customer_with(c.metadata, c.deleted);
    EXPECT_EQ(marked_for(customer), c.marked) << c.what;
    EXPECT_EQ(claimed_for(customer, c.claims), c.claimed) << c.what;
  }
}

TEST(Counterparts, FirstSightOfAnAccount) {
  struct Case {
    const char* what;
    FirstLook look;        // customers, marked, marked_for, explained, at_end
    FirstLookRules rules;  // others_block, new_ledger, explainable
    FirstSight sight;
  };
  const FirstLookRules usual;
  const Case cases[] = {
      {"empty", {false, "", "", false, true}, usual, FirstSight::pass},
      {"nothing yet, more to see", {false, "", "", false, false}, usual, FirstSight::more},
      {"strangers", {true, "", "", false, false}, usual, FirstSight::other_customers},
      {"strangers that do not matter", {true, "", "", false, true}, {false, false, false}, FirstSight::pass},
      {"a mark may still follow", {true, "", "", false, false}, {false, false, false}, FirstSight::more},
      {"a later page may explain", {true, "", "", false, false}, {true, false, true}, FirstSight::more},
      {"no page did", {true, "", "", false, true}, {true, false, true}, FirstSight::other_customers},
      {"explained, a mark may still follow",
       {true, "", "", true, false},
       {true, false, true},
       FirstSight::more},
      {"explained", {true, "", "", true, true}, {true, false, true}, FirstSight::pass},
      {"our mark", {true, "cus_x", "cus_1", false, false}, usual, FirstSight::served_elsewhere},
      {"our mark, although explained",
       {true, "cus_x", "cus_1", true, true},
       usual,
       FirstSight::served_elsewhere},
      {"our mark, a new ledger",
       {true, "cus_x", "cus_1", false, false},
       {true, true, false},
       FirstSight::take_over},
      {"a new ledger looks for marks", {true, "", "", false, false}, {true, true, false}, FirstSight::more},
      {"a new ledger among strangers",
       {true, "", "", false, true},
       {true, true, false},
       FirstSight::other_customers},
  };
  for (const Case& c : cases) EXPECT_EQ(first_sight(c.look, c.rules), c.sight) << c.what;
}

}  // namespace
}  // namespace payferry::plan
