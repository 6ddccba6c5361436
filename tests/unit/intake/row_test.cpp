#include "intake/row.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace payferry::intake {
namespace {

using settings::TargetSettings;
using testing::HasSubstr;
using testing::Not;

TargetSettings rules(std::vector<std::string> accounts = {"acct_1"}) {
  TargetSettings target;
  target.accounts = std::move(accounts);
  return target;
}

Row good_row() {
  Row row;
  row.line = 7;
  row.payment_method = "pm_1";
  row.customer = "cus_1";
  return row;
}

Reject reject_of(const Row& row, const TargetSettings& target = rules()) {
  auto made = make_entries(row, target);
  if (const auto* reject = std::get_if<Reject>(&made)) return *reject;
  return Reject{};
}

std::vector<Entry> entries_of(const Row& row, const TargetSettings& target = rules()) {
  auto made = make_entries(row, target);
  if (const auto* reject = std::get_if<Reject>(&made)) {
    ADD_FAILURE() << reject->code << ": " << reject->message;
    return {};
  }
  return std::get<std::vector<Entry>>(made);
}

TEST(Row, BecomesOneEntryForEachAccount) {
  Row row = good_row();
  row.cells = std::make_shared<const std::string>("[]");
  const std::vector<Entry> entries = entries_of(row, rules({"acct_1", "acct_2"}));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].account, "acct_1");
  EXPECT_EQ(entries[1].account, "acct_2");
  for (const Entry& entry : entries) {
    EXPECT_EQ(entry.line, 7u);
    EXPECT_EQ(entry.customer, "cus_1");
    EXPECT_EQ(entry.payment_method, "pm_1");
    EXPECT_EQ(entry.cells, row.cells);
  }
}

TEST(Row, AsOneLineNamesAnAccountOnlyWhereTheRowDoes) {
  TargetSettings target;
  target.accounts = {"acct_1", "acct_2"};
  Row row = good_row();
  row.account = "";
  EXPECT_EQ(std::get<Entry>(make_line(row, target)).account, "");
  row.payferry_account = "acct_9";
  EXPECT_EQ(std::get<Entry>(make_line(row, target)).account, "acct_9");
  row.payferry_account = "";
  target.accounts.clear();
  EXPECT_EQ(std::get<Reject>(make_line(row, target)).code, "account_missing");
}

TEST(Row, AFilledAccountGoesThereOnly) {
  const struct {
    const char* account;
    const char* only;
    const char* goes_to;
  } table[] = {{"acct_9", "", "acct_9"},
               {" acct_9\t", "", "acct_9"},
               {"", "acct_8", "acct_8"},
               {"acct_8", " acct_8", "acct_8"}};
  for (const auto& each : table) {
    Row row = good_row();
    row.account = each.account;
    row.payferry_account = each.only;
    for (const TargetSettings& target : {rules({}), rules({"acct_1", "acct_2"})}) {
      const std::vector<Entry> entries = entries_of(row, target);
      ASSERT_EQ(entries.size(), 1u);
      EXPECT_EQ(entries[0].account, each.goes_to);
    }
  }
}

TEST(Row, IdsAreTakenWithoutSpacesAndPeoplesFieldsAsTheyAre) {
  Row row = good_row();
  row.payment_method = " pm_1 ";
  row.customer = "\tcus_1";
  row.target_customer = "cus_T ";
  row.type = " card ";
  row.is_default = " TRUE ";
  row.name = " Jane ";
  row.email = "jane@example.com ";
  row.phone = " 1";
  row.metadata = {{"a", " b "}, {"empty", ""}, {"c", " "}};
  const std::vector<Entry> entries = entries_of(row);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].payment_method, "pm_1");
  EXPECT_EQ(entries[0].customer, "cus_1");
  const LineContent expected{
      "cus_T", "card", true, " Jane ", "jane@example.com ", " 1", {{"a", " b "}, {"c", " "}}};
  EXPECT_EQ(entries[0].content, expected);
}

TEST(Row, ATypeIsCarriedWhateverItIs) {
  Row row = good_row();
  row.type = "sepa_debit";
  EXPECT_EQ(entries_of(row).at(0).content.type, "sepa_debit");
}

TEST(Row, DefaultIsTrueOrFalse) {
  const std::pair<const char*, bool> good[] = {{"true", true},   {"True", true},   {"TRUE", true},
                                               {"false", false}, {"False", false}, {"", false},
                                               {"  ", false}};
  for (const auto& [text, expected] : good) {
    Row row = good_row();
    row.is_default = text;
    EXPECT_EQ(entries_of(row).at(0).content.is_default, expected) << text;
  }
  for (const char* text : {"1", "0", "yes", "no", "truee", "tru", "t", "wahr"}) {
    Row row = good_row();
    row.is_default = text;
    EXPECT_EQ(reject_of(row).code, "default_invalid") << text;
  }
}

struct Bad {
  const char* code;
  const char* message;
  std::function<void(Row&, TargetSettings&)> change;
};

