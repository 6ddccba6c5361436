#include "simulator/seed.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace payferry::simulator {
namespace {

StoreOptions seeded(std::uint64_t value) {
  StoreOptions options;
  options.seed = value;
  return options;
}

TEST(Seed, IsTheSameForTheSameSeed) {
  Store one(seeded(7)), two(seeded(7)), other(seeded(8));
  const SeedOptions options;
  std::ostringstream first, second, third;
  write_csv(first, seed(one, options), {});
  write_csv(second, seed(two, options), {});
  write_csv(third, seed(other, options), {});
  EXPECT_EQ(first.str(), second.str());
  EXPECT_NE(first.str(), third.str());
}

TEST(Seed, LinesMatchTheStore) {
  Store store(seeded(1));
  SeedOptions options;
  options.customers = 200;
  options.methods_min = 0;
  options.methods_max = 3;
  options.bank_share = 0.3;
  options.other_share = 0.2;
  options.legacy_share = 0.3;
  options.unattached = 5;
  const auto lines = seed(store, options);
  EXPECT_EQ(store.connected().size(), 3u);
  EXPECT_EQ(store.platform().customers.size(), 200u);
  EXPECT_EQ(store.platform().methods.size(), lines.size());
  std::set<MethodType> types;
  std::map<std::string, int> defaults;
  std::size_t unattached = 0, legacy = 0;
  for (const SeededLine& line : lines) {
    const PaymentMethod* method = store.find_method(store.platform(), line.payment_method);
    ASSERT_TRUE(method);
    EXPECT_EQ(method->customer ? method->customer->id : "", line.customer);
    EXPECT_EQ(method->type, line.type);
    EXPECT_TRUE(store.find_account(line.account));
    types.insert(line.type);
    defaults[line.customer] += line.is_default ? 1 : 0;
    unattached += line.customer.empty() ? 1 : 0;
    legacy += line.payment_method.rfind("card_", 0) == 0 ? 1 : 0;
    EXPECT_TRUE(!line.is_default || cloneable(line.type));
  }
  EXPECT_EQ(types.size(), 4u);
  EXPECT_EQ(unattached, 5u);
  EXPECT_GT(legacy, 0u);
  for (const auto& [customer, count] : defaults) EXPECT_LE(count, 1) << customer;
}

TEST(Seed, MostCustomersHaveADefaultThatIsNotTheirFirst) {
  Store store(seeded(1));
  SeedOptions options;
  options.methods_min = options.methods_max = 3;
  seed(store, options);
  for (const Customer* customer : store.platform().order) {
    ASSERT_TRUE(customer->default_method);
    EXPECT_NE(customer->default_method, customer->methods.front());
  }
}

TEST(SeedCsv, SpreadsBadAndMissingLines) {
  Store store(seeded(1));
  const auto lines = seed(store, {});
  std::ostringstream out;
  const CsvSummary summary = write_csv(out, lines, {true, 7, 2});
  EXPECT_EQ(summary.lines, lines.size() + 9);
  EXPECT_EQ(summary.bad, 7u);
  EXPECT_EQ(summary.missing, 2u);
  const std::string text = out.str();
  EXPECT_EQ(text.substr(0, text.find('\n')), "customer,payment_method,account,type,default,name,email");
  EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), summary.lines + 1);
  EXPECT_LT(text.find("cus_BadLine1"), text.size() / 2);
  EXPECT_NE(text.find("\"\"Mac\"\" Leod\""), std::string::npos);
}

TEST(SeedCsv, FanOutHasNoAccountColumn) {
  Store store(seeded(1));
  std::ostringstream out;
  write_csv(out, seed(store, {}), {false, 4, 1});
  const std::string text = out.str();
  EXPECT_EQ(text.substr(0, text.find('\n')), "customer,payment_method,type,default,name,email");
  EXPECT_EQ(text.find("acct_"), std::string::npos);
}

TEST(SeedCsv, EvenAnEmptyWorldGetsItsBadLines) {
  std::ostringstream out;
  EXPECT_EQ(write_csv(out, {}, {true, 5, 1}).lines, 6u);
}

}  // namespace
}  // namespace payferry::simulator
