#include "ledger/journal.hpp"

#include <gtest/gtest.h>

#include "ledger/database.hpp"

namespace payferry::ledger {
namespace {

Asking asking() {
  Asking made;
  made.link_id = 7;
  Intent& intent = made.intent;
  intent.id = 1'000'000'007;
  intent.item_id = 12;
  intent.step = Step::create_customer;
  intent.generation = 2;
  intent.state = IntentState::open;
  intent.path = "/v1/customers";
  intent.idempotency_key = std::string(64, 'a');
  intent.body = std::string("email=a%40b\0\xFF", 12);
  intent.api_version = "2026";
  intent.key_digest = "digest";
  intent.first_sent = {1'795'000'000'000, -1, "boot"};
  intent.last_sent = {1'795'000'000'001, 0, "other"};
  intent.attempts = 3;
  intent.sends = 4;
  return made;
}

Settlement settlement() {
  Settlement made;
  Item& item = made.item;
  item.id = 12;
  item.account_id = 3;
  item.link_id = 7;
  item.state = State::failed;
  item.step = Step::attach;
  item.reason = "card_declined";
  item.message = "Your card was declined.";
  item.request_id = "req_1";
  item.failed_with_link = true;
  item.clone_id = "pm_c";
  item.details = {"card", "fp", "4242", "visa", 12, 2030};
  item.clone_generation = 1;
  item.attach_generation = 2;
  item.default_generation = 3;
  item.detach_generation = 4;
  item.clone_replacements = 5;
  item.orphans = 6;
  item.adopted = true;
  Link& link = made.link.emplace();
  link.id = 7;
  link.target_customer = "cus_t";
  link.origin = Origin::created;
  link.generation = 9;
  link.refused_code = "email_invalid";
  link.refused_message = "no";
  link.refused_request_id = "req_2";
  Intent& intent = made.intent.emplace();
  intent.id = 5;
  intent.step = Step::attach;
  intent.state = IntentState::settled;
  intent.attempts = 1;
  intent.sends = 2;
  made.answered = Answered{402, "refused", "card_declined", "message", "req_1", 1'795'000'000'002, 310};
  return made;
}

std::string bytes_of_both() {
  std::string bytes;
  append_to_journal(bytes, asking());
  append_to_journal(bytes, settlement());
  return bytes;
}

TEST(Journal, GivesBackWhatItTook) {
  const std::string bytes = bytes_of_both();
  const std::vector<JournalRecord> records = read_journal(bytes);
  ASSERT_EQ(records.size(), 2u);
  // Fields that were left out or mixed up would make other bytes.
  std::string again;
  append_to_journal(again, std::get<Asking>(records[0]));
  append_to_journal(again, std::get<Settlement>(records[1]));
  EXPECT_EQ(again, bytes);
  const Asking& asked = std::get<Asking>(records[0]);
  EXPECT_EQ(asked.link_id, 7);
  EXPECT_EQ(asked.intent.id, 1'000'000'007);
  EXPECT_EQ(asked.intent.body, asking().intent.body);
  EXPECT_EQ(asked.intent.first_sent.boot_ms, -1);
  EXPECT_EQ(asked.intent.last_sent.boot_id, BootId("other"));
  const Settlement& settled = std::get<Settlement>(records[1]);
  EXPECT_EQ(settled.item.details, settlement().item.details);
  EXPECT_TRUE(settled.item.adopted);
  EXPECT_EQ(settled.link->target_customer, "cus_t");
  EXPECT_EQ(settled.intent->state, IntentState::settled);
  EXPECT_EQ(settled.answered->latency_ms, 310);
}

TEST(Journal, WhatIsAbsentStaysAbsent) {
  std::string bytes;
  append_to_journal(bytes, Settlement{});
  const auto settled = std::get<Settlement>(read_journal(bytes).at(0));
  EXPECT_FALSE(settled.link);
  EXPECT_FALSE(settled.intent);
  EXPECT_FALSE(settled.answered);
}

TEST(Journal, ARowThatEndsTooEarlyIsDamaged) {
  const std::string bytes = bytes_of_both();
  std::string first;
  append_to_journal(first, asking());
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    if (size == first.size()) continue;
    EXPECT_THROW(read_journal(std::string_view(bytes).substr(0, size)), DatabaseError) << size;
  }
}

TEST(Journal, AWordThatNobodyKnowsIsDamaged) {
  Settlement made = settlement();
  made.item.state = static_cast<State>(99);
  std::string bytes;
  append_to_journal(bytes, made);
  EXPECT_THROW(read_journal(bytes), DatabaseError);
}

TEST(Journal, BytesThatNobodyWroteAreDamaged) {
  EXPECT_THROW(read_journal(std::string(1, '\x7E')), DatabaseError);
  EXPECT_THROW(read_journal(std::string(20, '\xFF')), DatabaseError);
}

TEST(Journal, AnEmptyRowHoldsNothing) {
  EXPECT_TRUE(read_journal("").empty());
}

}  // namespace
}  // namespace payferry::ledger
