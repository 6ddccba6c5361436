#include "stripe/deadlines.hpp"

#include <algorithm>

namespace payferry::stripe {

void Deadlines::add(Deadline& deadline) {
  if (deadline.place_ == Deadline::kNowhere) {
    deadline.place_ = set_.size();
    set_.push_back(&deadline);
  }
  // A timer that rings too early costs one look at all of them; one that is set anew for each costs more.
  if (deadline.at_ < waits_until_) wait_until(deadline.at_);
}

void Deadlines::remove(Deadline& deadline) {
  if (deadline.place_ == Deadline::kNowhere) return;
  set_[deadline.place_] = set_.back();
  set_[deadline.place_]->place_ = deadline.place_;
  set_.pop_back();
  deadline.place_ = Deadline::kNowhere;
  if (!set_.empty()) return;
  // Nothing may keep the program waiting for a moment that nobody waits for.
  timer_.cancel();
  waits_until_ = SteadyTime::max();
}

void Deadlines::wait_until(SteadyTime moment) {
  waits_until_ = moment;
  timer_.expires_at(moment);
  timer_.async_wait([weak = weak_from_this(), moment](const boost::system::error_code& code) {
    const std::shared_ptr<Deadlines> self = weak.lock();
    if (code || !self || self->waits_until_ != moment) return;
    self->waits_until_ = SteadyTime::max();
    self->look(std::chrono::steady_clock::now());
  });
}

void Deadlines::look(SteadyTime now) {
  std::vector<Deadline*> missed;
  SteadyTime next = SteadyTime::max();
  for (Deadline* deadline : set_) {
    if (deadline->at_ <= now)
      missed.push_back(deadline);
    else
      next = std::min(next, deadline->at_);
  }
  for (Deadline* deadline : missed) remove(*deadline);
  if (next != SteadyTime::max()) wait_until(next);
  for (Deadline* deadline : missed) deadline->missed_();
}

void Deadline::set(Nanoseconds from_now) {
  at_ = std::chrono::steady_clock::now() + from_now;
  all_->add(*this);
}

void Deadline::lift() {
  all_->remove(*this);
}

}  // namespace payferry::stripe
