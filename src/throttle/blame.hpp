#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "throttle/causes.hpp"
#include "throttle/controls.hpp"

namespace payferry::throttle {

// A refused call, until it is known whom it tells about.
struct Refusal {
  SteadyTime sent;
  Pushback reason = Pushback::unspecified;
};

// Whom the refusals at one ration tell about: all accounts together, or one account that bears less than the
// others. Where everybody counts on one limit a refusal hits an account as often as it calls; so a row of
// refusals of one account alone that would be by chance in one case of two hundred is that account's own, and
// a refusal of another account in between says that it is everybody's. Until then everybody gives way: were
// it everybody's and nobody did, there would be a refusal in every second call, and where two accounts take
// turns always one of the same account. For the same reason refused calls that were sent before we heard of
// the one before, and so before anybody gave way, count as one.
class Blame {
 public:
  enum class Whom { not_known_yet, everybody, the_account };

  // A call of this account goes.
  void granted(AccountIndex account) { recent_[turn_++ % kMemory] = account; }

  // refusals() are then the row, this one last. `bears_less`: what holds the account is its own rate already.
  Whom refused(AccountIndex account, Refusal refusal, SteadyTime now, bool bears_less) {
    if (decided_ || is_over(last_, now)) row_.clear();
    if (row_.empty()) waves_ = 0;
    if (waves_ == 0 || refusal.sent >= last_wave_) {
      ++waves_;
      last_wave_ = now;
    }
    const bool other = !row_.empty() && account != suspect_;
    decided_ = false;
    suspect_ = account;
    last_ = {now, turn_};
    row_.push_back(refusal);
    const double share = share_of(account);
    Whom whom = Whom::not_known_yet;
    if (other || share > kAlone || (others_refused_ && !is_over(*others_refused_, now)))
      whom = Whom::everybody;
    else if (bears_less || std::pow(share, waves_) < kByChance)
      whom = Whom::the_account;
    if (other) others_refused_ = last_;
    decided_ = whom != Whom::not_known_yet;
    return whom;
  }
  const std::vector<Refusal>& refusals() const { return row_; }

 private:
  static constexpr std::size_t kMemory = 64;  // grants
  static constexpr double kAlone = 0.9;
  static constexpr double kByChance = 0.005;
  static constexpr Nanoseconds kRow = std::chrono::seconds(5);
  static constexpr double kOwnTurns = 8;

  struct Moment {
    SteadyTime at;
    std::size_t turn = 0;
  };
  // Where calls are few, or those of the suspect among them, a row takes its time.
  bool is_over(const Moment& moment, SteadyTime now) const {
    const double turns = std::max<double>(kMemory, kOwnTurns / share_of(suspect_));
    return now - moment.at > kRow && static_cast<double>(turn_ - moment.turn) > turns;
  }

  double share_of(AccountIndex account) const {
    const std::size_t known = std::min(turn_, kMemory);
    if (known == 0) return 1;
    std::size_t own = 0;
    for (std::size_t at = 0; at < known; ++at) own += recent_[at] == account;
    return static_cast<double>(std::max<std::size_t>(own, 1)) / static_cast<double>(known);
  }

  std::array<AccountIndex, kMemory> recent_{};
  std::size_t turn_ = 0;
  AccountIndex suspect_ = kPlatform;
  std::vector<Refusal> row_;
  int waves_ = 0;         // in the row
  SteadyTime last_wave_;  // when we heard of it
  bool decided_ = false;
  Moment last_;
  std::optional<Moment> others_refused_;  // when two accounts were refused at about the same time
};

}  // namespace payferry::throttle
