#include <gtest/gtest.h>

#include "loading.hpp"

// What each key takes, and what it says to the rest.
namespace payferry::settings {
namespace {

using test::load_job;
using test::minimal;
using test::mistakes_of;
using Texts = std::vector<std::string>;

TEST(Values, EveryKeyReachesItsMember) {
  const Loaded loaded = load_job(
      "job: spring-${NAME}\n"
      "source: { csv: '-' }\n"
      "stripe:\n"
      "  api_key: ${LIVE_KEY}\n"
      "  api_base: http://127.0.0.1:12112/\n"
      "  api_version: 2026-10-28.endive\n"
      "  platform_account: acct_P\n"
      "  timeout: 1m30s\n"
      "target:\n"
      "  accounts: [acct_B, acct_A]\n"
      "  types: [card]\n"
      "  customer: existing\n"
      "  set_default: first\n"
      "  unattached_originals: consume\n"
      "  preflight: block\n"
      "  ach_authorised: compliance, ticket 4711\n"
      "limits: { global: \"${RATE}\", endpoint: 30, scope: account, in_flight: 4096 }\n"
      "retry: { attempts: 3, max_delay: 500ms }\n"
      "run: { deadline: 6h, outage: 90s, max_failures: 500, max_failure_share: 0.5% }\n"
      "ledger: ../ledger/${NAME}.db\n"
      "ledger_create: never\n"
      "fleet: { name: worker-1, lease: 2m }\n"
      "metrics: { listen: off }\n");
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  const Settings& s = loaded.settings;
  EXPECT_EQ(s.job, "spring-spring");
  EXPECT_EQ(s.file, "/jobs/job.yaml");
  EXPECT_EQ(s.source.csv, "-");
  EXPECT_EQ(s.stripe.api_key, test::kLiveKey);
  EXPECT_EQ(s.mode, Mode::live);
  EXPECT_EQ(s.stripe.api_base, "http://127.0.0.1:12112");
  EXPECT_EQ(s.stripe.api_version, "2026-10-28.endive");
  EXPECT_EQ(s.stripe.platform_account, "acct_P");
  EXPECT_EQ(s.stripe.timeout, std::chrono::seconds(90));
  EXPECT_EQ(s.target.accounts, (Texts{"acct_B", "acct_A"}));
  EXPECT_EQ(s.target.types, Texts{"card"});
  EXPECT_EQ(s.target.customer, CustomerRule::existing);
  EXPECT_EQ(s.target.set_default, DefaultRule::first);
  EXPECT_EQ(s.target.unattached_originals, UnattachedRule::consume);
  EXPECT_EQ(s.target.preflight, PreflightRule::block);
  EXPECT_EQ(s.target.ach_authorised, "compliance, ticket 4711");
  EXPECT_DOUBLE_EQ(s.limits.global, 12.5);
  EXPECT_DOUBLE_EQ(s.limits.endpoint, 30);
  EXPECT_EQ(s.limits.scope, LimitScope::account);
  EXPECT_EQ(s.limits.in_flight, 4096);
  EXPECT_EQ(s.retry.attempts, 3);
  EXPECT_EQ(s.retry.max_delay, Milliseconds(500));
  EXPECT_EQ(s.run.deadline, std::chrono::hours(6));
  EXPECT_EQ(s.run.outage, std::chrono::seconds(90));
  EXPECT_EQ(s.run.max_failures, 500);
  ASSERT_TRUE(s.run.max_failure_share);
  EXPECT_DOUBLE_EQ(*s.run.max_failure_share, 0.005);
  EXPECT_EQ(s.ledger.file(), "/ledger/spring.db");
  EXPECT_EQ(s.ledger_create, LedgerCreation::never);
  EXPECT_EQ(s.fleet.name, "worker-1");
  EXPECT_EQ(s.fleet.lease, std::chrono::minutes(2));
  EXPECT_EQ(s.metrics.listen, "none");
}

TEST(Values, ALeaseOutlivesARequest) {
  const auto lease_of = [](const std::string& more) { return load_job(minimal(more)).settings.fleet.lease; };
  EXPECT_EQ(lease_of(""), std::chrono::seconds(90));
  EXPECT_EQ(lease_of("fleet: { lease: 33s }\n"), std::chrono::seconds(33));
  EXPECT_NE(mistakes_of(load_job(minimal("fleet: { lease: 32s }\n"))), Texts{});
  EXPECT_NE(mistakes_of(load_job(minimal("fleet: { name: 'a b' }\n"))), Texts{});
}

TEST(Values, ALedgerOnAServer) {
  const Loaded loaded =
      load_text({"/jobs/job.yaml", minimal("ledger: postgres://u:${PG}@db.example/l\n")}, std::nullopt,
                test::environment_of({{"STRIPE_SECRET_KEY", std::string(test::kTestKey)}, {"PG", "s3cret"}}));
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.ledger.string(), "postgres://db.example/l");
  EXPECT_EQ(loaded.settings.ledger.url(), "postgres://u:s3cret@db.example/l");
  EXPECT_EQ(loaded.settings.beside.parent_path(), "/jobs/.payferry");
  for (const std::string_view address :
       {"postgres://u:s3cret@db.example/l", "postgres://u:${PG}@db.example/l?sslmode=allow",
        "postgres://u:${PG}@/l", "postgres://${PG}"}) {
    const Loaded wrong = load_text(
        {"/jobs/job.yaml", minimal("ledger: " + std::string(address) + "\n")}, std::nullopt,
        test::environment_of({{"STRIPE_SECRET_KEY", std::string(test::kTestKey)}, {"PG", "s3cret"}}));
    ASSERT_EQ(wrong.mistakes.size(), 1U) << address;
    EXPECT_EQ(to_string(wrong.mistakes.front()).find("s3cret"), std::string::npos)
        << to_string(wrong.mistakes.front());
    EXPECT_EQ(to_string(wrong.mistakes.front()).find("/jobs/job.yaml:6: ledger: the address "), 0U)
        << to_string(wrong.mistakes.front());
  }
}

TEST(Values, TheDefaultsOfTheDesign) {
  const Loaded loaded = load_job(minimal());
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.source.csv, "/jobs/customers.csv");
  EXPECT_EQ(loaded.settings.ledger.file(), "/jobs/.payferry/ledger.db");
  EXPECT_EQ(loaded.settings.ledger_create, LedgerCreation::automatic);
  EXPECT_EQ(loaded.settings.metrics.listen, "127.0.0.1:9464");
  EXPECT_EQ(loaded.settings.target.types, (Texts{"card", "us_bank_account"}));
  EXPECT_EQ(loaded.settings.target.accounts, Texts{});
  EXPECT_EQ(loaded.settings.run.deadline, std::nullopt);
  EXPECT_EQ(loaded.settings.run.outage, std::chrono::minutes(15));
  EXPECT_EQ(loaded.settings.run.max_failures, std::nullopt);
  EXPECT_EQ(loaded.settings.run.max_failure_share, std::nullopt);
  EXPECT_EQ(loaded.settings.target.preflight, PreflightRule::warn);
  EXPECT_EQ(loaded.settings.target.ach_authorised, "");
}

