#include <set>

#include "ledger/sqlite.hpp"
#include "world.hpp"

// An answer that says nothing: the same request again, as long as Stripe remembers its key (DESIGN 4, point
// 4).
namespace payferry::pipeline {
namespace {

using test::answer_of;

class UnknownTest : public test::WorldTest {
 protected:
  // The distinct requests that went to the endpoint, as Stripe tells them apart.
  std::set<std::string> distinct(Endpoint endpoint) const {
    std::set<std::string> found;
    for (const stripe::Request& request : stripe_.requests)
      if (request.endpoint == endpoint)
        found.insert(request.path + ' ' + request.idempotency_key + ' ' + request.body + ' ' +
                     request.api_version + ' ' + request.account);
    return found;
  }
  // The ledger as it is at this moment, as a process finds it that starts after this one was killed.
  void save_as(const std::filesystem::path& copy) {
    ledger::SqliteDatabase database(path_.string(), SQLITE_OPEN_READWRITE);
    database.execute(("VACUUM INTO '" + copy.string() + "'").c_str());
  }
  void go_on_with(const std::filesystem::path& copy) {
    close_ledger();
    path_ = copy;
    open_ledger();
    stripe_.requests.clear();
  }
};

TEST_F(UnknownTest, the_same_bytes_go_again_until_stripe_says_what_happened) {
  stripe_.say(Endpoint::clone, test::lost("timeout"));
  stripe_.say(Endpoint::clone, answer_of(500, "{\"error\":{\"type\":\"api_error\"}}"));
  stripe_.lose(Endpoint::create_customer, 2);
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(stripe_.sent_to(Endpoint::clone), 3u);
  EXPECT_EQ(stripe_.sent_to(Endpoint::create_customer), 3u);
  EXPECT_EQ(distinct(Endpoint::clone).size(), 1u);
  EXPECT_EQ(distinct(Endpoint::create_customer).size(), 1u);
  EXPECT_EQ(stripe_.customers.size(), 1u);
  EXPECT_EQ(stripe_.methods.size(), 1u);
  EXPECT_EQ(run.events.again, 4);
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(tally().possible_orphans, 0u);
}

TEST_F(UnknownTest, after_so_many_attempts_the_item_is_parked_and_its_lane_with_it) {
  int lost = 0;
  stripe_.always(Endpoint::clone, [&](const stripe::Request& request) {
    const stripe::Exchange made = stripe_.execute(request);
    return request.body.ends_with("pm_1") && ++lost <= 3 ? test::lost() : made;
  });
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2"), line("cus_2", "pm_3")});
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.parks, std::vector<std::string>{"pm_1 unknown"});
  EXPECT_EQ(counts(), "pending=2 succeeded=1");
  EXPECT_EQ(tally().pending_reasons["unknown"], 1u);
  EXPECT_EQ(stripe_.customers.size(), 1u);
  EXPECT_FALSE(run.stop.requested());
  stripe_.requests.clear();
  this->run();
  EXPECT_EQ(counts(), "succeeded=3");
  EXPECT_EQ(stripe_.methods.size(), 3u);
  EXPECT_TRUE(tally().pending_reasons.empty());
}

TEST_F(UnknownTest, a_parked_attach_keeps_its_lane_although_the_customer_is_there) {
  stripe_.lose(Endpoint::attach, 3);
  std::vector<Entry> lines;
  for (int i = 1; i <= 100; ++i) lines.push_back(line("cus_1", "pm_" + std::to_string(i)));
  admit(lines);
  run();
  EXPECT_EQ(counts(), "pending=99 succeeded=1");
  run();
  EXPECT_EQ(counts(), "succeeded=100");
  EXPECT_EQ(stripe_.methods.size(), 100u);
}

TEST_F(UnknownTest, a_throttled_call_is_no_attempt) {
  stripe_.say(Endpoint::clone, test::throttled(), 20);
  stripe_.say(Endpoint::create_customer, test::error_of(429, "invalid_request_error", "lock_timeout"), 20);
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_TRUE(run.events.parks.empty());
  EXPECT_EQ(distinct(Endpoint::clone).size(), 1u);
}

TEST_F(UnknownTest, a_process_that_was_killed_while_sending_asks_again_with_the_same_bytes) {
  for (const Endpoint killed_at : {Endpoint::clone, Endpoint::create_customer, Endpoint::attach}) {
    const std::string name(to_string(killed_at));
    const std::filesystem::path copy = folder_ / (name + ".db");
    bool taken = false;
    stripe_.on_send = [&](const stripe::Request& request) {
      if (taken || request.endpoint != killed_at) return;
      taken = true;
      save_as(copy);
    };
    admit({line("cus_" + name, "pm_1" + name), line("cus_" + name, "pm_2" + name)});
    run();
    ASSERT_TRUE(taken);
    const std::set<std::string> before = distinct(killed_at);
    const std::size_t methods = stripe_.methods.size();
    const std::size_t customers = stripe_.customers.size();
    stripe_.on_send = nullptr;
    go_on_with(copy);
    // Another wording, API version and rule do not change what is sent again.
    rules_.api_version = "another";
    run();
    rules_.api_version = "2026-09-30.endive";
    EXPECT_TRUE(before.contains(*distinct(killed_at).begin()) ||
                before.contains(*distinct(killed_at).rbegin()))
        << name;
    EXPECT_EQ(stripe_.methods.size(), methods) << name;
    EXPECT_EQ(stripe_.customers.size(), customers) << name;
    EXPECT_EQ(tally().count(State::pending), 0u) << name;
    EXPECT_EQ(tally().count(State::failed), 0u) << name;
    stripe_.requests.clear();
  }
}

TEST_F(UnknownTest, past_the_memory_of_its_key_a_clone_goes_to_its_next_generation) {
  stripe_.lose(Endpoint::clone, 3);
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(counts(), "pending=1");
  stripe_.forget_keys();
  time_.advance(std::chrono::hours(23));
  run();
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(distinct(Endpoint::clone).size(), 2u);
  EXPECT_EQ(tally().possible_orphans, 1u);
  EXPECT_EQ(stripe_.attached_to("cus_new_1"), "pm_1");
}

TEST_F(UnknownTest, another_api_key_remembers_nothing) {
  stripe_.lose(Endpoint::clone, 3);
  admit({line("cus_1", "pm_1")});
  run();
  rules_.key_digest = "key-2";
  run();
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(tally().possible_orphans, 1u);
}

TEST_F(UnknownTest, what_was_certainly_not_executed_goes_out_under_any_key_at_any_time) {
  stripe_.always(Endpoint::clone, [this](const stripe::Request&) {
    run_->stop.request(Why::signal, "stop");
    return test::throttled();
  });
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(open_items()[0].intent->state, IntentState::unsent);
  stripe_.always(Endpoint::clone,
                 [this](const stripe::Request& request) { return stripe_.execute(request); });
  time_.advance(std::chrono::hours(50));
  rules_.key_digest = "key-2";
  run();
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(tally().possible_orphans, 0u);
  EXPECT_EQ(distinct(Endpoint::clone).size(), 1u);
}

TEST_F(UnknownTest, what_never_reached_a_socket_is_not_unknown) {
  stripe_.say(Endpoint::clone, test::never_sent(), 5);
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_TRUE(run.events.parks.empty());
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(UnknownTest, what_never_reached_a_socket_is_marked_so_on_a_stop) {
  stripe_.reply(Endpoint::clone, [this](const stripe::Request&) {
    run_->stop.request(Why::signal, "stop");
    stripe::Exchange exchange = test::never_sent();
    exchange.failure = "stopped";
    return exchange;
  });
  admit({line("", "pm_1")});
  run();
  ASSERT_TRUE(open_items()[0].intent);
  EXPECT_EQ(open_items()[0].intent->state, IntentState::unsent);
}

TEST_F(UnknownTest, an_earlier_unknown_stays_unknown_whatever_executes_nothing_later) {
  stripe_.lose(Endpoint::clone);
  stripe_.reply(Endpoint::clone, [this](const stripe::Request&) {
    run_->stop.request(Why::signal, "stop");
    return test::throttled();
  });
  admit({line("cus_1", "pm_1")});
  run();
  // open and unknown both say: may have been executed.
  const IntentState state = open_items()[0].intent->state;
  EXPECT_TRUE(state == IntentState::unknown || state == IntentState::open);
  run();
  EXPECT_EQ(stripe_.methods.size(), 1u);
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(UnknownTest, a_stop_lets_what_is_in_flight_answer) {
  stripe_.on_send = [this](const stripe::Request&) { run_->stop.request(Why::signal, "stop"); };
  admit({line("cus_1", "pm_1"), line("cus_2", "pm_2")});
  run();
  EXPECT_EQ(stripe_.requests.size(), 1u);
  EXPECT_EQ(counts(), "pending=2");
  EXPECT_EQ(open_items()[0].item.clone_id, "pm_clone_1");
}

TEST_F(UnknownTest, a_lost_clone_of_an_unattached_original_is_never_made_again) {
  stripe_.lose(Endpoint::clone, 3);
  admit({line("", "pm_1")});
  run();
  time_.advance(std::chrono::hours(24));
  run();
  run();
  EXPECT_EQ(counts(), "failed=1");
  EXPECT_EQ(tally().failures.at("original_consumed"), 1u);
  EXPECT_EQ(stripe_.methods.size(), 1u);
}

// Either our clock jumped by a day, or the Date header is some cache's: the key may be a day old, or a
// minute.
TEST_F(UnknownTest, what_an_earlier_run_sent_is_asked_about_where_the_clocks_contradict_each_other) {
  stripe_.lose(Endpoint::create_customer, 3);
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(counts(), "pending=1");
  stripe_.forget_keys();
  const std::int64_t now = time_.clock().stamp().wall_ms;
  time_.fake_clock().set_wall_ms(now + 25LL * 3600 * 1000);
  on_run_ = [](test::OneRun& run) { run.stripe_time.heard("Mon, 23 Nov 2026 04:20:30 GMT"); };
  run();
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(stripe_.customers.size(), 1u);
  EXPECT_EQ(stripe_.methods.size(), 1u);
}

}  // namespace
}  // namespace payferry::pipeline
