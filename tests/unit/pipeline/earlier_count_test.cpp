#include "pipeline/earlier_count.hpp"

#include <spdlog/sinks/null_sink.h>

#include "world.hpp"

namespace payferry::pipeline {
namespace {

using namespace test;

class EarlierCountTest : public testing::Test {
 protected:
  EarlierCountTest() {
    settings_.job = "job";
    auto lock = ledger::RunLock::take(path_);
    ledger_ = std::move(*ledger::open_ledger(context_, std::move(*lock),
                                             {path_, {"acct_platform", Mode::test}, rules(), {}}));
    input_ = run_task(context_, ledger_->begin_input("job", "file-1", {"customer"}, false))->id;
  }
  ~EarlierCountTest() override { ledger_->close(); }

  static ledger::AdmissionRules rules() {
    ledger::AdmissionRules rules;
    rules.start = [](const Entry&) { return ledger::AdmissionRules::Start{}; };
    return rules;
  }
  ledger::Admitted admit(const std::string& method, bool tell) {
    auto admission = std::make_shared<ledger::Admission>();
    admission->input = input_;
    admission->entries.push_back(Entry{});
    admission->entries.back().account = "acct_A";
    admission->entries.back().customer = "cus_1";
    admission->entries.back().payment_method = method;
    admission->lines = admission->read = 1;
    const Result<ledger::Admitted> counts = run_task(context_, ledger_->admit(admission));
    if (tell) monitor_.admitted(*admission, *counts);
    return *counts;
  }

  TempFolder folder_;
  std::filesystem::path path_ = folder_.path() / "ledger.db";
  boost::asio::io_context context_;
  FakeTime time_{context_};
  settings::Settings settings_;
  telemetry::Log log_{telemetry::LogLevel::error, telemetry::LogFormat::text, time_.clock(),
                      std::make_shared<spdlog::sinks::null_sink_mt>()};
  telemetry::Metrics metrics_{"test"};
  Monitor monitor_{settings_, time_.clock(), log_, metrics_};
  Stop stop_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::int64_t input_ = 0;
};

TEST_F(EarlierCountTest, adds_what_was_before_to_what_this_run_did_meanwhile) {
  admit("pm_before", false);
  auto earlier = std::move(*EarlierCount::begin(path_, input_));
  monitor_.counting_earlier();
  admit("pm_meanwhile", true);
  EXPECT_TRUE(monitor_.snapshot(nullptr).counting);
  EXPECT_EQ(monitor_.snapshot(nullptr).items.read, 1u);

  run_task(context_, earlier->run(context_.get_executor(), monitor_, stop_));
  const telemetry::Snapshot now = monitor_.snapshot(nullptr);
  EXPECT_FALSE(now.counting);
  EXPECT_EQ(now.items.read, 2u);
  EXPECT_EQ(now.items.pending, 2u);
  EXPECT_EQ(now.input_lines, 2u);
  EXPECT_FALSE(stop_.requested());
}

TEST_F(EarlierCountTest, interrupted_before_or_after_it_stops_nothing) {
  admit("pm_before", false);
  auto earlier = std::move(*EarlierCount::begin(path_, input_));
  earlier->interrupt();
  run_task(context_, earlier->run(context_.get_executor(), monitor_, stop_));
  earlier->interrupt();
  EXPECT_FALSE(stop_.requested());
}

TEST_F(EarlierCountTest, a_ledger_that_is_not_there_is_an_error) {
  const auto earlier = EarlierCount::begin(folder_.path() / "none.db", input_);
  ASSERT_FALSE(earlier);
  EXPECT_EQ(earlier.error().code, Errc::ledger);
}

}  // namespace
}  // namespace payferry::pipeline