TEST(Values, NoFailureIsABudgetToo) {
  const RunSettings run = load_job(minimal("run: { max_failures: 0, max_failure_share: 0% }\n")).settings.run;
  EXPECT_EQ(run.max_failures, 0);
  EXPECT_EQ(run.max_failure_share, 0.0);
}

TEST(Values, ThePreflightCanBeSwitchedOff) {
  for (const std::string word : {"off", "false"}) {
    const Loaded loaded = load_job(minimal("target: { preflight: " + word + " }\n"));
    EXPECT_EQ(mistakes_of(loaded), Texts{});
    EXPECT_EQ(loaded.settings.target.preflight, PreflightRule::off);
  }
}

TEST(Values, CounterpartsAreLookedForAsTold) {
  const Loaded loaded = load_job(
      minimal("target: { find: metadata:platform id, other_customers: ignore, existing_clones: adopt }\n"));
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  const TargetSettings& target = loaded.settings.target;
  EXPECT_EQ(target.find_key, "platform id");
  EXPECT_EQ(target.other_customers, OthersRule::ignore);
  EXPECT_EQ(target.existing_clones, ExistingRule::adopt);
  EXPECT_EQ(load_job(minimal("target: { find: none }\n")).settings.target.find_key, "");
}

TEST(Values, OneValueIsAListOfOne) {
  const Loaded loaded = load_job(minimal("target: { accounts: acct_A, types: us_bank_account }\n"));
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.target.accounts, Texts{"acct_A"});
  EXPECT_EQ(loaded.settings.target.types, Texts{"us_bank_account"});
}

TEST(Values, MetricsCanBeSwitchedOff) {
  for (const std::string word : {"none", "off", "false"}) {
    EXPECT_EQ(load_job(minimal("metrics: { listen: " + word + " }\n")).settings.metrics.listen, "none");
  }
}

