#include "pipeline/window.hpp"

#include <gtest/gtest.h>

namespace payferry::pipeline {
namespace {

ledger::Work work(std::int64_t id) {
  ledger::Work made;
  made.item.id = id;
  return made;
}

class WindowTest : public testing::Test {
 protected:
  // Loads as many as there is room for, out of endless open items.
  std::size_t load(Window& window, Window::Account& account) {
    const std::size_t room = window.room_for(account);
    for (std::size_t i = 1; i <= room; ++i) {
      const std::int64_t id = ++next_;
      EXPECT_TRUE(window.admit(account, work(id), "lane " + std::to_string(id)));
      loaded_.emplace_back(&account, id);
    }
    window.loaded(account, next_, false);
    return room;
  }
  std::int64_t next_ = 1000;
  std::vector<std::pair<Window::Account*, std::int64_t>> loaded_;
};

TEST_F(WindowTest, nothing_is_loaded_where_nothing_is_open) {
  Window window(10);
  EXPECT_EQ(window.next_to_load(), nullptr);
  EXPECT_FALSE(window.anything_to_load());
}

TEST_F(WindowTest, an_account_is_loaded_until_it_is_exhausted) {
  Window window(10);
  window.open(1, "acct_A", false, 1);
  Window::Account* account = window.next_to_load();
  ASSERT_NE(account, nullptr);
  EXPECT_EQ(account->after, 0);
  EXPECT_EQ(window.room_for(*account), 10u);
  window.loaded(*account, 7, false);
  ASSERT_EQ(window.next_to_load(), account);
  EXPECT_EQ(account->after, 7);
  window.loaded(*account, 9, true);
  EXPECT_EQ(window.next_to_load(), nullptr);
  EXPECT_FALSE(window.anything_to_load());
}

TEST_F(WindowTest, it_never_holds_more_than_its_capacity) {
  Window window(100);
  for (int id = 1; id <= 7; ++id) window.open(id, "acct_" + std::to_string(id), false, 1);
  for (int turn = 0; turn < 1000; ++turn) {
    while (Window::Account* account = window.next_to_load()) load(window, *account);
    EXPECT_LE(window.in_memory(), 100u);
    ASSERT_FALSE(loaded_.empty());
    const std::size_t chosen = static_cast<std::size_t>(turn * 31) % loaded_.size();
    window.ended(*loaded_[chosen].first, loaded_[chosen].second);
    loaded_.erase(loaded_.begin() + static_cast<std::ptrdiff_t>(chosen));
  }
}

TEST_F(WindowTest, accounts_share_it) {
  Window window(100);
  window.open(1, "acct_A", false, 1);
  window.open(2, "acct_B", false, 1);
  while (Window::Account* account = window.next_to_load()) load(window, *account);
  EXPECT_GE(window.accounts().at(1).in_memory, 40u);
  EXPECT_GE(window.accounts().at(2).in_memory, 40u);
}

TEST_F(WindowTest, an_account_that_has_its_share_is_loaded_again_when_an_item_ends) {
  Window window(8);
  window.open(1, "acct_A", false, 1);
  Window::Account& account = *window.next_to_load();
  EXPECT_EQ(load(window, account), 8u);
  EXPECT_EQ(window.next_to_load(), nullptr);
  EXPECT_TRUE(window.anything_to_load());
  window.ended(account, loaded_.front().second);
  EXPECT_EQ(window.next_to_load(), &account);
}

TEST_F(WindowTest, what_is_in_memory_is_not_taken_twice) {
  Window window(10);
  window.open(1, "acct_A", false, 1);
  Window::Account& account = *window.next_to_load();
  EXPECT_TRUE(window.admit(account, work(5), "lane"));
  EXPECT_FALSE(window.admit(account, work(5), "lane"));
  window.ended(account, 5);
  EXPECT_TRUE(window.admit(account, work(5), "lane"));
}

TEST_F(WindowTest, a_parked_lane_takes_nothing_more) {
  Window window(10);
  window.open(1, "acct_A", false, 1);
  Window::Account& account = *window.next_to_load();
  window.park("lane");
  EXPECT_FALSE(window.admit(account, work(5), "lane"));
  EXPECT_TRUE(window.admit(account, work(5), "another lane"));
  EXPECT_EQ(window.in_memory(), 1u);
}

TEST_F(WindowTest, items_that_open_below_what_was_loaded_are_gone_back_to) {
  Window window(10);
  window.open(1, "acct_A", false, 1);
  Window::Account& account = *window.next_to_load();
  window.loaded(account, 50, true);
  window.open(1, "acct_A", false, 20);
  ASSERT_EQ(window.next_to_load(), &account);
  EXPECT_EQ(account.after, 19);
}

TEST_F(WindowTest, items_that_open_while_a_load_is_under_way_are_not_missed) {
  Window window(10);
  window.open(1, "acct_A", false, 1);
  Window::Account& account = *window.next_to_load();
  window.loaded(account, 50, false);
  ASSERT_EQ(window.next_to_load(), &account);  // under way, above 50
  window.open(1, "acct_A", false, 20);
  window.loaded(account, 60, true);
  ASSERT_EQ(window.next_to_load(), &account);
  EXPECT_EQ(account.after, 19);
}

TEST_F(WindowTest, a_closed_account_is_not_loaded) {
  Window window(10);
  window.open(1, "acct_A", false, 1);
  window.open(2, "acct_B", true, 1);
  window.accounts().at(1).place.closed = true;
  Window::Account* account = window.next_to_load();
  ASSERT_NE(account, nullptr);
  EXPECT_EQ(account->name, "acct_B");
  EXPECT_TRUE(account->place.lost);
  window.loaded(*account, 1, true);
  window.open(1, "acct_A", false, 1);
  EXPECT_EQ(window.next_to_load(), nullptr);
  EXPECT_FALSE(window.anything_to_load());
}

TEST(LaneTest, keeps_one_view_of_each_link) {
  Lane lane("lane", 0);
  ledger::Work first = work(1);
  first.link = Link{};
  first.link->id = 3;
  ledger::Work second = work(2);
  second.link = first.link;
  lane.add(std::move(first));
  lane.add(std::move(second));
  EXPECT_EQ(lane.size(), 2u);
  std::list<ledger::Work> taken = lane.take();
  EXPECT_EQ(taken.front().item.id, 1);
  lane.link_of(taken.front())->target_customer = "cus_new";
  taken = lane.take();
  EXPECT_EQ(taken.front().item.id, 2);
  EXPECT_EQ(lane.link_of(taken.front())->target_customer, "cus_new");
  EXPECT_TRUE(lane.empty());
  ledger::Work without = work(9);
  EXPECT_EQ(lane.link_of(without), nullptr);
}

}  // namespace
}  // namespace payferry::pipeline
