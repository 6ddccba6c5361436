#include "report/summary.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace payferry::report {
namespace {

class SummaryTest : public testing::Test {
 protected:
  SummaryTest() {
    tally_.lines = 3;
    tally_.read = 5;
    tally_.rejected = 1;
    tally_.duplicate = 2;
    tally_.by_state[static_cast<std::size_t>(State::succeeded)] = 1;
    tally_.by_state[static_cast<std::size_t>(State::pending)] = 1;
    tally_.pending_reasons["unknown"] = 1;
    tally_.failures["card_declined"] = 4;
  }
  rapidjson::Document of(std::optional<ledger::RunRecord> last = std::nullopt) {
    rapidjson::Document document;
    document.Parse(summary_json("job", Outcome::unfinished, "why", tally_, last).c_str());
    EXPECT_FALSE(document.HasParseError());
    return document;
  }

  ledger::Tally tally_;
};

TEST_F(SummaryTest, counts_from_the_tally) {
  const rapidjson::Document document = of();
  EXPECT_STREQ(document["job"].GetString(), "job");
  EXPECT_STREQ(document["outcome"].GetString(), "unfinished");
  EXPECT_EQ(document["exit_code"].GetInt(), 4);
  EXPECT_STREQ(document["reason"].GetString(), "why");
  EXPECT_EQ(document["input"]["lines"].GetInt(), 3);
  EXPECT_FALSE(document["input"]["complete"].GetBool());
  EXPECT_EQ(document["items"]["read"].GetInt(), 5);
  EXPECT_EQ(document["items"]["duplicate"].GetInt(), 2);
  EXPECT_EQ(document["pending_reasons"]["unknown"].GetInt(), 1);
  EXPECT_EQ(document["failures"]["card_declined"].GetInt(), 4);
  EXPECT_EQ(document["requests"]["total"].GetInt(), 0);
}

TEST_F(SummaryTest, takes_the_runs_own_part_from_what_it_noted_last) {
  ledger::RunRecord last;
  last.summary =
      R"({"run":{"succeeded":9},"requests":{"total":77},"seconds":12.5,"items":{"read":0},"job":"x"})";
  const rapidjson::Document document = of(last);
  EXPECT_EQ(document["requests"]["total"].GetInt(), 77);
  EXPECT_EQ(document["run"]["succeeded"].GetInt(), 9);
  EXPECT_DOUBLE_EQ(document["seconds"].GetDouble(), 12.5);
  EXPECT_EQ(document["items"]["read"].GetInt(), 5);
  EXPECT_STREQ(document["job"].GetString(), "job");
}

TEST_F(SummaryTest, a_note_that_is_damaged_is_left_out) {
  for (const char* text : {"", "{", "[]", "7", "{\"other\":1}"}) {
    ledger::RunRecord last;
    last.summary = text;
    EXPECT_EQ(of(last)["requests"]["total"].GetInt(), 0) << text;
  }
}

}  // namespace
}  // namespace payferry::report
