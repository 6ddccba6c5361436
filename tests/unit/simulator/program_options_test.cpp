#include "simulator/program_options.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace payferry::simulator {
namespace {

std::variant<ProgramOptions, int> read(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "payferry-simulator");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  return read_program_options(static_cast<int>(pointers.size()), pointers.data());
}

ProgramOptions accepted(const std::vector<std::string>& arguments) {
  auto result = read(arguments);
  EXPECT_TRUE(std::holds_alternative<ProgramOptions>(result));
  return std::holds_alternative<ProgramOptions>(result) ? std::get<ProgramOptions>(result) : ProgramOptions{};
}

TEST(ProgramOptions, DefaultsListenOnLoopbackWithLimitsOfLiveMode) {
  const ProgramOptions options = accepted({});
  EXPECT_EQ(options.server.host, "127.0.0.1");
  EXPECT_EQ(options.server.port, 12112);
  EXPECT_EQ(options.world.limits.scope, LimitScope::platform);
  EXPECT_EQ(options.world.limits.endpoint, 25);
  EXPECT_TRUE(options.world.locks);
  EXPECT_TRUE(options.csv.with_account);
  EXPECT_FALSE(options.world.store.livemode);
}

TEST(ProgramOptions, EveryWordReachesItsPlace) {
  const ProgramOptions options = accepted({"--listen",
                                           "[::1]:0",
                                           "--limit-scope",
                                           "account",
                                           "--limit-burst",
                                           "5",
                                           "--account-limit",
                                           "acct_A=1/s",
                                           "--account-limit",
                                           "acct_B=0.5/s",
                                           "--no-lock",
                                           "--latency",
                                           "80",
                                           "--methods-per-customer",
                                           "1-4",
                                           "--csv",
                                           "x.csv",
                                           "--csv-fan-out",
                                           "--write-only",
                                           "--seed",
                                           "9",
                                           "--fault",
                                           "stall=0.1",
                                           "--fault",
                                           "clone/slow:50=1",
                                           "--any-originals"});
  EXPECT_EQ(options.server.host, "::1");
  EXPECT_EQ(options.server.port, 0);
  EXPECT_EQ(options.world.limits.scope, LimitScope::account);
  EXPECT_EQ(options.world.limits.burst, 5);
  const std::map<std::string, double> accounts{{"acct_A", 1.0}, {"acct_B", 0.5}};
  EXPECT_EQ(options.world.limits.accounts, accounts);
  EXPECT_FALSE(options.world.locks);
  EXPECT_EQ(options.world.latency_ms, 80);
  EXPECT_EQ(options.seed.methods_min, 1u);
  EXPECT_EQ(options.seed.methods_max, 4u);
  EXPECT_FALSE(options.csv.with_account);
  EXPECT_TRUE(options.write_only);
  EXPECT_EQ(options.world.store.seed, 9u);
  EXPECT_TRUE(options.world.store.any_originals);
  ASSERT_EQ(options.world.faults.size(), 2u);
  EXPECT_EQ(options.world.faults[1].step, "clone");
}

TEST(ProgramOptions, AScriptGoesBeforeWhatIsLeftToChance) {
  const std::string path = testing::TempDir() + "payferry_simulator_script.jsonl";
  std::ofstream(path) << "{\"kind\":\"garbage\"}\n";
  const ProgramOptions options = accepted({"--fault", "stall=0.1", "--script", path});
  ASSERT_EQ(options.world.faults.size(), 2u);
  EXPECT_EQ(options.world.faults[0].fault.kind, FaultKind::garbage);
}

TEST(ProgramOptions, BadUsageEndsWith2HelpWith0) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--nonsense"},
      {"--listen", "127.0.0.1"},
      {"--listen", "127.0.0.1:70000"},
      {"--fault", "no=1"},
      {"--script", "/no"},
      {"--methods-per-customer", "3-1"},
      {"--write-only"},
      {"--tls-cert", "x"},
      {"--bank-share", "2"},
      {"--limit-scope", "everything"},
      {"--account-limit", "acct_A"},
      {"--account-limit", "acct_A=1"},
      {"--account-limit", "acct_A=/s"},
      {"--account-limit", "acct_A=0/s"},
      {"--account-limit", "acct_A=-1/s"},
      {"--account-limit", "acct_A=1/m"},
      {"--account-limit", "acct_A=nan/s"},
      {"--account-limit", "shop=1/s"},
      {"stray"},
  };
  for (const auto& arguments : wrong) {
    const auto result = read(arguments);
    ASSERT_TRUE(std::holds_alternative<int>(result)) << arguments[0];
    EXPECT_EQ(std::get<int>(result), 2) << arguments[0];
  }
  EXPECT_EQ(std::get<int>(read({"--help"})), 0);
  EXPECT_EQ(std::get<int>(read({"--version"})), 0);
}

}  // namespace
}  // namespace payferry::simulator
