#include "ledger/check.hpp"

#include <set>

#include "ledger/check_rules.hpp"
#include "opened.hpp"

namespace payferry::ledger {
namespace {

class CheckTest : public test::LedgerTest {
 protected:
  // A ledger with a bit of everything, as runs leave it.
  CheckTest() {
    const std::int64_t input = begin();
    admit(input,
          {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_2", "pm_3"), entry("", "pm_4"),
           entry("cus_5", "pm_5", "acct_B"), entry("cus_1", "pm_1")},
          {Reject{9, "acct_A", "customer_invalid", "words", nullptr}});
    std::vector<Work> found = load();
    Work first = found[0];
    settle_step(first, Step::clone);
    Intent creation = intend(first, Step::create_customer);
    creation.state = IntentState::settled;
    first.link->target_customer = "cus_new";
    first.link->origin = Origin::created;
    first.item.state = State::succeeded;
    first.item.step = Step::create_customer;
    settle_done(first.item, creation, first.link);
    settle_step(found[1], Step::clone);
    intend(found[1], Step::attach);  // has no answer yet
    end(found[2], State::failed, Step::clone, "card_declined");
    done(ledger_->retry({input, "", "", ""}));
    settle_step(found[2], Step::clone, 1);
    intend(found[2], Step::create_customer);
    end(found[3], State::failed, Step::clone, "card_declined");
  }

  void settle_done(Item item, const Intent& intent, std::optional<Link> link) {
    Settlement settlement;
    settlement.item = std::move(item);
    settlement.intent = intent;
    settlement.link = std::move(link);
    settlement.answered = Answered{200, "done", "", "", "req_1", 1, 2};
    done(ledger_->settle(std::move(settlement)));
  }
  void settle_step(Work& work, Step step, int generation = 0) {
    Intent intent = intend(work, step, generation);
    intent.state = IntentState::settled;
    work.item.clone_id = "pm_clone" + std::to_string(work.item.id);
    work.item.clone_generation = generation;
    settle_done(work.item, intent, std::nullopt);
  }

