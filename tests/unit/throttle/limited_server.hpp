#pragma once

#include <map>
#include <random>
#include <set>

#include "unit/throttle/virtual_run.hpp"

namespace payferry::throttle {

// A Stripe with token buckets, and a client that always has work for it: what is refused comes back later.
struct LimitedServer {
  struct Bucket {
    double tokens = -1;  // full when first used
    SteadyTime at;
    bool take(SteadyTime now, double rate, double capacity) {
      if (tokens < 0) tokens = capacity;
      tokens = std::min(capacity, tokens + std::chrono::duration<double>(now - at).count() * rate);
      at = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    }
  };

  LimitedServer(Controls controls, AccountIndex accounts) : run(std::move(controls)) {
    for (AccountIndex account = 0; account < accounts; ++account) {
      run.throttle.proven(account);
      for (int at = 0; at < kWaiting; ++at) add(account, SteadyTime::min());
    }
    run.latency_of = [this](const VirtualRun::Grant& grant) {
      const auto slow = latency_of.find(grant.account);
      if (slow != latency_of.end()) return slow->second;
      return Nanoseconds(std::chrono::milliseconds(150 + random() % 300));
    };
    run.pushback = [this](const VirtualRun::Grant& grant) { return judge(grant); };
    run.on_finished = [this](const VirtualRun::Grant& grant) {
      const bool goes_on = two_writes && grant.endpoint == Endpoint::clone;
      add(grant.account, SteadyTime::min(), goes_on ? Endpoint::create_customer : Endpoint::clone);
    };
    run.on_refused = [this](const VirtualRun::Grant& grant) {
      add(grant.account, run.now + seconds(1), grant.endpoint);
    };
  }

  void add(AccountIndex account, SteadyTime not_before, Endpoint endpoint = Endpoint::clone) {
    run.enqueue(++last_ * kIds + account, account, endpoint, not_before);
  }

  std::optional<Pushback> judge(const VirtualRun::Grant& grant) {
    const auto own = rate_of.find(grant.account);
    const double rate = own == rate_of.end() ? limit : own->second;
    const AccountIndex whose = by_account || own != rate_of.end() ? grant.account : kPlatform;
    const bool clone = grant.endpoint == Endpoint::clone;
    Bucket& bucket = (clone || is_global ? buckets : buckets_of_second)[whose];
    const bool good = bucket.take(grant.at, rate, std::max(1.0, rate * burst));
    if (good && clone) taken.push_back(grant);
    if (!good) ++refused;
    if (!good) return is_global ? Pushback::global_rate : Pushback::endpoint_rate;
    return std::nullopt;
  }

  void go(double for_seconds) { run.until(run.now + seconds(for_seconds)); }
  double taken_per_second(double of_the_last) const {
    std::size_t count = 0;
    for (auto at = taken.rbegin(); at != taken.rend() && run.now - at->at <= seconds(of_the_last); ++at)
      ++count;
    return static_cast<double>(count) / of_the_last;
  }
  double refused_share() const { return refused / static_cast<double>(run.grants.size()); }

  static constexpr std::uint64_t kIds = 1'000'000;
  static constexpr int kWaiting = 40;
  VirtualRun run;
  double limit = 25;
  double burst = 1;  // seconds' worth that a bucket holds
  bool by_account = false;
  bool is_global = false;
  bool two_writes = false;  // each clone is followed by a create_customer
  std::map<AccountIndex, double> rate_of;
  std::map<AccountIndex, Nanoseconds> latency_of;
  std::map<AccountIndex, Bucket> buckets;
  std::map<AccountIndex, Bucket> buckets_of_second;
  std::vector<VirtualRun::Grant> taken;
  double refused = 0;
  std::uint64_t last_ = 0;
  std::mt19937_64 random{3};
};

}  // namespace payferry::throttle
