#include "pipeline/window.hpp"

#include <algorithm>
#include <utility>

namespace payferry::pipeline {
namespace {

constexpr std::size_t kLeastShare = 8;

}  // namespace

Window::Account& Window::open(std::int64_t id, const std::string& name, bool lost, std::int64_t first_item) {
  const auto [found, added] = accounts_.try_emplace(id);
  Account& account = found->second;
  if (added) {
    account.id = id;
    account.name = name;
    account.place.index = static_cast<throttle::AccountIndex>(accounts_.size() - 1);
    account.place.lost = lost;
  }
  if (first_item - 1 < account.after) {
    account.after = first_item - 1;
    account.left = 0;
    account.rewound = true;
  }
  account.more = true;
  if (!full_.contains(&account)) enqueue(account);
  return account;
}

bool Window::resize(std::size_t capacity) {
  const bool grows = capacity > capacity_;
  capacity_ = capacity;
  if (!grows) return false;
  for (Account* account : std::exchange(full_, {})) enqueue(*account);
  return true;
}

void Window::enqueue(Account& account) {
  if (account.queued || account.skipped || account.place.closed) return;
  account.queued = true;
  ring_.push_back(&account);
}

std::size_t Window::room_for(Account& account) const {
  const bool counted = account.queued || full_.contains(&account);
  const std::size_t loading = ring_.size() + full_.size() + (counted ? 0 : 1);
  const std::size_t share = std::max(capacity_ / loading, kLeastShare);
  const std::size_t own = share > account.in_memory ? share - account.in_memory : 0;
  return std::min(own, capacity_ > in_memory_ ? capacity_ - in_memory_ : 0);
}

Window::Account* Window::next_to_load() {
  while (!ring_.empty() && in_memory_ < capacity_) {
    Account* account = ring_.front();
    if (account->place.closed || account->skipped || !account->more) {
      ring_.pop_front();
      account->queued = false;
    } else if (room_for(*account) == 0) {
      ring_.pop_front();
      account->queued = false;
      full_.insert(account);
    } else {
      ring_.pop_front();
      account->queued = account->rewound = false;
      return account;
    }
  }
  return nullptr;
}

void Window::loaded(Account& account, std::int64_t last, bool exhausted) {
  if (!account.rewound) {
    account.after = std::max(account.after, last);
    account.furthest = std::max(account.furthest, last);
    account.more = !exhausted;
  }
  if (account.more && account.left < kMostLeft) enqueue(account);
}

bool Window::admit(Account& account, const ledger::Work& work, const std::string& lane) {
  if (parked_.contains(lane) || !active_.insert(work.item.id).second) return false;
  ++account.in_memory;
  ++in_memory_;
  return true;
}

void Window::ended(Account& account, std::int64_t item) {
  active_.erase(item);
  --account.in_memory;
  --in_memory_;
  if (full_.erase(&account) > 0) enqueue(account);
}

void Window::skip(Account& account) {
  account.skipped = true;
  ++account.skips;
  full_.erase(&account);
}

void Window::take_again(Account& account) {
  account.skipped = false;
  open(account.id, account.name, account.place.lost, 1);
}

}  // namespace payferry::pipeline