  std::vector<std::string> broken() {
    const Result<Findings> findings = check(place_);
    if (!findings) return {findings.error().message};
    std::vector<std::string> rules;
    for (const Violation& violation : findings->violations) {
      rules.push_back(violation.rule);
      EXPECT_GT(violation.count, 0u);
      EXPECT_FALSE(violation.examples.empty());
    }
    return rules;
  }
};

TEST_F(CheckTest, finds_nothing_wrong_with_what_runs_leave_also_beside_one) {
  EXPECT_EQ(broken(), std::vector<std::string>{});
  const Result<Findings> findings = check(place_);
  ASSERT_TRUE(findings);
  EXPECT_EQ(findings->owner.platform, "acct_platform");
  EXPECT_EQ(findings->accounts, 2u);
  EXPECT_EQ(findings->items, 5u);
  close();
  EXPECT_EQ(broken(), std::vector<std::string>{});
}

struct Break {
  const char* rule;
  const char* sql;
};
constexpr Break kBreaks[] = {
    {"words", "UPDATE intent SET state = 9 WHERE id = (SELECT max(id) FROM intent)"},
    {"words", "UPDATE account SET looked = 3 WHERE id = 1"},
    {"item_identity", "UPDATE item SET payment_method = 'pm_other' WHERE id = 5"},
    {"item_once", "UPDATE item SET payment_method = 'pm_1' WHERE id = 2"},
    {"link_identity", "UPDATE link SET customer = 'cus_other' WHERE customer = 'cus_1'"},
    {"link_once", "UPDATE link SET customer = 'cus_1' WHERE customer = 'cus_2'"},
    {"item_link", "UPDATE item SET link = 99 WHERE id = 5"},
    {"link_origin", "UPDATE link SET origin = 0 WHERE target_customer <> ''"},
    {"entry", "INSERT INTO entry VALUES(1, 99, 7)"},
    {"reject", "UPDATE reject SET input = 99"},
    {"open_intent", "UPDATE item SET state = 3 WHERE id = 2"},
    {"unsettled_intent", "UPDATE intent SET item = 99 WHERE state <> 3"},
    {"settled_intent", "UPDATE intent SET body = 'email=a' WHERE state = 3"},
    {"succeeded_clone", "UPDATE item SET clone_id = '' WHERE state = 1"},
    {"succeeded_customer", "UPDATE link SET target_customer = '', origin = 0"},
    {"rolled_back", "UPDATE item SET state = 2, reason = 'rolled_back', adopted = 1 WHERE state = 1"},
    {"detached",
     "UPDATE intent SET step = 4 WHERE id = (SELECT max(t.id) FROM intent t JOIN item i ON i.id = t.item "
     "WHERE i.state = 1)"},
    {"forgotten_content", "UPDATE item SET cells = '[]' WHERE state = 1"},
    {"creating", "UPDATE link SET creating = 0"},
    {"creating", "UPDATE link SET generation = generation + 1 WHERE creating = 1"},
    {"generations_rise", "UPDATE intent SET generation = 0 WHERE generation = 1"},
    {"creations_differ", "UPDATE item SET link = 1, customer = 'cus_1' WHERE id = 3"},
    {"generation_known", "UPDATE item SET clone_generation = 0 WHERE id = 3"},
    {"balance", "UPDATE input SET read = read + 1"},
    {"balance", "DELETE FROM entry WHERE item = 5"},
};

class BrokenPromise : public CheckTest, public testing::WithParamInterface<Break> {};
TEST_P(BrokenPromise, is_found) {
  ASSERT_EQ(broken(), std::vector<std::string>{});
  beside()->execute(GetParam().sql);
  const std::vector<std::string> found = broken();
  EXPECT_TRUE(std::find(found.begin(), found.end(), GetParam().rule) != found.end())
      << GetParam().rule << ": " << testing::PrintToString(found);
}
INSTANTIATE_TEST_SUITE_P(Breaks, BrokenPromise, testing::ValuesIn(kBreaks),
                         [](const auto& test) { return std::to_string(test.index) + "_" + test.param.rule; });

TEST(CheckRules, each_is_broken_by_a_test) {
  std::set<std::string> proved;
  for (const Break& each : kBreaks) proved.insert(each.rule);
  for (const CheckRule& rule : check_rules())
    EXPECT_TRUE(proved.contains(rule.name)) << "no test breaks " << rule.name;
}

// Requests about a clone that was replaced begin anew; an amended line may name another customer.
TEST_F(CheckTest, takes_no_offence_at_what_retries_leave) {
  Work work = load().front();
  ASSERT_TRUE(work.intent);
  work.intent->state = IntentState::settled;
  work.item.clone_id.clear();
  work.item.step = Step::clone;
  work.item.clone_generation = 1;
  settle(work.item, work.intent);
  settle_step(work, Step::clone, 1);
  intend(work, Step::attach);
  EXPECT_EQ(broken(), std::vector<std::string>{});
}

TEST_F(CheckTest, names_the_first_few_and_counts_the_rest) {
  const std::int64_t input = begin("file-2");
  std::vector<Entry> entries;
  for (int i = 0; i < 20; ++i) entries.push_back(entry("cus_x", "pm_x" + std::to_string(i)));
  admit(input, std::move(entries));
  beside()->execute("UPDATE item SET link = 99 WHERE state = 0");
  const Result<Findings> findings = check(place_);
  ASSERT_TRUE(findings);
  const auto found = std::find_if(findings->violations.begin(), findings->violations.end(),
                                  [](const Violation& violation) { return violation.rule == "item_link"; });
  ASSERT_NE(found, findings->violations.end());
  EXPECT_EQ(found->count, 23u);
  EXPECT_EQ(found->examples.size(), 5u);
  EXPECT_EQ(found->examples.front(), "item 2");
}

class FileCheckTest : public CheckTest {};

TEST_F(FileCheckTest, changes_neither_the_file_nor_its_log) {
  const auto bytes = [this] { return folder_.read("sub/ledger.db") + folder_.read("sub/ledger.db-wal"); };
  const std::filesystem::path copy = folder_ / "sub/copy.db";
  std::filesystem::copy_file(path_, copy);
  std::filesystem::copy_file(path_.string() + "-wal", copy.string() + "-wal");
  const std::string before = folder_.read("sub/copy.db") + folder_.read("sub/copy.db-wal");
  ASSERT_TRUE(check(copy)->violations.empty());
  EXPECT_EQ(folder_.read("sub/copy.db") + folder_.read("sub/copy.db-wal"), before);
  EXPECT_EQ(bytes(), before);
}

TEST_F(FileCheckTest, leaves_no_empty_log_behind) {
  close();
  ASSERT_TRUE(check(place_)->violations.empty());
  EXPECT_FALSE(std::filesystem::exists(path_.string() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path_.string() + "-shm"));
}

TEST_F(CheckTest, needs_a_ledger) {
  const Result<Findings> findings = check(folder_ / "none.db");
  ASSERT_FALSE(findings);
  EXPECT_EQ(findings.error().code, Errc::ledger);
}

}  // namespace
}  // namespace payferry::ledger
