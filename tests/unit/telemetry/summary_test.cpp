#include "telemetry/summary.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <vector>

namespace payferry::telemetry {
namespace {

std::string without_space(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\n') out += c;
  return out;
}

TEST(Summary, of_nothing_has_the_whole_shape) {
  Snapshot now;
  now.job = "spring-onboarding";
  now.outcome = Outcome::complete;
  now.input_complete = true;
  EXPECT_EQ(
      without_space(summary_json(now)),
      R"({"job":"spring-onboarding","outcome":"complete","exit_code":0,"reason":"","seconds":0,)"
      R"("input":{"lines":0,"complete":true},)"
      R"("items":{"read":0,"rejected":0,"duplicate":0,"succeeded":0,"skipped":0,"failed":0,"blocked":0,"pending":0},)"
      R"("run":{"succeeded":0,"failed":0,"blocked":0},"pending_reasons":{"unknown":0},)"
      R"("customers":{"created":0,"reused":0},"possible_orphans":0,)"
      R"("requests":{"total":0,"retries":0,"rate_limited":0,"by_endpoint":{"clone":0,"create_customer":0,"attach":0}},)"
      R"("failures":{}})");
}

Snapshot full() {
  Snapshot now;
  now.job = "j";
  now.outcome = Outcome::unfinished;
  now.reason = "asked to stop";
  now.seconds = 12.34567;
  now.input_lines = 20;
  now.items = ItemCounts{36, 1, 2, 3, 4, 5, 6, 15};
  now.run_succeeded = 7;
  now.run_failed = 8;
  now.run_blocked = 9;
  now.pending_reasons.add("settling", 2);
  now.customers_created = 10;
  now.customers_reused = 11;
  now.possible_orphans = 12;
  now.requests.total = 13;
  now.requests.retries = 14;
  now.requests.rate_limited = 15;
  now.requests.by_endpoint[static_cast<std::size_t>(Endpoint::attach)] = 16;
  now.requests.by_endpoint[static_cast<std::size_t>(Endpoint::get_customer)] = 17;
  now.failures.add("card_declined", 5);
  return now;
}

TEST(Summary, puts_every_number_under_its_own_name) {
  EXPECT_EQ(
      without_space(summary_json(full())),
      R"({"job":"j","outcome":"unfinished","exit_code":4,"reason":"askedtostop","seconds":12.346,)"
      R"("input":{"lines":20,"complete":false},)"
      R"("items":{"read":36,"rejected":1,"duplicate":2,"succeeded":3,"skipped":4,"failed":5,"blocked":6,"pending":15},)"
      R"("run":{"succeeded":7,"failed":8,"blocked":9},"pending_reasons":{"unknown":0,"settling":2},)"
      R"("customers":{"created":10,"reused":11},"possible_orphans":12,)"
      R"("requests":{"total":13,"retries":14,"rate_limited":15,)"
      R"("by_endpoint":{"clone":0,"create_customer":0,"attach":16,"get_customer":17}},)"
      R"("failures":{"card_declined":5}})");
}

TEST(Summary, is_valid_json_whatever_came_from_outside_and_keeps_secrets) {
  Snapshot now = full();
  now.reason = "key sk_live_abc123 of jane@example.com \"\n\xFF";
  now.failures.add("odd \"code\"\n\xC3");
  const std::string text = summary_json(now);
  rapidjson::Document parsed;
  parsed.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                                                       text.size());
  EXPECT_FALSE(parsed.HasParseError()) << text;
  EXPECT_EQ(text.find("abc123"), std::string::npos);
  EXPECT_EQ(text.find("jane"), std::string::npos);
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace payferry::telemetry
