#include "enqueue/outgoing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "intake/message.hpp"
#include "unit/enqueue/support.hpp"

namespace payferry::enqueue {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<Outgoing> all_of(std::string text) {
  intake::CsvLines lines = lines_of(std::move(text));
  std::vector<Outgoing> all;
  while (*lines.read(intake::Wait::yes) == intake::RecordReader::Got::record)
    all.push_back(outgoing_of(lines, one_account()));
  return all;
}

Outgoing one_of(std::string text) {
  std::vector<Outgoing> all = all_of(std::move(text));
  EXPECT_EQ(all.size(), 1u);
  return all.front();
}

TEST(Outgoing, IsTheLineAsAMessage) {
  const Outgoing line = one_of(
      "metadata.plan,customer,payment_method,default,name,shoe size,metadata.empty\n"
      "gold, cus_1,pm_1 ,TRUE,\"Zoë \"\"Z\"\"\",43,\n");
  ASSERT_TRUE(line.is_message());
  EXPECT_EQ(line.body, R"({"payment_method":"pm_1","customer":"cus_1","name":"Zoë \"Z\"","default":true,)"
                       R"("metadata":{"plan":"gold"}})");
}

// Where a line names no account it goes to each of the job's, and that is decided where it is read.
TEST(Outgoing, NamesAnAccountOnlyWhereTheLineDoes) {
  EXPECT_THAT(one_of("customer,payment_method,account\ncus_1,pm_1,\n").body, Not(HasSubstr("account")));
  EXPECT_THAT(one_of("customer,payment_method,account\ncus_1,pm_1,acct_7\n").body, HasSubstr("acct_7"));
  EXPECT_THAT(one_of("customer,payment_method,payferry_account\ncus_1,pm_1,acct_8\n").body,
              HasSubstr(R"("account":"acct_8")"))
      << "a line of a rejects file goes where it failed";
}

TEST(Outgoing, IsReadAsTheLineThatItWas) {
  const std::string text =
      "customer,payment_method,account,target_customer,type,phone,email,metadata.a,default\n"
      "cus_1,pm_1,acct_7,cus_9,card,\"+49\n1\",z@x.example,\"ü,\"\"\",false\n";
  const Outgoing line = one_of(text);
  const auto read = intake::read_message(line.body, 2, one_account());
  const auto* entries = std::get_if<std::vector<Entry>>(&read);
  ASSERT_TRUE(entries);
  intake::CsvLines lines = lines_of(text);
  ASSERT_TRUE(lines.read(intake::Wait::yes));
  const auto listed = intake::make_entries(lines.row(), one_account());
  EXPECT_EQ(entries->front().content, std::get<std::vector<Entry>>(listed).front().content);
  EXPECT_EQ(entries->front().account, "acct_7");
}

TEST(Outgoing, HasAnIdThatIsItsLinesForEver) {
  const std::string text = "customer,payment_method\ncus_1,pm_1\ncus_1,pm_1\n";
  const std::vector<Outgoing> once = all_of(text);
  const std::vector<Outgoing> again = all_of(text);
  EXPECT_EQ(once[0].id, again[0].id);
  EXPECT_EQ(once[1].id, again[1].id);
  EXPECT_NE(once[0].id, once[1].id) << "two equal lines are two messages";
  EXPECT_NE(once[0].id, one_of("customer,payment_method\ncus_2,pm_1\n").id);
  EXPECT_EQ(once[0].id.size(), 32u);
}

TEST(Outgoing, ABadLineIsARecordOfTheRejectsFile) {
  const std::vector<Outgoing> all = all_of(
      "shoe,customer,payment_method,payferry_line\n"
      "43,cus_1,oops,9\n"
      "44,\"cus_2,pm_2\n"
      "45,cus_3\n");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_FALSE(all[0].is_message());
  EXPECT_THAT(all[0].reject, StartsWith("43,cus_1,oops,2,,rejected,,payment_method_invalid,"));
  EXPECT_THAT(all[1].reject, StartsWith(",,,3,,rejected,,csv_malformed,"))
      << "what could not be read has no cells";
  EXPECT_THAT(all[2].reject, StartsWith(",,,4,,rejected,,csv_columns,"));
  for (const Outgoing& line : all) EXPECT_THAT(line.reject, EndsWith("\n"));
}

// A text of control characters takes six times its size in JSON.
TEST(Outgoing, WhatIsTooLongAsAMessageIsRejected) {
  std::string header = "customer,payment_method";
  std::string cells = "cus_1,pm_1";
  for (const char* name : {"name", "email", "phone"}) {
    header += std::string(",") + name;
    cells += "," + std::string(63 * 1024, '\1');
  }
  const Outgoing line = one_of(header + "\n" + cells + "\n");
  EXPECT_FALSE(line.is_message());
  EXPECT_THAT(line.reject, HasSubstr("message_too_long"));
}

}  // namespace
}  // namespace payferry::enqueue
