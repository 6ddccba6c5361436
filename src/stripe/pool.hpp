#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>

#include "core/clock.hpp"

namespace payferry::stripe {

// What someone who wants a connection gets now.
template <class T>
struct Turn {
  enum Kind { wait, open, reuse };
  Kind kind = wait;  // open: may open a new one
  T value{};         // of reuse
};

// Which connection is used next: decisions only, no I/O. Everything that was handed out, to be opened or
// reused, comes back through keep() or forget().
template <class T>
class Pool {
 public:
  Pool(std::size_t capacity, std::chrono::milliseconds idle_timeout)
      : capacity_(capacity), idle_timeout_(idle_timeout) {}

  // The one used last first: it is the least likely to have been closed by the other side, and the surplus of
  // a busy hour ages until it is dropped.
  Turn<T> take(SteadyTime now) {
    while (!idle_.empty() && now - idle_.front().since > idle_timeout_) {
      idle_.pop_front();
      --count_;
    }
    Turn<T> turn;
    if (!idle_.empty()) {
      turn.kind = Turn<T>::reuse;
      turn.value = std::move(idle_.back().value);
      idle_.pop_back();
    } else if (count_ < capacity_) {
      turn.kind = Turn<T>::open;
      ++count_;
    }
    return turn;
  }

  void keep(T value, SteadyTime now) { idle_.push_back({std::move(value), now}); }
  void forget() { --count_; }

  void drop_idle() {
    count_ -= idle_.size();
    idle_.clear();
  }

  // Handed out and idle ones together; never more than the capacity.
  std::size_t size() const { return count_; }
  std::size_t idle() const { return idle_.size(); }

 private:
  struct Idle {
    T value;
    SteadyTime since;
  };

  std::size_t capacity_;
  std::chrono::milliseconds idle_timeout_;
  std::size_t count_ = 0;
  std::deque<Idle> idle_;  // in the order in which they became idle
};

}  // namespace payferry::stripe
