#include "intake/csv_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/message.hpp"
#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kHeader = "customer,payment_method\n";

std::unique_ptr<Source> source_of(std::string text, settings::TargetSettings target = one_account(),
                                  MemoryStream::Chunk chunk = {}) {
  return std::move(open_text(std::move(text), std::move(target), std::move(chunk)).value());
}

std::string refusal(std::string text) {
  const auto source = open_text(std::move(text));
  if (source) return "";
  EXPECT_EQ(source.error().code, Errc::usage);
  return source.error().message;
}

TEST(CsvSource, BringsEntriesAndRejectsAndCountsBoth) {
  settings::TargetSettings target;
  target.accounts = {"acct_1", "acct_2"};
  const auto source = source_of(kHeader + "cus_1,pm_1\ncus_2,oops\n\ncus_1,pm_1\n", target);
  EXPECT_THAT(source->columns(), ElementsAre("customer", "payment_method"));
  const Batch batch = source->next(100).value();
  EXPECT_EQ(batch.lines, 3u);
  EXPECT_EQ(batch.read, 5u);
  EXPECT_TRUE(batch.end);
  ASSERT_EQ(batch.entries.size(), 4u);
  EXPECT_EQ(batch.entries[0].line, 2u);
  EXPECT_EQ(batch.entries[3].line, 5u);
  EXPECT_EQ(batch.entries[0].cells, batch.entries[1].cells) << "shared by the entries of a line";
  ASSERT_EQ(batch.rejects.size(), 1u);
  EXPECT_EQ(batch.rejects[0].line, 3u);
  EXPECT_EQ(batch.rejects[0].code, "payment_method_invalid");
  EXPECT_EQ(*batch.rejects[0].cells, "[\"cus_2\",\"oops\"]");
}

TEST(CsvSource, BrokenLinesAreRejectsAndTheRestIsRead) {
  const auto source = source_of(kHeader +
                                "cus_1,pm_1\n"
                                "cus_2,\"pm_2\n"
                                "cus_3,pm_3\n"
                                "cus_4,pm_4,x\n"
                                "cus_5,pm\xFF\n"
                                "cus_6,pm_6\n");
  const Batch batch = drain(*source);
  EXPECT_EQ(batch.lines, 6u);
  EXPECT_EQ(batch.read, 6u);
  std::vector<std::pair<std::uint64_t, std::string>> rejects;
  for (const Reject& reject : batch.rejects) rejects.emplace_back(reject.line, reject.code);
  EXPECT_THAT(rejects, ElementsAre(testing::Pair(3, "csv_malformed"), testing::Pair(5, "csv_columns"),
                                   testing::Pair(6, "invalid_utf8")));
  std::vector<std::string> methods;
  for (const Entry& entry : batch.entries) methods.push_back(entry.payment_method);
  EXPECT_THAT(methods, ElementsAre("pm_1", "pm_3", "pm_6"));
}

TEST(CsvSource, AQuoteThatALaterLineHappensToCloseSwallowsNothing) {
  const auto source = source_of(kHeader +
                                "cus_1,\"pm_1\n"  // opened, and closed by the quote of line 4
                                "cus_2,pm_2\n"
                                "cus_3,pm_3\",x\n"
                                "\"cus_4\n"
                                "cus_5\",pm_5\n"
                                "cus_6,pm_6\n");
  const Batch batch = drain(*source);
  std::vector<std::pair<std::uint64_t, std::string>> rejects;
  for (const Reject& reject : batch.rejects) rejects.emplace_back(reject.line, reject.code);
  EXPECT_THAT(rejects, ElementsAre(testing::Pair(2, "csv_malformed"), testing::Pair(4, "csv_malformed"),
                                   testing::Pair(5, "csv_malformed"), testing::Pair(6, "csv_malformed")));
  ASSERT_EQ(batch.entries.size(), 2u);
  EXPECT_EQ(batch.entries[0].payment_method, "pm_2");
  EXPECT_EQ(batch.entries[0].line, 3u);
  EXPECT_EQ(batch.entries[1].payment_method, "pm_6");
}

