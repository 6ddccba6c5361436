#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "ledger/ledger.hpp"
#include "pipeline/existing_methods.hpp"

namespace payferry::pipeline {

// Items that change one customer, one at a time, in the order of their admission. Lives as long as it has
// items in memory, and keeps its links: what one item did to the customer, the next one sees.
class Lane {
 public:
  explicit Lane(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  void add(ledger::Work work) { waiting_.push_back(std::move(work)); }
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

  ledger::Work take() {
    ledger::Work work = std::move(waiting_.front());
    waiting_.pop_front();
    return work;
  }

  ExistingMethods& existing() { return existing_; }

  // The lane's own view of the work's link; null where clones stay unattached.
  Link* link_of(const ledger::Work& work) {
    if (!work.link) return nullptr;
    auto& known = links_[work.link->id];
    if (!known) known = std::make_unique<Link>(*work.link);
    return known.get();
  }

 private:
  std::string name_;
  std::deque<ledger::Work> waiting_;
  std::map<std::int64_t, std::unique_ptr<Link>> links_;
  ExistingMethods existing_;
};

}  // namespace payferry::pipeline
