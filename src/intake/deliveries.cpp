#include "intake/deliveries.hpp"

#include <algorithm>

namespace payferry::intake {

void Deliveries::take(std::uint64_t tag, bool rejected) {
  ++waiting_;
  ++open_.count;
  if (rejected)
    open_.rejected.push_back(tag);
  else
    open_.accepted = tag;
}

void Deliveries::close_batch(std::string position) {
  open_.position = std::move(position);
  if (open_.count > 0) closed_.push_back(std::move(open_));
  open_ = {};
}

Deliveries::Settled Deliveries::settle(const std::string& position) {
  Settled settled;
  const auto last = std::find_if(closed_.begin(), closed_.end(),
                                 [&](const Group& group) { return group.position == position; });
  if (last == closed_.end()) return settled;
  for (bool more = true; more;) {
    Group& group = closed_.front();
    more = group.position != position;
    settled.rejected.insert(settled.rejected.end(), group.rejected.begin(), group.rejected.end());
    if (group.accepted != 0) settled.accepted = group.accepted;
    waiting_ -= group.count;
    closed_.pop_front();
  }
  return settled;
}

void Deliveries::forget() {
  closed_.clear();
  open_ = {};
  waiting_ = 0;
}

}  // namespace payferry::intake