TEST(CsvSource, FieldsOfPeopleMayHoldLineEnds) {
  const auto source = source_of("name,customer,payment_method\n\"Jane\nDoe\",cus_1,pm_1\n,cus_2,pm_2\n");
  const Batch batch = drain(*source);
  ASSERT_EQ(batch.entries.size(), 2u);
  EXPECT_EQ(batch.entries[0].content.name, "Jane\nDoe");
  EXPECT_EQ(batch.entries[1].line, 4u);
}

TEST(CsvSource, AHeaderAloneIsAnInputWithoutLines) {
  for (const std::string& text :
       {kHeader, std::string("customer,payment_method"), "\xEF\xBB\xBF" + kHeader + "\r\n\n"}) {
    const Batch batch = source_of(text)->next(10).value();
    EXPECT_EQ(batch.lines, 0u);
    EXPECT_EQ(batch.read, 0u);
    EXPECT_TRUE(batch.end);
    EXPECT_NE(batch.position, "");
  }
}

TEST(CsvSource, AfterTheEndComesTheEnd) {
  const auto source = source_of(kHeader + "cus_1,pm_1");
  EXPECT_EQ(drain(*source).lines, 1u);
  const Batch again = source->next(10).value();
  EXPECT_EQ(again.lines, 0u);
  EXPECT_TRUE(again.end);
}

TEST(CsvSource, AHeaderThatCannotBeUsedIsNamedWithItsFile) {
  const std::pair<std::string, const char*> table[] = {
      {"", "in.csv:1: the file is empty"},
      {"\n\r\n", "in.csv:1: the file is empty"},
      {"\xEF\xBB\xBF", "in.csv:1: the file is empty"},
      {"\n\ncustomer\n", "in.csv:3: there is no column \"payment_method\""},
      {std::string("\xFF\xFE"
                   "c\0u\0\n\0",
                   8),
       "UTF-16"},
      {std::string("\xFE\xFF\0c\0,\0\n", 8), "UTF-16"},
      {std::string("c\0u\0s\0,\0\n\0", 10), "UTF-16"},
      {"customer,payment_method\rcus_1,pm_1\rcus_2,pm_2\r", "carriage return alone"},
      {"customer;payment_method\ncus_1;pm_1\n", "separated by semicolons"},
      {"customer,\"payment_method\ncus_1,pm_1\n", "quotes of the header"},
      {std::string(2'000'000, 'x'), "longer than 1 MiB"},
      {"customer_id,payment_method\n", "\"customer_id\" is meant"},
  };
  for (const auto& [text, message] : table) EXPECT_THAT(refusal(text), HasSubstr(message));
}

TEST(CsvSource, GoesOnFromThePositionOfAnyBatch) {
  const std::string text = kHeader + "cus_1,pm_1\ncus_2,\"pm\n_2\"\ncus_3,pm\"\ncus_4,pm_4\r\n\ncus_5,pm_5\n";
  const auto first = source_of(text);
  std::uint64_t done = 0;
  const std::uint64_t all = drain(*source_of(text)).lines;
  EXPECT_EQ(all, 6u) << "the quoted line end in an id makes two broken lines";
  while (done < all) {
    const Batch batch = first->next(1).value();
    done += batch.lines;
    first->acknowledge(batch.position);
    const auto second = source_of(text);
    ASSERT_TRUE(*second->seek(batch.position));
    const Batch rest = drain(*second);
    EXPECT_EQ(rest.lines, all - done);
    if (!rest.entries.empty()) {
      EXPECT_EQ(rest.entries.back().line, 8u);
      EXPECT_EQ(rest.entries.back().payment_method, "pm_5");
    }
  }
}

