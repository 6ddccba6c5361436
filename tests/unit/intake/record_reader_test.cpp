#include "intake/record_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

using namespace std::string_literals;
using Form = Record::Form;

struct Example {
  const char* what;
  std::string text;
  std::vector<KeptRecord> records;
};

KeptRecord good(std::uint64_t line, std::vector<std::string> cells) {
  return KeptRecord{line, Form::good, std::move(cells)};
}

// In one piece, byte by byte, and in pieces of 3: a record must not depend on where a read ended.
void expect_records(const Example& example, std::size_t limit = RecordReader::kRecordLimit) {
  SCOPED_TRACE(example.what);
  EXPECT_EQ(read_all(example.text, {}, limit), example.records);
  EXPECT_EQ(read_all(
                example.text, [] { return 1; }, limit),
            example.records);
  EXPECT_EQ(read_all(
                example.text, [] { return 3; }, limit),
            example.records);
}

TEST(RecordReader, ReadsWhatRfc4180Describes) {
  const std::vector<Example> table{
      {"nothing", "", {}},
      {"one line", "a,b\n", {good(1, {"a", "b"})}},
      {"no line end at the end", "a,b", {good(1, {"a", "b"})}},
      {"CRLF", "a,b\r\nc,d\r\n", {good(1, {"a", "b"}), good(2, {"c", "d"})}},
      {"mixed line ends", "a\r\nb\nc\r\n", {good(1, {"a"}), good(2, {"b"}), good(3, {"c"})}},
      {"doubled carriage return before LF", "a,b\r\r\nc,d\n", {good(1, {"a", "b"}), good(2, {"c", "d"})}},
      {"empty fields", ",\n,,\n", {good(1, {"", ""}), good(2, {"", "", ""})}},
      {"an empty quoted field", "\"\"\n", {good(1, {""})}},
      {"commas in quotes", "\"a,b\",c\n", {good(1, {"a,b", "c"})}},
      {"doubled quotes", "\"a\"\"b\",\"\"\"\"\n", {good(1, {"a\"b", "\""})}},
      {"line ends in quotes", "a,\"b\nc\r\nd\"\ne,f\n", {good(1, {"a", "b\nc\r\nd"}), good(4, {"e", "f"})}},
      {"blank lines in quotes", "\"\n\n\",x\ny,z\n", {good(1, {"\n\n", "x"}), good(4, {"y", "z"})}},
      {"a carriage return in quotes", "\"a\rb\"\n", {good(1, {"a\rb"})}},
      {"quoted and no line end", "a,\"b\"", {good(1, {"a", "b"})}},
      {"trailing comma at the end", "a,", {good(1, {"a", ""})}},
      {"carriage return at the end", "a,b\r", {good(1, {"a", "b"})}},
      {"spaces are kept", " a , b \n\" c \",\t\n", {good(1, {" a ", " b "}), good(2, {" c ", "\t"})}},
      {"only spaces", "  \n", {good(1, {"  "})}},
      {"NUL is a byte like others", "a\0b,c\n"s, {good(1, {"a\0b"s, "c"})}},
      {"blank lines are no records", "\n\r\na\n\n\nb\n\n", {good(3, {"a"}), good(6, {"b"})}},
      {"byte-order mark",
       "\xEF\xBB\xBF"
       "a,b\nc,d\n",
       {good(1, {"a", "b"}), good(2, {"c", "d"})}},
      {"byte-order mark before a quote", "\xEF\xBB\xBF\"a\",b\n", {good(1, {"a", "b"})}},
      {"byte-order mark alone", "\xEF\xBB\xBF", {}},
      {"byte-order mark and a blank line", "\xEF\xBB\xBF\r\na\n", {good(2, {"a"})}},
      {"byte-order mark elsewhere",
       "a\n\xEF\xBB\xBF"
       "b\n",
       {good(1, {"a"}), good(2, {"\xEF\xBB\xBF"
                                 "b"})}},
  };
  for (const Example& example : table) expect_records(example);
}

