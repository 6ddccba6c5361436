#pragma once

#include <string>
#include <vector>

#include "pipeline/survey_rows.hpp"
#include "plan/rules.hpp"

namespace payferry::pipeline::surveying {

// Takes the entries that may cost calls, customer by customer, to their ends.
class LinkFold {
 public:
  LinkFold(Book& book, const plan::Rules& rules, bool looks_for_customers)
      : book_(book), rules_(rules), looks_for_customers_(looks_for_customers) {}

  void take(const LinkRow& row);
  void finish();

 private:
  void begin(const LinkRow& row);
  void settle();
  void give(const LinkRow& row);
  bool name(const LinkRow& row);
  void move(const LinkRow& row);
  void count(const LinkRow& row, const Item& item);
  void reject(const LinkRow& row);

  Book& book_;
  const plan::Rules& rules_;
  const bool looks_for_customers_;
  bool open_ = false;
  std::vector<LinkRow> rows_;  // of the present link, those that are not settled
  Digest link_digest_{};
  ledger::KnownLink known_;
  Link link_;
  std::uint64_t lane_calls_ = 0;
  bool listed_ = false;  // its existing methods are counted
};

}  // namespace payferry::pipeline::surveying
