#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "throttle/waiting_list.hpp"

namespace payferry::throttle {

// Calls of one group lock the same object at Stripe's side (a platform customer whose method goes to several
// accounts at once). They may collide or not; a group in which a lock was waited for in vain goes singly from
// then on.
class Contended {
 public:
  // Whether it goes singly.
  bool contains(std::uint64_t group) const { return groups_.contains(group); }
  // From now on it goes singly. `flying`: how many of it are in flight.
  void mark(std::uint64_t group, int flying) {
    if (groups_.size() >= kMost) forget_idle();
    groups_.try_emplace(group).first->second.flying = flying;
  }
  // Goes singly, and has one in flight.
  bool busy(std::uint64_t group) const {
    const auto found = groups_.find(group);
    return found != groups_.end() && found->second.flying > 0;
  }
  // Of a busy group: kept here until finished() gives it back.
  void wait(const Ticket& ticket) {
    groups_.at(ticket.group).waiting.push_back(ticket);
    waiting_.emplace(ticket.id, ticket.group);
  }
  // One of the group goes; any group, like finished().
  void granted(std::uint64_t group) {
    if (const auto found = groups_.find(group); found != groups_.end()) ++found->second.flying;
  }
  // One of the group has landed. Gives the one that may line up now.
  std::optional<Ticket> finished(std::uint64_t group) {
    const auto found = groups_.find(group);
    if (found == groups_.end()) return std::nullopt;
    Group& its = found->second;
    if (--its.flying > 0 || its.waiting.empty()) return std::nullopt;
    const Ticket next = its.waiting.front();
    its.waiting.pop_front();
    waiting_.erase(next.id);
    return next;
  }
  // Whose it was; none if it does not wait here.
  std::optional<AccountIndex> cancel(std::uint64_t id) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return std::nullopt;
    std::deque<Ticket>& waiting = groups_.at(found->second).waiting;
    const auto at =
        std::find_if(waiting.begin(), waiting.end(), [&](const Ticket& ticket) { return ticket.id == id; });
    const AccountIndex account = at->account;
    waiting.erase(at);
    waiting_.erase(found);
    return account;
  }
  // Whether this ticket waits here.
  bool holds(std::uint64_t id) const { return waiting_.contains(id); }
  // How many wait here.
  std::size_t waiting() const { return waiting_.size(); }

 private:
  static constexpr std::size_t kMost = 4096;
  struct Group {
    int flying = 0;
    std::deque<Ticket> waiting;
  };

  void forget_idle() {
    std::erase_if(groups_,
                  [](const auto& group) { return group.second.flying == 0 && group.second.waiting.empty(); });
  }

  std::unordered_map<std::uint64_t, Group> groups_;
  std::unordered_map<std::uint64_t, std::uint64_t> waiting_;  // tickets: their groups
};

}  // namespace payferry::throttle