TEST(RecordReader, ABrokenLineCostsThatLineOnly) {
  const std::vector<Example> table{
      {"a quote in an unquoted field", "a,5\" x\nb,c\n", {{1, Form::misquoted, {}}, good(2, {"b", "c"})}},
      {"text behind a closing quote", "\"a\"x,b\nb,c\n", {{1, Form::misquoted, {}}, good(2, {"b", "c"})}},
      {"a space behind a closing quote", "\"a\" ,b\nb,c\n", {{1, Form::misquoted, {}}, good(2, {"b", "c"})}},
      {"a space before an opening quote", "a, \"b\"\nb,c\n", {{1, Form::misquoted, {}}, good(2, {"b", "c"})}},
      {"a quote never closed",
       "a,\"b\nc,d\ne,f\n",
       {{1, Form::unclosed, {}}, good(2, {"c", "d"}), good(3, {"e", "f"})}},
      {"a quote never closed on the last line", "a,b\nc,\"d", {good(1, {"a", "b"}), {2, Form::unclosed, {}}}},
      {"a quote that a later quoted field closes",
       "a,\"b\nc,d\n\"e\",f\ng,h\n",
       {{1, Form::misquoted, {}}, good(2, {"c", "d"}), good(3, {"e", "f"}), good(4, {"g", "h"})}},
      {"an error behind a line end in quotes",
       "a,\"b\nc\"d\ne,f\n",
       {{1, Form::misquoted, {}}, {2, Form::misquoted, {}}, good(3, {"e", "f"})}},
      {"a broken last line without a line end", "a,b\nx\"y", {good(1, {"a", "b"}), {2, Form::misquoted, {}}}},
      {"a stray carriage return", "a,b\rc,d\ne,f\n", {{1, Form::stray_return, {}}, good(2, {"e", "f"})}},
      {"a stray carriage return before an open quote",
       "a\r\"b\nc\n",
       {{1, Form::stray_return, {}}, good(2, {"c"})}},
      {"a stray carriage return before a bad quote",
       "a\rb\"\nc\n",
       {{1, Form::stray_return, {}}, good(2, {"c"})}},
      {"a leading carriage return", "\ra,b\nc,d\n", {{1, Form::stray_return, {}}, good(2, {"c", "d"})}},
      {"only carriage returns, as old Macs wrote", "a,b\rc,d\r", {{1, Form::stray_return, {}}}},
      {"a carriage return behind a closing quote",
       "\"a\"\rb\nc\n",
       {{1, Form::stray_return, {}}, good(2, {"c"})}},
  };
  for (const Example& example : table) expect_records(example);
}

TEST(RecordReader, ALineOverTheLimitIsSkippedToItsEnd) {
  const std::string fits(7, 'x');
  const std::vector<Example> table{
      {"just fits", fits + "\na\n", {good(1, {fits}), good(2, {"a"})}},
      {"one more", fits + "x\na\n", {{1, Form::too_long, {}}, good(2, {"a"})}},
      {"without a line end, just fits", fits + "x", {good(1, {fits + "x"})}},
      {"without a line end, one more", fits + "xx", {{1, Form::too_long, {}}}},
      {"two of them", fits + "x\n" + fits + "x\n", {{1, Form::too_long, {}}, {2, Form::too_long, {}}}},
      {"quotes in it are not looked at", "\"xxxxxxxx\nb\n", {{1, Form::too_long, {}}, good(2, {"b"})}},
      {"a quote open for too long",
       "\"a\nb\nc\nd\ne\n",
       {{1, Form::unclosed, {}}, good(2, {"b"}), good(3, {"c"}), good(4, {"d"}), good(5, {"e"})}},
      {"a record of several lines just fits", "\"a\nb\nc\"\nd\n", {good(1, {"a\nb\nc"}), good(4, {"d"})}},
      {"a record of several lines, one more",
       "\"a\nb\nc\"\r\nd\n",
       {{1, Form::unclosed, {}}, good(2, {"b"}), {3, Form::misquoted, {}}, good(4, {"d"})}},
  };
  for (const Example& example : table) expect_records(example, 8);
}

TEST(RecordReader, TenMebibytesInOneFieldAreRefusedInBoundedMemory) {
  const std::vector<KeptRecord> records =
      read_all("a\n\"" + std::string(10 * 1024 * 1024, 'x') + "\"\nb\n", [] { return 60'000; });
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1], (KeptRecord{2, Form::too_long, {}}));
  EXPECT_EQ(records[2], good(3, {"b"}));
}