TEST(CsvSource, APositionThatDoesNotFitMeansFromTheStart) {
  const std::string text = kHeader + "cus_1,pm_1\n";
  const std::string end = drain(*source_of(text)).position;
  const std::string other_header = drain(*source_of("payment_method,customer\npm_1,cus_1\n")).position;
  const std::string too_far = drain(*source_of(text + "cus_2,pm_2\n")).position;
  for (const std::string& position : {std::string(), std::string("nonsense"), other_header, too_far}) {
    const auto source = source_of(text);
    EXPECT_FALSE(*source->seek(position)) << position;
    EXPECT_EQ(drain(*source).lines, 1u) << position;
  }
  const auto source = source_of(text);
  EXPECT_TRUE(*source->seek(end));
  EXPECT_EQ(drain(*source).lines, 0u);
}

TEST(CsvSource, GzipIsReadLikeAnyOtherButHasNoPositionToSeekTo) {
  const std::string packed = gzip(kHeader + "cus_1,pm_1\n") + gzip("cus_2,pm_2\n");
  const auto source = source_of(packed);
  EXPECT_NE(source->identity(), "");
  const Batch batch = drain(*source);
  EXPECT_EQ(batch.entries.size(), 2u);
  const auto again = source_of(packed);
  EXPECT_FALSE(*again->seek(batch.position));
  EXPECT_EQ(drain(*again).lines, 2u);
}

TEST(CsvSource, TheGoodLinesOfADamagedGzipComeBeforeTheError) {
  std::string text = kHeader;
  for (int i = 0; i < 5000; ++i) text += "cus_1,pm_" + std::to_string(i) + "\n";
  std::string packed = gzip(text);
  packed.resize(packed.size() - 200);
  const auto source = source_of(packed);
  std::uint64_t lines = 0;
  Result<Batch> batch = source->next(700);
  for (; batch; batch = source->next(700)) {
    EXPECT_FALSE(batch->end);
    EXPECT_TRUE(batch->rejects.empty());
    lines += batch->lines;
  }
  EXPECT_GT(lines, 4000u);
  EXPECT_EQ(batch.error().code, Errc::io);
  EXPECT_THAT(batch.error().message, HasSubstr("in.csv is cut off"));
  EXPECT_FALSE(source->next(1));
}

TEST(CsvSource, GivesWhatIsThereInsteadOfWaitingForMore) {
  // The reads: header, one line and a half, then nothing for now, then the rest.
  std::vector<std::size_t> chunks{24, 16, 0, 100, 100};
  std::size_t next = 0;
  const auto source = source_of(kHeader + "cus_1,pm_1\ncus_2,pm_2\n", one_account(),
                                [&] { return next < chunks.size() ? chunks[next++] : 100; });
  const Batch first = source->next(100).value();
  EXPECT_EQ(first.lines, 1u);
  EXPECT_FALSE(first.end);
  const Batch second = source->next(100).value();
  EXPECT_EQ(second.lines, 1u);
  EXPECT_EQ(second.entries.at(0).line, 3u);
}

