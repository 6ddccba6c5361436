#include <string>

#include "opened.hpp"

// Numbers in the file that stand for no word: an error, never a word that there is not.
namespace payferry::ledger {
namespace {

struct Damage {
  const char* name;
  const char* sql;
};

class DamagedTest : public test::LedgerTest, public testing::WithParamInterface<Damage> {
 protected:
  DamagedTest() : input_(begin()) {
    admit(input_, {entry("cus_1", "pm_1")});
    intend(only(), Step::clone);
    beside()->execute(GetParam().sql);
  }
  static void expect_damaged(const Error& error) {
    EXPECT_EQ(error.code, Errc::ledger);
    EXPECT_NE(error.message.find("damaged"), std::string::npos) << error.message;
  }
  std::int64_t input_;
};

class DamagedWork : public DamagedTest {};
TEST_P(DamagedWork, is_not_loaded) {
  const auto found = ask<std::vector<Work>>(ledger_->load(1, 0, 10));
  ASSERT_FALSE(found);
  expect_damaged(found.error());
}
INSTANTIATE_TEST_SUITE_P(Numbers, DamagedWork,
                         testing::Values(Damage{"step", "UPDATE item SET step = 5"},
                                         Damage{"negative_step", "UPDATE item SET step = -1"},
                                         Damage{"origin", "UPDATE link SET origin = 3"},
                                         Damage{"intent_step", "UPDATE intent SET step = 5"},
                                         Damage{"intent_state", "UPDATE intent SET state = 4"}),
                         [](const auto& test) { return std::string(test.param.name); });

class DamagedState : public DamagedTest {};
TEST_P(DamagedState, is_not_counted) {
  EXPECT_THROW(open_reader(place_).value()->tally(input_), std::runtime_error);
  const auto counted = ask<Tally>(ledger_->tally(input_));
  ASSERT_FALSE(counted);
  expect_damaged(counted.error());
}
TEST_P(DamagedState, is_not_met_by_another_input) {
  auto admission = std::make_shared<Admission>();
  admission->input = begin("file-2");
  admission->entries = {entry("cus_1", "pm_1")};
  const auto admitted = ask<Admitted>(ledger_->admit(admission));
  ASSERT_FALSE(admitted);
  expect_damaged(admitted.error());
}
INSTANTIATE_TEST_SUITE_P(Numbers, DamagedState,
                         testing::Values(Damage{"state", "UPDATE item SET state = 5"},
                                         Damage{"huge_state", "UPDATE item SET state = 4294967296"},
                                         Damage{"negative_state", "UPDATE item SET state = -1"}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace payferry::ledger