TEST(RecordReader, AnUnclosedQuoteInABigFileLosesNothing) {
  std::string text = "a,\"open\n";
  const std::size_t lines = 200'000;
  for (std::size_t i = 0; i < lines; ++i) text += "cus_12345,pm_12345\n";
  const std::vector<KeptRecord> records = read_all(text);
  ASSERT_EQ(records.size(), lines + 1);
  EXPECT_EQ(records[0].form, Form::unclosed);
  EXPECT_EQ(records[lines], good(lines + 1, {"cus_12345", "pm_12345"}));
}

TEST(RecordReader, SaysWhereTheNextLineBegins) {
  const std::string text =
      "\xEF\xBB\xBF"
      "h\n\na,\"x\ny\"\r\nb\"\nc";
  RecordReader reader(std::make_unique<MemoryStream>(text), 64);
  Record record;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  while (*reader.read(record, Wait::yes) == RecordReader::Got::record)
    places.emplace_back(reader.offset(), reader.line());
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected{{5, 2}, {15, 5}, {18, 6}, {19, 7}};
  EXPECT_EQ(places, expected);
}

TEST(RecordReader, GoesOnWhereItIsTold) {
  const std::string text = "h\na,\"x\ny\"\nb\"\nc\nd\n";
  const std::vector<KeptRecord> all = read_all(text);
  RecordReader first(std::make_unique<MemoryStream>(text), 64);
  Record record;
  for (std::size_t done = 1; done <= all.size(); ++done) {
    ASSERT_TRUE(first.read(record, Wait::yes));
    RecordReader second(std::make_unique<MemoryStream>(text), 64);
    ASSERT_TRUE(second.read(record, Wait::yes));
    ASSERT_TRUE(*second.seek(first.offset(), first.line()));
    for (std::size_t i = done; i < all.size(); ++i) {
      ASSERT_EQ(*second.read(record, Wait::yes), RecordReader::Got::record);
      EXPECT_EQ(keep(record), all[i]);
    }
    EXPECT_EQ(*second.read(record, Wait::yes), RecordReader::Got::end);
  }
}

TEST(RecordReader, DoesNotWaitWhenToldSoAndLosesNothingByIt) {
  int calls = 0;
  const auto stutter = [&calls]() -> std::size_t { return ++calls % 3 == 0 ? 1 : 0; };
  RecordReader reader(std::make_unique<MemoryStream>("a,b\n\"c\nd\"\ntoo long by far\ne\n", stutter), 8);
  Record record;
  std::vector<KeptRecord> records;
  int pauses = 0;
  std::uint64_t offset = 0;
  for (;;) {
    const RecordReader::Got got = reader.read(record, Wait::no).value();
    if (got == RecordReader::Got::end) break;
    if (got == RecordReader::Got::nothing_yet) {
      ++pauses;
      EXPECT_EQ(reader.offset(), offset) << "a place inside a record is none";
      continue;
    }
    records.push_back(keep(record));
    offset = reader.offset();
  }
  const std::vector<KeptRecord> expected{
      good(1, {"a", "b"}), good(2, {"c\nd"}), {4, Form::too_long, {}}, good(5, {"e"})};
  EXPECT_EQ(records, expected);
  EXPECT_GT(pauses, 20);
}

class Failing final : public ByteStream {
 public:
  explicit Failing(std::string text) : text_(std::move(text)) {}
  Result<Piece> read(char* into, std::size_t size, Wait wait) override {
    const Result<Piece> piece = text_.read(into, size, wait);
    if (piece->kind != Piece::Kind::end) return piece;
    return make_error(Errc::io, "broken");
  }

 private:
  MemoryStream text_;
};

TEST(RecordReader, GivesTheWholeLinesBeforeAnErrorAndNoHalfOne) {
  RecordReader reader(std::make_unique<Failing>("a\nb\n\"c\nd"), 64);
  Record record;
  EXPECT_EQ(*reader.read(record, Wait::yes), RecordReader::Got::record);
  EXPECT_EQ(*reader.read(record, Wait::yes), RecordReader::Got::record);
  EXPECT_EQ(keep(record), good(2, {"b"}));
  for (int i = 0; i < 2; ++i) {
    const auto got = reader.read(record, Wait::yes);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Errc::io);
  }
  EXPECT_EQ(reader.offset(), 4u);
}

}  // namespace
}  // namespace payferry::intake
