#include "ledger/export.hpp"

#include <rapidjson/document.h>

#include <map>

#include "opened.hpp"

namespace payferry::ledger {
namespace {

class ExportTest : public test::LedgerTest {
 protected:
  std::string text() {
    std::string all;
    const Result<std::uint64_t> lines = export_rows(place_, [&all](std::string_view line) {
      all += line;
      return true;
    });
    if (!lines) throw std::runtime_error(lines.error().message);
    EXPECT_EQ(*lines, static_cast<std::uint64_t>(std::count(all.begin(), all.end(), '\n')));
    return all;
  }
  std::vector<rapidjson::Document> objects() {
    std::vector<rapidjson::Document> found;
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);) {
      found.emplace_back().Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
          line);
      EXPECT_FALSE(found.back().HasParseError()) << line;
    }
    return found;
  }
};

TEST_F(ExportTest, tells_every_row_by_its_kind) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1"), entry("cus_2", "pm_2")},
        {Reject{9, "acct_A", "customer_invalid", "words", nullptr}});
  end(load().front(), State::failed, Step::clone, "card_declined");
  intend(only(), Step::clone, 3);
  RunRecord run;
  run.job = "job";
  done(ledger_->note_run(run));
  std::map<std::string, int> kinds;
  for (const rapidjson::Document& object : objects()) {
    ++kinds[object["kind"].GetString()];
    const std::string kind = object["kind"].GetString();
    if (kind == "ledger") {
      EXPECT_STREQ(object["platform"].GetString(), "acct_platform");
    }
    if (kind == "input") {
      EXPECT_FALSE(object["complete"].GetBool());
    }
    if (kind == "item" && object["id"].GetInt64() == 1) {
      EXPECT_STREQ(object["state"].GetString(), "failed");
      EXPECT_STREQ(object["step"].GetString(), "clone");
      EXPECT_STREQ(object["reason"].GetString(), "card_declined");
      EXPECT_STREQ(object["account"].GetString(), "acct_A");
      EXPECT_TRUE(object["touched"].GetBool());
    }
    if (kind == "intent" && object["id"].GetInt64() == 2) {
      EXPECT_STREQ(object["state"].GetString(), "open");
      EXPECT_EQ(object["generation"].GetInt(), 3);
    }
  }
  const std::map<std::string, int> expected{{"ledger", 1}, {"account", 1}, {"input", 1},
                                            {"link", 2},   {"item", 2},    {"entry", 2},
                                            {"intent", 2}, {"reject", 1},  {"run", 1}};
  EXPECT_EQ(kinds, expected);
}

TEST_F(ExportTest, holds_nobodys_data) {
  const std::int64_t input = begin();
  Entry line = entry("cus_1", "pm_1");
  line.content.name = "secret name";
  line.content.email = "secret@example.com";
  line.content.metadata = {{"note", "secret note"}};
  const auto cells = std::make_shared<const std::string>("[\"secret cell\"]");
  admit(input, {line}, {Reject{9, "secret@example.com", "account_invalid", "secret words", cells}});
  intend(only(), Step::clone);  // its body holds an e-mail address
  EXPECT_EQ(text().find("secret"), std::string::npos) << text();
}

TEST_F(ExportTest, stops_when_it_is_not_taken_any_more) {
  begin();
  int taken = 0;
  const Result<std::uint64_t> lines = export_rows(place_, [&taken](std::string_view) { return ++taken < 1; });
  ASSERT_TRUE(lines);
  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace payferry::ledger
