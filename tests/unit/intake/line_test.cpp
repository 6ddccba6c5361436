#include "intake/line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

Header header_of(std::vector<std::string_view> names) {
  return read_header(names, one_account(), "in.csv", 1).value();
}

Record record_of(std::vector<std::string_view> cells) {
  Record record;
  record.line = 5;
  record.cells = std::move(cells);
  return record;
}

TEST(Line, CellsGoToTheirColumnsByName) {
  const Header header =
      header_of({"note", "customer", "metadata.a", "payment_method", "default", "type", "name", "email",
                 "phone", "account", "target_customer", "payferry_account"});
  const Row row = row_of(
      record_of({"n", "cus_1", "x", "pm_1", "true", "card", "N", "E", "P", "acct_1", "cus_t", "acct_p"}),
      header);
  EXPECT_EQ(row.line, 5u);
  EXPECT_EQ(row.customer, "cus_1");
  EXPECT_EQ(row.payment_method, "pm_1");
  EXPECT_EQ(row.is_default, "true");
  EXPECT_EQ(row.type, "card");
  EXPECT_EQ(row.name, "N");
  EXPECT_EQ(row.email, "E");
  EXPECT_EQ(row.phone, "P");
  EXPECT_EQ(row.account, "acct_1");
  EXPECT_EQ(row.target_customer, "cus_t");
  EXPECT_EQ(row.payferry_account, "acct_p");
  ASSERT_EQ(row.metadata.size(), 1u);
  EXPECT_EQ(row.metadata[0], (std::pair<std::string_view, std::string_view>{"a", "x"}));
}

TEST(Line, TheCellsAreTheOwnColumnsUntouched) {
  const Header header =
      header_of({"payferry_line", "customer", "payment_method", "note", "payferry_account", "name"});
  const Row row = row_of(record_of({"3", " cus_1", "pm_1", "a\"b\n\t\\", "acct_1", "Z\xC3\xBCrich"}), header);
  EXPECT_EQ(*row.cells, "[\" cus_1\",\"pm_1\",\"a\\\"b\\n\\t\\\\\",\"Z\xC3\xBCrich\"]");
}

TEST(Line, WhatCannotBeReadIsRefusedWithoutCells) {
  const Header header = header_of({"customer", "payment_method", "name"});
  const std::string longest(64 * 1024, 'x');
  const std::string longer = longest + "x";
  const struct {
    std::vector<std::string_view> cells;
    const char* code;
    const char* message;
  } table[] = {
      {{"a", "b"}, "csv_columns", "has 2 fields, the header 3"},
      {{"a", "b", "c", ""}, "csv_columns", "has 4 fields, the header 3"},
      {{"a", "b", std::string_view("c\0d", 3)}, "nul_byte", "column name"},
      {{"a", "M\xFCller", "c"}, "invalid_utf8", "column payment_method"},
      {{"a", "b\xC3", "\xBC"}, "invalid_utf8", "column payment_method"},
      {{"a", "b", longer}, "field_too_long", "column name"},
  };
  for (const auto& row : table) {
    const auto reject = unreadable(record_of(row.cells), header);
    ASSERT_TRUE(reject) << row.code;
    EXPECT_EQ(reject->code, row.code);
    EXPECT_THAT(reject->message, HasSubstr(row.message));
    EXPECT_EQ(reject->line, 5u);
    EXPECT_EQ(reject->cells, nullptr);
  }
  EXPECT_FALSE(unreadable(record_of({"a", "b", longest}), header));
  EXPECT_FALSE(unreadable(record_of({"a", "b", "Z\xC3\xBCrich"}), header));
}

TEST(Line, BrokenRecordsSayHowToMendThem) {
  const Header header = header_of({"customer", "payment_method"});
  const std::pair<Record::Form, const char*> table[] = {{Record::Form::misquoted, "csv_malformed"},
                                                        {Record::Form::unclosed, "csv_malformed"},
                                                        {Record::Form::stray_return, "csv_malformed"},
                                                        {Record::Form::too_long, "line_too_long"}};
  for (const auto& [form, code] : table) {
    Record record = record_of({});
    record.form = form;
    const auto reject = unreadable(record, header);
    ASSERT_TRUE(reject);
    EXPECT_EQ(reject->code, code);
    EXPECT_EQ(reject->cells, nullptr);
  }
}

}  // namespace
}  // namespace payferry::intake
