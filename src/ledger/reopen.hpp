#pragma once

#include <cstdint>
#include <vector>

#include "ledger/database.hpp"

namespace payferry::ledger {

// Puts failed items back to pending at their failed step, under the next generation of that step. Where the
// item waited for a customer that was refused, the link is tried again, and with it everything else that
// waited for it.
class Reopener {
 public:
  explicit Reopener(Database& database);
  // The ids of all items that are pending now because of it: the item itself first. Empty: it was not failed,
  // or its original is used up (original_consumed: never again).
  std::vector<std::int64_t> reopen(std::int64_t item);
  // A rolled back item is pending again, to be cloned anew under the next generation: what was detached can
  // never be attached again. False: it was not rolled back, or its original is attached to nobody and so was
  // used up by its first clone.
  bool bring_back(std::int64_t item);
  // For a pending item whose line was mended: a request that was prepared and certainly never executed is
  // dropped, so that the next one is made from the new line, under the next generation.
  void start_over(std::int64_t item);

 private:
  Database& database_;
  Statement open_item_, bring_back_;
  Statement link_of_;
  Statement clear_link_;
  Statement waiting_;
  Statement open_waiting_;
  Statement unsent_of_, drop_intent_, pass_generation_, free_link_;
};

}  // namespace payferry::ledger