TEST(CsvSource, ABatchIsBoundedWhateverTheFanOut) {
  settings::TargetSettings target;
  for (int i = 0; i < 5000; ++i) target.accounts.push_back("acct_" + std::to_string(i));
  std::string text = kHeader;
  for (int i = 0; i < 40; ++i) text += "cus_1,pm_1\n";
  const auto source = source_of(text, target);
  const Batch batch = source->next(1000).value();
  EXPECT_LT(batch.entries.size(), 70'001u);
  EXPECT_EQ(batch.entries.size() % 5000, 0u) << "never part of a line";
  EXPECT_EQ(batch.read, batch.entries.size());
  EXPECT_EQ(batch.lines + drain(*source, 1000).lines, 40u);
}

TEST(CsvSource, ABatchIsBoundedWhateverTheLines) {
  std::string text = "customer,payment_method,a,b,c,d\n";
  const std::string line = "cus_1,pm_1," + std::string(60'000, 'a') + "," + std::string(60'000, 'b') + "," +
                           std::string(60'000, 'c') + "," + std::string(60'000, 'd') + "\n";
  for (int i = 0; i < 100; ++i) text += line;
  const auto source = source_of(text);
  const Batch batch = source->next(1000).value();
  EXPECT_LT(batch.lines, 80u);
  EXPECT_EQ(batch.lines + drain(*source, 1000).lines, 100u);
}

TEST(CsvSource, RejectsThatAreFedBackGoToTheirAccountOnly) {
  settings::TargetSettings target;
  target.accounts = {"acct_1", "acct_2"};
  const auto source = source_of(
      "customer,payment_method,note,payferry_line,payferry_account,payferry_state,payferry_code\n"
      "cus_1,pm_1,n,2,acct_2,failed,card_declined\n"
      "cus_2,pm_2,n,3,,rejected,x\n",
      target);
  EXPECT_THAT(source->columns(), ElementsAre("customer", "payment_method", "note"));
  const Batch batch = drain(*source);
  ASSERT_EQ(batch.entries.size(), 3u);
  EXPECT_EQ(batch.entries[0].account, "acct_2");
  EXPECT_EQ(*batch.entries[0].cells, "[\"cus_1\",\"pm_1\",\"n\"]");
  EXPECT_EQ(batch.entries[1].account, "acct_1");
  EXPECT_EQ(batch.entries[2].account, "acct_2");
}

TEST(CsvSource, ItsIdentityFollowsBytesAndAdmission) {
  const auto identity = [](const std::string& bytes, const settings::TargetSettings& target) {
    CsvInput input;
    input.bytes = std::make_unique<MemoryStream>(kHeader);
    input.name = "in.csv";
    input.identity = bytes;
    return open_csv(std::move(input), target).value()->identity();
  };
  settings::TargetSettings two = one_account();
  two.accounts.push_back("acct_2");
  EXPECT_THAT(identity("a", one_account()), StartsWith("a-"));
  EXPECT_EQ(identity("a", one_account()), identity("a", one_account()));
  EXPECT_NE(identity("a", one_account()), identity("b", one_account()));
  EXPECT_NE(identity("a", one_account()), identity("a", two));
  EXPECT_EQ(identity("", one_account()), "");
}

TEST(CsvSource, NothingIsReadAfterAnInterruption) {
  const auto source = source_of(kHeader + "cus_1,pm_1\n");
  source->interrupt();
  for (int i = 0; i < 2; ++i) {
    const Result<Batch> batch = source->next(1);
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().code, Errc::stopped);
  }
}

// rejects.csv of a queue: what was wrong is mended, the rest goes back as it was.
TEST(CsvSource, TakesTheMetadataOfAQueuesRejectsBack) {
  std::string header;
  for (const std::string& name : message_columns()) header += name + ",";
  header += "payferry_line,payferry_account,payferry_code\n";
  const auto line = [](const std::string& cell) { return "pm_1,cus_1,acct_1,,,,,,," + cell + ",7,,x\n"; };
  const auto source =
      source_of(header + line("") + line(R"("{""plan"":""gold, \""1\"""",""ü"":""""}")") + line("gold") +
                line("[]") + line(R"("{""payferry_x"":""1""}")") + line(R"("{""a"":1}")") + line("{}"));
  const Batch batch = source->next(100).value();
  ASSERT_EQ(batch.entries.size(), 3u);
  EXPECT_TRUE(batch.entries[0].content.metadata.empty());
  EXPECT_THAT(batch.entries[1].content.metadata,
              ElementsAre(std::pair<std::string, std::string>("plan", "gold, \"1\"")));
  EXPECT_TRUE(batch.entries[2].content.metadata.empty());
  std::vector<std::string> codes;
  for (const Reject& reject : batch.rejects) {
    codes.push_back(reject.code);
    EXPECT_NE(reject.cells, nullptr);
    EXPECT_THAT(reject.message, StartsWith("column metadata: "));
    EXPECT_EQ(reject.message.find("gold"), std::string::npos);
  }
  EXPECT_THAT(codes, ElementsAre("message_malformed", "message_wrong_type", "metadata_invalid_key",
                                 "message_wrong_type"));
}

}  // namespace
}  // namespace payferry::intake
