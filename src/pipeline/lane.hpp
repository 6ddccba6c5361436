#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "ledger/ledger.hpp"
#include "pipeline/existing_methods.hpp"
#include "pipeline/used_methods.hpp"

namespace payferry::pipeline {

// Items that change one customer, one at a time, in the order of their admission. Lives as long as it has
// items in memory, and keeps its links: what one item did to the customer, the next one sees.
class Lane {
 public:
  Lane(std::string name, int shard) : name_(std::move(name)), shard_(shard) {}

  const std::string& name() const { return name_; }
  // Of those that the workers of a fleet share out.
  int shard() const { return shard_; }
  void add(ledger::Work&& work) { waiting_.push_back(std::move(work)); }
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

  // A lane takes a few items at a time, so that a customer with ten thousand methods leaves room for others;
  // from the first that it left on, none until it has been emptied.
  bool is_full() const { return left_from_.has_value() || waiting_.size() >= kMost; }
  void leave(std::int64_t item) { left_from_ = std::min(left_from_.value_or(item), item); }
  // The first item that was left.
  std::optional<std::int64_t> left_from() const { return left_from_; }

  // The next one, in the place where it is: a whole item is large.
  std::list<ledger::Work> take() {
    std::list<ledger::Work> next;
    next.splice(next.begin(), waiting_, waiting_.begin());
    return next;
  }

  ExistingMethods& existing() { return existing_; }
  UsedMethods& used() { return used_; }

  // The lane's own view of the work's link, which the first one leaves here; null where clones stay
  // unattached.
  Link* link_of(ledger::Work& work) {
    if (!work.link) return nullptr;
    const std::int64_t id = work.link->id;
    return &links_.try_emplace(id, std::move(*work.link)).first->second;
  }

 private:
  static constexpr std::size_t kMost = 32;

  std::string name_;
  int shard_;
  std::list<ledger::Work> waiting_;
  std::optional<std::int64_t> left_from_;
  std::map<std::int64_t, Link> links_;
  ExistingMethods existing_;
  UsedMethods used_;
};

}  // namespace payferry::pipeline