struct Case {
  std::string section;
  std::string key;
  std::string value;
  std::string mistake;  // after the key
};

TEST(Values, MistakesSayWhatIsWrongAndWhatToGive) {
  const std::string rate = ": give requests per second between 0.1 and 100000";
  const std::string types = ": give card, us_bank_account or both, such as [card]";
  const std::string accounts = ": give ids of connected accounts, such as [acct_A, acct_B]";
  const std::string in_flight = ": give auto or a whole number of requests between 1 and 4096";
  const std::string attempts = ": give a whole number between 1 and 100";
  const std::string delay = ": give a duration between 1ms and 1d, such as 500ms, 60s or 5m";
  const std::string outage = ": give a duration between 1ms and 365d, such as 90s, 15m or 2h";
  const std::string deadline = ": give none or a duration between 1ms and 365d, such as 30m, 6h or 1h30m";
  const std::string listen = ": give host:port with a port between 0 and 65535, or none";
  const std::string failures = ": give none or a whole number of items between 0 and 1000000000";
  const std::string share = ": give none or a percentage between 0% and 100%, such as 5% or 0.5%";
  const std::string find = ": give none or metadata:KEY, such as metadata:platform_customer";
  const Case cases[] = {
      {"limits", "global", "0", "`0` is out of range" + rate},
      {"limits", "global", "100001", "`100001` is out of range" + rate},
      {"limits", "global", "fast", "`fast` is not a number" + rate},
      {"limits", "global", "'80'", "`80` is text because of its quotes, not a number" + rate},
      {"limits", "global", "${WORD}", "the value of `${WORD}` is not a number" + rate},
      {"limits", "global", "1${WORD}", "the value of `1${WORD}` is not a number" + rate},
      {"limits", "global", "${NOPE}",
       "the variable `NOPE` is not set: set it in the environment of this command"},
      {"limits", "endpoint", "-5", "`-5` is out of range" + rate},
      {"limits", "scope", "both", "`both` is not known here: give platform, account or learn"},
      {"limits", "in_flight", "0", "`0` is out of range" + in_flight},
      {"limits", "in_flight", "4097", "`4097` is out of range" + in_flight},
      {"limits", "in_flight", "1.5", "`1.5` is not a whole number" + in_flight},
      {"retry", "attempts", "0", "`0` is out of range" + attempts},
      {"retry", "attempts", "101", "`101` is out of range" + attempts},
      {"retry", "attempts", "true", "`true` is not a whole number" + attempts},
      {"retry", "max_delay", "60", "`60` has no unit (ms, s, m, h or d)" + delay},
      {"retry", "max_delay", "0s", "`0s` is out of range" + delay},
      {"run", "deadline", "never", "`never` is not a duration" + deadline},
      {"run", "deadline", "~", "is empty" + deadline},
      {"run", "outage", "none", "`none` is not a duration" + outage},
      {"run", "outage", "900", "`900` has no unit (ms, s, m, h or d)" + outage},
      {"run", "max_failures", "-1", "`-1` is out of range" + failures},
      {"run", "max_failures", "5%", "`5%` is not a whole number" + failures},
      {"run", "max_failure_share", "5", "`5` is not a percentage" + share},
      {"run", "max_failure_share", "101%", "`101%` is out of range" + share},
      {"run", "max_failure_share", "few%", "`few%` is not a number" + share},
      {"metrics", "listen", "9464", "`9464` has no port" + listen},
      {"metrics", "listen", "localhost:99999",
       "`localhost:99999` has a port that is not between 0 and 65535" + listen},
      {"target", "accounts", "[cus_A]", "`cus_A` is not an account's id" + accounts},
      {"target", "accounts", "[acct_A, acct_B, acct_A]", "`acct_A` stands in the list twice" + accounts},
      {"target", "types", "[card, card]", "`card` stands in the list twice" + types},
      {"target", "types", "[sepa_debit]",
       "`sepa_debit` cannot be cloned: Stripe clones only cards and US bank accounts" + types},
      {"target", "customer", "new", "`new` is not known here: give create, existing or none"},
      {"target", "set_default", "true", "`true` is not known here: give marked, first or none"},
      {"target", "unattached_originals", "skip", "`skip` is not known here: give refuse or consume"},
      {"target", "find", "email", "`email` is not known here" + find},
      {"target", "find", "'metadata:'", "`metadata:` names no metadata key" + find},
      {"target", "find", "metadata:a[b]", "`metadata:a[b]` names no metadata key" + find},
      {"target", "other_customers", "adopt", "`adopt` is not known here: give block or ignore"},
      {"target", "existing_clones", "block", "`block` is not known here: give ignore, skip or adopt"},
      {"target", "customers_file", "'-'",
       "`-` is standard input, which cannot be read twice: give the path of a CSV file with the columns "
       "account, customer and target_customer"},
      {"target", "preflight", "true", "`true` is not known here: give warn, block or off"},
      {"target", "ach_authorised", "true", "`true` names nobody: give who vouches for it, in your own words"},
  };
  for (const Case& c : cases) {
    const Loaded loaded = load_job(minimal(c.section + ":\n  " + c.key + ": " + c.value + "\n"));
    EXPECT_EQ(mistakes_of(loaded), Texts{"/jobs/job.yaml:7: " + c.section + "." + c.key + ": " + c.mistake});
  }
}

