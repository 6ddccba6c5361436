#include "enqueue/outbox.hpp"

#include <utility>

namespace payferry::enqueue {

void Outbox::add(Outgoing line) {
  const std::uint64_t number = first_ + slots_.size();
  bytes_ += line.size();
  const bool is_message = line.is_message();
  slots_.push_back({std::move(line), is_message, !is_message, false});
  if (is_message) {
    waiting_.insert(number);
    ++open_;
  } else {
    settle();
  }
}

const Outgoing* Outbox::next() const {
  return waiting_.empty() ? nullptr : &slots_[*waiting_.begin() - first_].line;
}

void Outbox::sent(std::uint64_t tag) {
  const std::uint64_t number = *waiting_.begin();
  waiting_.erase(waiting_.begin());
  sent_.emplace(tag, number);
  if (std::exchange(slot(number).went, true)) ++again_;
}

void Outbox::confirmed(std::uint64_t tag, bool and_before) {
  const auto end = sent_.upper_bound(tag);
  for (auto each = and_before ? sent_.begin() : sent_.lower_bound(tag); each != end;) {
    Slot& done = slot(each->second);
    done.is_done = true;
    bytes_ -= std::exchange(done.line.body, {}).size();
    --open_;
    each = sent_.erase(each);
  }
  settle();
}

void Outbox::refused(std::uint64_t tag, bool and_before) {
  const auto end = sent_.upper_bound(tag);
  for (auto each = and_before ? sent_.begin() : sent_.lower_bound(tag); each != end;) {
    waiting_.insert(each->second);
    each = sent_.erase(each);
  }
}

void Outbox::lost() {
  for (const auto& [tag, number] : sent_) waiting_.insert(number);
  sent_.clear();
}

void Outbox::settle() {
  for (; done_ < slots_.size() && slots_[done_].is_done; ++done_) {
    const Slot& done = slots_[done_];
    mark_.place = done.line.behind;
    ++(done.is_message ? mark_.confirmed : mark_.rejected);
  }
}

std::string Outbox::take_done() {
  std::string rejects;
  for (; done_ > 0; --done_, ++first_) {
    const Outgoing& line = slots_.front().line;
    rejects += line.reject;
    bytes_ -= line.size();
    slots_.pop_front();
  }
  return rejects;
}

}  // namespace payferry::enqueue
