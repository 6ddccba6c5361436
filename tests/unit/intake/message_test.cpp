#include "intake/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace payferry::intake {
namespace {

using testing::ElementsAre;
using testing::Pair;

settings::TargetSettings rules() {
  settings::TargetSettings target;
  target.accounts = {"acct_1", "acct_2"};
  return target;
}

std::string code_of(std::string_view body) {
  const auto made = read_message(body, 7, rules());
  const auto* reject = std::get_if<Reject>(&made);
  return reject ? reject->code : "";
}

std::vector<Entry> entries_of(std::string_view body) {
  auto made = read_message(body, 7, rules());
  if (const auto* reject = std::get_if<Reject>(&made)) {
    ADD_FAILURE() << reject->code << ": " << reject->message;
    return {};
  }
  return std::get<std::vector<Entry>>(std::move(made));
}

TEST(Message, HasTheFieldsOfALine) {
  const std::vector<Entry> entries = entries_of(R"json({
    "payment_method": "pm_1", "customer": "cus_1", "account": "acct_9", "target_customer": "cus_2", "type": "card",
    "name": "N", "email": "E", "phone": "P", "default": true, "metadata": {"plan": "gold", "since": "2020"}})json");
  ASSERT_EQ(entries.size(), 1u);
  const Entry& entry = entries[0];
  EXPECT_EQ(entry.line, 7u);
  EXPECT_EQ(entry.payment_method, "pm_1");
  EXPECT_EQ(entry.customer, "cus_1");
  EXPECT_EQ(entry.account, "acct_9");
  EXPECT_EQ(entry.content.target_customer, "cus_2");
  EXPECT_EQ(entry.content.type, "card");
  EXPECT_EQ(entry.content.name, "N");
  EXPECT_EQ(entry.content.email, "E");
  EXPECT_EQ(entry.content.phone, "P");
  EXPECT_TRUE(entry.content.is_default);
  EXPECT_THAT(entry.content.metadata, ElementsAre(Pair("plan", "gold"), Pair("since", "2020")));
  EXPECT_EQ(
      *entry.cells,
      R"(["pm_1","cus_1","acct_9","cus_2","card","N","E","P","true","{\"plan\":\"gold\",\"since\":\"2020\"}"])");
  EXPECT_EQ(message_columns().size(), 10u);
}

TEST(Message, WithoutAnAccountGoesToEachOfTheJobs) {
  const std::vector<Entry> entries =
      entries_of(R"({"payment_method":"pm_1","customer":"cus_1","account":null})");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].account, "acct_2");
  EXPECT_FALSE(entries[0].content.is_default);
}

TEST(Message, OfABadKindIsARejectThatSaysWhy) {
  const std::string good = R"("payment_method":"pm_1","customer":"cus_1")";
  const std::string long_field(70'000, 'x');
  std::string many;
  for (int key = 0; key < 49; ++key)
    many += (many.empty() ? "\"k" : ",\"k") + std::to_string(key) + "\":\"v\"";
  const std::pair<std::string, std::string> cases[] = {
      {"", "message_malformed"},
      {"pm_1", "message_malformed"},
      {"[]", "message_malformed"},
      {"null", "message_malformed"},
      {"{" + good + "} {}", "message_malformed"},
      {"{" + good, "message_malformed"},
      {std::string(100'000, '['), "message_malformed"},
      {"{" + good + R"(,"customer":"cus_2"})", "message_malformed"},
      {"{" + good + R"(,"metadata":{"a":"1","a":"2"}})", "message_malformed"},
      {"{" + good + R"(,"colour":"red"})", "message_unknown_field"},
      {"{" + good + R"(,"Account":"acct_1"})", "message_unknown_field"},
      {"{" + good + R"(,"payferry_account":"acct_1"})", "message_unknown_field"},
      {R"({"payment_method":1})", "message_wrong_type"},
      {R"({"payment_method":18446744073709551616})", "message_wrong_type"},
      {"{" + good + R"(,"account":["acct_1"]})", "message_wrong_type"},
      {"{" + good + R"(,"default":"true"})", "message_wrong_type"},
      {"{" + good + R"(,"default":1})", "message_wrong_type"},
      {"{" + good + R"(,"metadata":[]})", "message_wrong_type"},
      {"{" + good + R"(,"metadata":{"a":1}})", "message_wrong_type"},
      {"{" + good + R"(,"metadata":{"":"1"}})", "metadata_invalid_key"},
      {"{" + good + R"(,"metadata":{"payferry_source_customer":"1"}})", "metadata_invalid_key"},
      {"{" + good + R"(,"metadata":{"a[b]":"1"}})", "metadata_invalid_key"},
      {"{" + good + R"(,"metadata":{)" + many + "}}", "metadata_too_long"},
      {"{" + good + R"(,"name":"a\u0000b"})", "nul_byte"},
      {"{" + good + R"(,"name":")" + long_field + "\"}", "field_too_long"},
      {"{" + good + ",\"name\":\"\xff\"}", "invalid_utf8"},
      {"{" + good + R"(,"name":"\ud800"})", "message_malformed"},
      {"{" + std::string(kMessageLimit, ' ') + "}", "message_too_long"},
      {"{}", "payment_method_missing"},
      {R"({"payment_method":"pm_1"})", "customer_missing"},
      {"{" + good + R"(,"account":"elsewhere"})", "account_invalid_id"},
  };
  for (const auto& [body, code] : cases) EXPECT_EQ(code_of(body), code) << body.substr(0, 200);
}

TEST(Message, RejectsNeverRepeatWhatTheyWereGiven) {
  for (const std::string body :
       {R"({"Zebedee":"zebra@x.example"})", R"({"payment_method":"pm_1","name":["Zebedee"]})", R"(Zebedee)",
        R"({"metadata":{"Zebedee[":"zebra"}})"}) {
    const auto made = read_message(body, 1, rules());
    ASSERT_TRUE(std::holds_alternative<Reject>(made));
    EXPECT_EQ(std::get<Reject>(made).message.find("Zebedee"), std::string::npos);
    EXPECT_EQ(std::get<Reject>(made).message.find("zebra"), std::string::npos);
  }
}

TEST(Message, OfAnEntryReadsAsThatEntryAgain) {
  Entry entry;
  entry.line = 7;
  entry.account = "acct_9";
  entry.customer = "cus_1";
  entry.payment_method = "pm_1";
  entry.content = {"cus_2", "card", true, "N \"quoted\"", "E", "P\n", {{"plan", "gold"}, {"ü", "ö"}}};
  std::vector<Entry> read = entries_of(message_of(entry));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].content, entry.content);
  EXPECT_EQ(read[0].account, entry.account);
  EXPECT_EQ(read[0].customer, entry.customer);
  EXPECT_EQ(read[0].payment_method, entry.payment_method);
}

}  // namespace
}  // namespace payferry::intake