TEST(Values, MistakesUnderStripe) {
  const std::string base = ": give https://host or https://host:port, without path, query or user";
  const Case cases[] = {
      {"", "api_base", "http://api.stripe.com",
       "`http://api.stripe.com` would send secrets unencrypted over a network (http:// is for loopback "
       "addresses)" +
           base},
      {"", "api_base", "https://u:hush@x", "the value holds a user name or password" + base},
      {"", "api_version", "2026 09", "`2026 09` is not a version: give a version such as 2026-09-30.endive"},
      {"", "platform_account", "acct-1", "`acct-1` is not an account's id: give the platform's id, acct_…"},
      {"", "platform_account", "sk_live_4242",
       "`[key]` is not an account's id: give the platform's id, acct_…"},
      {"", "timeout", "30",
       "`30` has no unit (ms, s, m, h or d): give a duration between 1s and 10m, such as 30s"},
      {"", "timeout", "11m", "`11m` is out of range: give a duration between 1s and 10m, such as 30s"},
      {"", "timeout", "999ms", "`999ms` is out of range: give a duration between 1s and 10m, such as 30s"},
  };
  for (const Case& c : cases) {
    const Loaded loaded = load_job(minimal("  " + c.key + ": " + c.value + "\n"));
    EXPECT_EQ(mistakes_of(loaded), Texts{"/jobs/job.yaml:6: stripe." + c.key + ": " + c.mistake});
  }
}

TEST(Values, JobNames) {
  const auto mistakes = [](const std::string& name) {
    return load_job("job: " + name + "\nsource: { csv: a.csv }\nstripe: { api_key: sk_test_1 }\n")
        .mistakes.size();
  };
  for (const std::string& good :
       {std::string("a"), std::string("2026"), std::string("a-b-"), std::string(64, 'x')}) {
    EXPECT_EQ(mistakes(good), 0u) << good;
  }
  for (const std::string& bad :
       {std::string("'-a'"), std::string("A"), std::string("a_b"), std::string("a b"), std::string("ä"),
        std::string(65, 'x'), std::string("a/b")}) {
    EXPECT_EQ(mistakes(bad), 1u) << bad;
  }
}

TEST(Values, TheLedgerIsAFile) {
  for (const std::string bad : {"./", "..", "a/", "postgres://host/db"}) {
    EXPECT_EQ(load_job(minimal("ledger: " + bad + "\n")).mistakes.size(), 1u) << bad;
  }
}

TEST(Values, WhetherALedgerIsMadeIsOneOfTwoWords) {
  EXPECT_EQ(load_job(minimal("ledger_create: auto\n")).settings.ledger_create, LedgerCreation::automatic);
  for (const std::string bad : {"no", "false", "Never", "always"}) {
    EXPECT_EQ(mistakes_of(load_job(minimal("ledger_create: " + bad + "\n"))),
              Texts{"/jobs/job.yaml:6: ledger_create: `" + bad + "` is not known here: give auto or never"});
  }
}

TEST(Values, LineEndsInAValueAreRefusedAndNotRepeated) {
  EXPECT_EQ(mistakes_of(load_job(minimal("ledger: ${TWO_LINES}\n"))),
            Texts{"/jobs/job.yaml:6: ledger: the value of `${TWO_LINES}` holds a line end or another control "
                  "character: give the path of the ledger's file, or postgres://user@host/database"});
  EXPECT_EQ(
      mistakes_of(load_job(minimal("ledger: \"a\\x00b\"\n"))),
      Texts{"/jobs/job.yaml:6: ledger: `a?b` holds a line end or another control character: give the path of "
            "the ledger's file, or postgres://user@host/database"});
}

}  // namespace
}  // namespace payferry::settings
