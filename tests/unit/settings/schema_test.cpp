#include "settings/schema.hpp"

#include <gtest/gtest.h>

#include <set>

#include "loading.hpp"

namespace payferry::settings {
namespace {

TEST(Schema, DescribesEveryKeyOnce) {
  std::set<std::string_view> names;
  for (const Key& key : schema()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.takes.empty()) << key.name;
    EXPECT_TRUE(key.about.ends_with('.')) << key.name;
    EXPECT_NE(key.convert != nullptr, key.tree != nullptr) << key.name;
    EXPECT_EQ(find_key(key.name), &key);
  }
  EXPECT_EQ(find_key("limits.globe"), nullptr);
}

TEST(Schema, KnowsItsSections) {
  EXPECT_TRUE(is_section("limits"));
  EXPECT_FALSE(is_section("job"));
  EXPECT_FALSE(is_section(""));
  EXPECT_EQ(names_in("limits"), (std::vector<std::string_view>{"global", "endpoint", "scope", "in_flight",
                                                               "endpoints", "accounts", "schedule"}));
  EXPECT_EQ(names_in(""),
            (std::vector<std::string_view>{"job", "source", "stripe", "target", "limits", "retry", "run",
                                           "ledger", "ledger_create", "fleet", "metrics", "notify"}));
}

std::string as_file(const Key& key) {
  const std::string_view section = section_of(key.name);
  const std::string line = std::string(leaf_of(key.name)) + ": " + std::string(key.standard) + "\n";
  return section.empty() ? line : std::string(section) + ": \n  " + line;
}

TEST(Schema, DefaultsAreWhatIsLoadedWithoutThem) {
  const Loaded plain = test::load_job(test::minimal());
  EXPECT_TRUE(plain.mistakes.empty());
  for (const Key& key : schema()) {
    // Their sections stand in the minimal file already.
    const bool there = section_of(key.name) == "stripe" || section_of(key.name) == "source";
    if (key.standard.empty() || there) continue;
    const Loaded loaded = test::load_job(test::minimal(as_file(key)));
    EXPECT_EQ(test::mistakes_of(loaded), std::vector<std::string>{}) << key.name;
    const Settings& a = plain.settings;
    const Settings& b = loaded.settings;
    EXPECT_EQ(a.target.types, b.target.types);
    EXPECT_EQ(a.target.customer, b.target.customer);
    EXPECT_EQ(a.target.set_default, b.target.set_default);
    EXPECT_EQ(a.target.unattached_originals, b.target.unattached_originals);
    EXPECT_EQ(a.target.preflight, b.target.preflight);
    EXPECT_EQ(a.target.find_key, b.target.find_key);
    EXPECT_EQ(a.target.other_customers, b.target.other_customers);
    EXPECT_EQ(a.target.existing_clones, b.target.existing_clones);
    EXPECT_EQ(a.limits.global, b.limits.global);
    EXPECT_EQ(a.limits.endpoint, b.limits.endpoint);
    EXPECT_EQ(a.limits.scope, b.limits.scope);
    EXPECT_EQ(a.limits.in_flight, b.limits.in_flight);
    EXPECT_EQ(a.retry.attempts, b.retry.attempts);
    EXPECT_EQ(a.retry.max_delay, b.retry.max_delay);
    EXPECT_EQ(a.run.deadline, b.run.deadline);
    EXPECT_EQ(a.run.outage, b.run.outage);
    EXPECT_EQ(a.run.max_failures, b.run.max_failures);
    EXPECT_EQ(a.run.max_failure_share, b.run.max_failure_share);
    EXPECT_EQ(a.ledger, b.ledger);
    EXPECT_EQ(a.metrics.listen, b.metrics.listen);
  }
}

TEST(Schema, DefaultsOfStripeAreWhatIsLoadedWithoutThem) {
  Draft draft;
  const StripeSettings standard;
  for (const std::string_view name : {"stripe.api_base", "stripe.api_version", "stripe.timeout"}) {
    const Key& key = *find_key(name);
    const std::string text(key.standard);
    EXPECT_EQ(key.convert({text, text, false, false, "/"}, draft), std::nullopt) << name;
  }
  EXPECT_EQ(draft.settings.stripe.api_base, standard.api_base);
  EXPECT_EQ(draft.settings.stripe.api_version, standard.api_version);
  EXPECT_EQ(draft.settings.stripe.timeout, standard.timeout);
}

}  // namespace
}  // namespace payferry::settings
