#include "intake/header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/message.hpp"

namespace payferry::intake {
namespace {

using settings::CustomerRule;
using settings::TargetSettings;
using settings::UnattachedRule;
using testing::ElementsAre;
using testing::HasSubstr;
using Cells = std::vector<std::string_view>;

TargetSettings accounts(std::vector<std::string> ids = {"acct_1"}) {
  TargetSettings target;
  target.accounts = std::move(ids);
  return target;
}

std::string mistake(const Cells& cells, const TargetSettings& target) {
  const Result<Header> header = read_header(cells, target, "in.csv", 1);
  if (header) return "";
  EXPECT_EQ(header.error().code, Errc::usage);
  return header.error().message;
}

TEST(Header, ColumnsAreFoundByNameInAnyOrder) {
  const Result<Header> header = read_header(
      {"email", " default ", "metadata.plan", "note", "payment_method", "customer"}, accounts(), "in.csv", 1);
  ASSERT_TRUE(header);
  std::vector<Role> roles;
  for (const Column& column : header->columns) roles.push_back(column.role);
  EXPECT_THAT(roles, ElementsAre(Role::email, Role::is_default, Role::metadata, Role::other,
                                 Role::payment_method, Role::customer));
  EXPECT_EQ(header->columns[2].key, "plan");
  EXPECT_THAT(header->own,
              ElementsAre("email", "default", "metadata.plan", "note", "payment_method", "customer"));
}

TEST(Header, WhatRejectsAddedIsNotTheInputsOwn) {
  const Result<Header> header =
      read_header({"customer", "payment_method", "payferry_line", "payferry_account", "payferry_state", "x"},
                  accounts(), "in.csv", 1);
  ASSERT_TRUE(header);
  EXPECT_THAT(header->own, ElementsAre("customer", "payment_method", "x"));
  EXPECT_EQ(header->columns[2].role, Role::payferry);
  EXPECT_EQ(header->columns[3].role, Role::payferry_account);
}

TEST(Header, ItsDigestFollowsNamesAndOrder) {
  const auto digest = [](const Cells& cells) { return read_header(cells, accounts(), "in.csv", 1)->digest; };
  EXPECT_EQ(digest({"customer", "payment_method"}), digest({" customer", "payment_method "}));
  EXPECT_NE(digest({"customer", "payment_method"}), digest({"payment_method", "customer"}));
  EXPECT_NE(digest({"customer", "payment_method"}), digest({"customer", "payment_method", ""}));
  EXPECT_NE(digest({"customer", "payment_method", "ab", "c"}),
            digest({"customer", "payment_method", "a", "bc"}));
}

TEST(Header, WhatIsNeededDependsOnTheSettings) {
  struct Row {
    Cells cells;
    TargetSettings target;
    const char* missing;  // empty: fine
  };
  TargetSettings consume = accounts();
  consume.unattached_originals = UnattachedRule::consume;
  TargetSettings existing = accounts();
  existing.customer = CustomerRule::existing;
  const std::vector<Row> table{
      {{"payment_method", "customer"}, accounts(), ""},
      {{"payment_method"}, consume, ""},
      {{"payment_method", "customer", "account"}, accounts({}), ""},
      {{"payment_method", "customer", "target_customer"}, existing, ""},
      {{"customer"}, accounts(), "no column \"payment_method\""},
      {{"payment_method"}, accounts(), "no column \"customer\", needed unless target.unattached_originals"},
      {{"payment_method", "customer"}, accounts({}), "no column \"account\", needed because target.accounts"},
      {{"payment_method", "customer"},
       existing,
       "no column \"target_customer\", needed because target.customer"},
      {{"Payment_Method", "customer"}, accounts(), "(if \"Payment_Method\" is meant, rename it)"},
      {{""}, accounts(), "no column \"payment_method\""},
  };
  for (const Row& row : table) {
    const std::string text = mistake(row.cells, row.target);
    EXPECT_EQ(text.empty(), *row.missing == '\0') << text;
    EXPECT_THAT(text, HasSubstr(row.missing));
  }
}

TEST(Header, AllMistakesAreNamedAtOnceWithTheirPlace) {
  const Result<Header> header = read_header({"customer_id", "customer_id"}, accounts({}), "a/b.csv", 3);
  ASSERT_FALSE(header);
  EXPECT_THAT(header.error().message,
              testing::AllOf(testing::StartsWith("a/b.csv:3: "), HasSubstr("\"payment_method\""),
                             HasSubstr("\"customer_id\" is meant"), HasSubstr("\"account\"")));
}

TEST(Header, AKnownColumnStandsThereOnce) {
  EXPECT_THAT(mistake({"customer", "payment_method", "customer"}, accounts()),
              HasSubstr("\"customer\" stands there twice"));
  EXPECT_THAT(mistake({"customer", "payment_method", "metadata.a", "metadata.a"}, accounts()),
              HasSubstr("\"metadata.a\" stands there twice"));
  EXPECT_EQ(mistake({"customer", "payment_method", "note", "note", "", ""}, accounts()), "");
}

TEST(Header, MetadataKeysAreHeldToStripesRules) {
  const std::string fits = "metadata." + std::string(40, 'k');
  const std::string long_key = fits + "k";
  EXPECT_EQ(mistake({"customer", "payment_method", fits}, accounts()), "");
  EXPECT_THAT(mistake({"customer", "payment_method", long_key}, accounts()), HasSubstr("40 characters"));
  EXPECT_THAT(mistake({"customer", "payment_method", "metadata."}, accounts()), HasSubstr("no key"));
  EXPECT_THAT(mistake({"customer", "payment_method", "metadata.a[b]"}, accounts()), HasSubstr("brackets"));
  EXPECT_THAT(mistake({"customer", "payment_method", "metadata.payferry_source_customer"}, accounts()),
              HasSubstr("are ours"));
}

TEST(Header, AColumnMetadataIsAnObjectInTheRejectsOfAQueueOnly) {
  const auto role_of_metadata = [](std::vector<std::string_view> cells) {
    const Header header = read_header(cells, accounts(), "in.csv", 1).value();
    for (const Column& column : header.columns)
      if (column.name == "metadata") return column.role;
    return Role::other;
  };
  std::vector<std::string_view> cells(message_columns().begin(), message_columns().end());
  EXPECT_EQ(role_of_metadata(cells), Role::other) << "somebody's own";
  cells.push_back("payferry_code");
  EXPECT_EQ(role_of_metadata(cells), Role::metadata_object);
  EXPECT_EQ(role_of_metadata({"customer", "payment_method", "metadata", "payferry_code"}), Role::other)
      << "the rejects of a list with a column of that name";
  cells.push_back("metadata.plan");
  EXPECT_THAT(mistake(cells, accounts()), HasSubstr("\"metadata.KEY\""));
}

TEST(Header, OtherSeparatorsAreRecognised) {
  EXPECT_THAT(mistake({"customer;payment_method"}, accounts()), HasSubstr("separated by semicolons"));
  EXPECT_THAT(mistake({"customer\tpayment_method\tname"}, accounts()), HasSubstr("separated by tabs"));
  EXPECT_THAT(mistake({"a|customer"}, accounts()), HasSubstr("separated by vertical bars"));
  EXPECT_EQ(mistake({"customer", "payment_method", "a;customer"}, accounts()), "");
}

TEST(Header, HasToBeText) {
  EXPECT_THAT(mistake({"customer", "payment_method", "M\xFCller"}, accounts()), HasSubstr("UTF-8"));
  EXPECT_THAT(mistake({"customer", "payment_method", std::string_view("a\0b", 3)}, accounts()),
              HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace payferry::intake
