#include "plan/admission.hpp"

#include <gtest/gtest.h>

#include "cases.hpp"

namespace payferry::plan {
namespace {

using ledger::AdmissionRules;
using ledger::Known;
using ledger::Meeting;

Entry entry_of_type(std::string type) {
  Entry entry;
  entry.account = "acct_A";
  entry.payment_method = "pm_1";
  entry.content.type = std::move(type);
  return entry;
}

TEST(Admission, only_a_known_and_excluded_type_is_skipped) {
  const Rules rules = test::usual_rules();
  EXPECT_EQ(start_of(entry_of_type(""), rules).state, State::pending);
  EXPECT_EQ(start_of(entry_of_type("card"), rules).state, State::pending);
  const AdmissionRules::Start excluded = start_of(entry_of_type("sepa_debit"), rules);
  EXPECT_EQ(excluded.state, State::skipped);
  EXPECT_EQ(excluded.reason, "type_excluded");
}

struct MeetRow {
  const char* what;
  State state;
  const char* reason;
  bool untouched;
  bool same;
  bool now_excluded;
  Meeting expected;
};

class MeetTest : public testing::TestWithParam<MeetRow> {};

TEST_P(MeetTest, decides) {
  const MeetRow& row = GetParam();
  Known known;
  known.state = row.state;
  known.reason = row.reason;
  known.untouched = row.untouched;
  known.same_content = row.same;
  AdmissionRules::Start start;
  if (row.now_excluded) start = {State::skipped, "type_excluded"};
  EXPECT_EQ(meet(known, start), row.expected) << row.what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, MeetTest,
    testing::Values(
        MeetRow{"same succeeded", State::succeeded, "", false, true, false, Meeting::keep},
        MeetRow{"other words for what succeeded", State::succeeded, "", false, false, false,
                Meeting::differs},
        MeetRow{"same failed: only retry takes it", State::failed, "x", false, true, false, Meeting::keep},
        MeetRow{"nothing mends a used-up original", State::failed, "original_consumed", false, false, false,
                Meeting::differs},
        MeetRow{"mended line", State::failed, "x", false, false, false, Meeting::amend},
        MeetRow{"same pending", State::pending, "", true, true, false, Meeting::keep},
        MeetRow{"untouched takes new words", State::pending, "", true, false, false, Meeting::replace},
        MeetRow{"untouched and now excluded", State::pending, "", true, true, true, Meeting::replace},
        MeetRow{"under way", State::pending, "", false, true, false, Meeting::keep},
        MeetRow{"under way, other words", State::pending, "", false, false, false, Meeting::differs},
        MeetRow{"unknown, other words", State::pending, "unknown", false, false, false, Meeting::differs},
        MeetRow{"still excluded", State::skipped, "type_excluded", true, true, true, Meeting::keep},
        MeetRow{"no longer excluded", State::skipped, "type_excluded", true, true, false, Meeting::replace},
        MeetRow{"excluded by its clone", State::skipped, "type_excluded", false, true, false, Meeting::keep},
        MeetRow{"skipped for good", State::skipped, "existing", true, false, false, Meeting::keep},
        MeetRow{"rolled back", State::skipped, "rolled_back", false, true, false, Meeting::keep}));

TEST(Admission, a_mended_line_amends_a_blocked_item_unless_its_request_may_have_been_executed) {
  Known blocked;
  blocked.account_lost = true;
  blocked.at_rest = true;
  EXPECT_EQ(meet(blocked, {}), Meeting::amend);
  blocked.same_content = true;
  EXPECT_EQ(meet(blocked, {}), Meeting::keep);
  blocked.same_content = false;
  blocked.at_rest = false;
  EXPECT_EQ(meet(blocked, {}), Meeting::differs);
  blocked.at_rest = true;
  blocked.account_lost = false;
  EXPECT_EQ(meet(blocked, {}), Meeting::differs);
}

TEST(Admission, the_rules_for_the_ledger_say_the_same) {
  Rules rules = test::usual_rules();
  rules.customer = settings::CustomerRule::none;
  const AdmissionRules made = admission_rules(rules);
  EXPECT_FALSE(made.with_links);
  EXPECT_EQ(made.start(entry_of_type("sepa_debit")).state, State::skipped);
  Known failed;
  failed.state = State::failed;
  EXPECT_EQ(made.meet(failed, entry_of_type(""), {}), Meeting::amend);
}

}  // namespace
}  // namespace payferry::plan
