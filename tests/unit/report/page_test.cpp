#include "report/page.hpp"

#include <gtest/gtest.h>

#include "report/html.hpp"

namespace payferry::report {
namespace {

PageFacts facts(Outcome outcome) {
  PageFacts facts;
  facts.job = "night";
  facts.outcome = outcome;
  facts.tally.read = 1234;
  facts.tally.by_state[static_cast<std::size_t>(State::succeeded)] = 1230;
  facts.tally.by_state[static_cast<std::size_t>(State::failed)] = 3;
  facts.tally.rejected = 1;
  facts.tally.complete = true;
  return facts;
}

TEST(Page, says_in_one_sentence_how_it_ended) {
  EXPECT_EQ(verdict_of(facts(Outcome::failures)),
            "Done, with exceptions: of 1,234 entries, 1,230 are in place; 3 failed, 0 blocked and 1 rejected "
            "need a "
            "look.");
  EXPECT_TRUE(
      verdict_of(facts(Outcome::complete)).starts_with("Complete: of 1,234 entries, 1,230 are in place"));
  PageFacts open = facts(Outcome::unfinished);
  open.tally.complete = false;
  open.reason = "why";
  EXPECT_EQ(verdict_of(open),
            "Not finished: of 1,234 entries read so far, 1,230 are in place and 0 pending; the input was not "
            "read to "
            "its end. Reason: why.");
  EXPECT_TRUE(verdict_of(facts(Outcome::internal)).starts_with("The counts do not add up"));
}

TEST(Page, a_broken_balance_is_not_hidden) {
  EXPECT_NE(page(facts(Outcome::failures)).find("the sum of the above, as it must be"), std::string::npos);
  PageFacts broken = facts(Outcome::internal);
  ++broken.tally.read;
  EXPECT_NE(page(broken).find("<b>not</b> the sum of the above"), std::string::npos);
}

TEST(Page, words_from_outside_are_only_words) {
  PageFacts hostile = facts(Outcome::unfinished);
  hostile.reason = "<script>alert(1)</script>";
  hostile.ledger_file = "a\"><b>.db";
  hostile.troubles = {{"failed", "<img src=x>", "clone", 1, "req_<i>"}};
  hostile.accounts = {{"acct_<u>", "<s>", {1}}};
  hostile.requests = {{"<em>", 1}};
  ledger::RunRecord run;
  run.reason = "<q>";
  run.outcome = "<w>";
  hostile.runs = {run};
  hostile.warnings = {{"<tt>", 1}};
  const std::string text = page(hostile);
  for (const char* raw : {"<script", "<img", "<i>", "<u>", "<s>", "<em>", "<q>", "<w>", "<tt>", "\"><b>.db"})
    EXPECT_EQ(text.find(raw), std::string::npos) << raw;
  EXPECT_NE(text.find("&lt;img src=x&gt;"), std::string::npos);
}

TEST(Html, numbers_and_times_as_people_read_them) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(12345678), "12,345,678");
  EXPECT_EQ(lasting(999), "999 ms");
  EXPECT_EQ(lasting(12'500), "12.5 s");
  EXPECT_EQ(lasting(250'000), "4 min 10 s");
  EXPECT_EQ(lasting(12'000'000), "3 h 20 min");
  EXPECT_EQ(moment(0), "");
  EXPECT_EQ(moment(1'700'000'000'000), "2023-11-14 22:13:20 UTC");
  EXPECT_EQ(share(1, 8), "12.5 %");
  EXPECT_EQ(share(0, 0), "");
}

}  // namespace
}  // namespace payferry::report
