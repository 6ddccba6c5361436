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
// refusals of one account alone that would be by chance in one case of a hundred is that account's own, and a
// refusal of another account in between says that it is everybody's. Until then nobody is blamed.
class Blame {
 public:
  enum class Whom { nobody_yet, everybody, the_account };

  void granted(AccountIndex account) { recent_[turn_++ % kMemory] = account; }

  // refusals() are then those that this decides. `known_to_bear_less`: the account was blamed before.
  Whom refused(AccountIndex account, Refusal refusal, SteadyTime now, bool known_to_bear_less) {
    if (decided_ || is_over(last_, now)) row_.clear();
    const bool other = !row_.empty() && account != suspect_;
    decided_ = false;
    suspect_ = account;
    last_ = {now, turn_};
    row_.push_back(refusal);
    const double share = share_of(account);
    Whom whom = Whom::nobody_yet;
    if (other || share > kAlone || (others_refused_ && !is_over(*others_refused_, now)))
      whom = Whom::everybody;
    else if ((known_to_bear_less && share * accounts() < kClearlyLess) ||
             std::pow(share, static_cast<double>(row_.size())) < kByChance)
      whom = Whom::the_account;
    if (other) others_refused_ = last_;
    decided_ = whom != Whom::nobody_yet;
    return whom;
  }
  const std::vector<Refusal>& refusals() const { return row_; }

 private:
  static constexpr std::size_t kMemory = 64;  // grants
  static constexpr double kAlone = 0.9;
  static constexpr double kByChance = 0.01;
  static constexpr double kClearlyLess = 0.6;  // of an equal share
  static constexpr Nanoseconds kRow = std::chrono::seconds(5);

  // That have called of late.
  double accounts() const {
    std::array<AccountIndex, kMemory> known = recent_;
    const auto end = known.begin() + static_cast<std::ptrdiff_t>(std::min(turn_, kMemory));
    std::sort(known.begin(), end);
    return static_cast<double>(std::unique(known.begin(), end) - known.begin());
  }

  struct Moment {
    SteadyTime at;
    std::size_t turn = 0;
  };
  // Where calls are few, a row takes its time.
  bool is_over(const Moment& moment, SteadyTime now) const {
    return now - moment.at > kRow && turn_ - moment.turn > kMemory;
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
  bool decided_ = false;
  Moment last_;
  std::optional<Moment> others_refused_;  // when two accounts were refused at about the same time
};

}  // namespace payferry::throttle
