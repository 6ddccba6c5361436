#pragma once

#include "opened.hpp"

namespace payferry::ledger::test {

class AdmissionTest : public LedgerTest {
 protected:
  Entry with_target(Entry entry, std::string target) {
    entry.content.target_customer = std::move(target);
    return entry;
  }
  Entry saying(Entry entry, std::string name) {
    entry.content.name = std::move(name);
    return entry;
  }
  void expect_balance(std::int64_t input) {
    const Tally counted = tally(input);
    EXPECT_TRUE(counted.balanced()) << "read " << counted.read;
  }
};

}  // namespace payferry::ledger::test