TEST(Row, WhatIsWrongIsNamedWithItsColumnAndTheMend) {
  using enum settings::CustomerRule;
  const std::vector<Bad> table{
      {"payment_method_missing", "column payment_method", [](Row& r, auto&) { r.payment_method = " "; }},
      {"payment_method_invalid", "\"cus_1\" is no", [](Row& r, auto&) { r.payment_method = "cus_1"; }},
      {"payment_method_invalid", "is no", [](Row& r, auto&) { r.payment_method = "pm_\x01x"; }},
      {"payment_method_invalid", "is no", [](Row& r, auto&) { r.payment_method = "pm_1 2"; }},
      {"customer_missing", "target.unattached_originals", [](Row& r, auto&) { r.customer = ""; }},
      {"customer_invalid", "\"pm_1\" is no", [](Row& r, auto&) { r.customer = "pm_1"; }},
      {"customer_invalid", "is no",
       [](Row& r, TargetSettings& t) {
         r.customer = "x";
         t.unattached_originals = settings::UnattachedRule::consume;
       }},
      {"account_missing", "target.accounts", [](Row&, TargetSettings& t) { t.accounts.clear(); }},
      {"account_invalid_id", "column account:", [](Row& r, auto&) { r.account = "cus_2"; }},
      {"account_invalid_id", "column payferry_account:", [](Row& r, auto&) { r.payferry_account = "me"; }},
      {"account_conflict", "payferry_account",
       [](Row& r, auto&) {
         r.account = "acct_1";
         r.payferry_account = "acct_2";
       }},
      {"target_customer_invalid", "column target_customer", [](Row& r, auto&) { r.target_customer = "x"; }},
      {"target_customer_missing", "target.customer", [](Row&, TargetSettings& t) { t.customer = existing; }},
  };
  for (const Bad& bad : table) {
    Row row = good_row();
    TargetSettings target = rules();
    bad.change(row, target);
    const Reject reject = reject_of(row, target);
    EXPECT_EQ(reject.code, bad.code);
    EXPECT_THAT(reject.message, HasSubstr(bad.message));
    EXPECT_EQ(reject.line, 7u);
  }
}

TEST(Row, WithoutACustomerIsFineWhereOriginalsMayBeConsumed) {
  Row row = good_row();
  row.customer = "";
  TargetSettings target = rules();
  target.unattached_originals = settings::UnattachedRule::consume;
  EXPECT_EQ(entries_of(row, target).at(0).customer, "");
}

TEST(Row, ARejectNamesItsAccountWhereTheLineDoes) {
  Row row = good_row();
  row.payment_method = "";
  EXPECT_EQ(reject_of(row).account, "");
  row.account = " acct_5";
  EXPECT_EQ(reject_of(row).account, "acct_5");
  row.account = "nonsense";
  EXPECT_EQ(reject_of(row).account, "");
}

TEST(Row, MetadataIsHeldToStripesLimits) {
  Row row = good_row();
  const std::string fits = [] {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "\xC3\xBC";
    return text;
  }();
  row.metadata = {{"a", fits}};
  EXPECT_EQ(entries_of(row).at(0).content.metadata.at(0).second, fits);
  const std::string too_long = fits + "x";
  row.metadata = {{"plan", too_long}};
  EXPECT_EQ(reject_of(row).code, "metadata_too_long");
  EXPECT_THAT(reject_of(row).message, HasSubstr("metadata.plan"));
  const std::string long_key(41, 'k');
  row.metadata = {{long_key, ""}};
  EXPECT_EQ(entries_of(row).size(), 1u);
  row.metadata = {{long_key, "v"}};
  EXPECT_EQ(reject_of(row).code, "metadata_too_long");
}

TEST(Row, NoMoreMetadataThanStripeTakesBesideOurs) {
  std::vector<std::string> keys;
  for (int i = 0; i < 49; ++i) keys.push_back("k" + std::to_string(i));
  Row row = good_row();
  for (const std::string& key : keys) row.metadata.emplace_back(key, "v");
  EXPECT_EQ(reject_of(row).code, "metadata_too_long");
  row.metadata.back().second = "";
  EXPECT_EQ(entries_of(row).at(0).content.metadata.size(), 48u);
}

TEST(Row, MessagesNeverRepeatWhatMayBePrivate) {
  for (const char* secret :
       {"jane@example.com", "4242424242424242", "sk_live_abcdefgh", "Jane Doe", "+1555123"}) {
    for (std::string_view Row::*column : {&Row::payment_method, &Row::customer, &Row::account,
                                          &Row::target_customer, &Row::payferry_account, &Row::is_default}) {
      Row row = good_row();
      row.*column = secret;
      const Reject reject = reject_of(row);
      EXPECT_NE(reject.code, "");
      EXPECT_THAT(reject.message, Not(HasSubstr(secret)));
      EXPECT_THAT(reject.account, Not(HasSubstr(secret)));
    }
  }
}

}  // namespace
}  // namespace payferry::intake
