#pragma once

#include <functional>
#include <string>
#include <vector>

namespace payferry::pipeline {

// Why a run ends before its work does. The order is the order of precedence: a later, graver reason replaces
// an earlier one.
enum class Why {
  none,
  deadline,
  signal,
  input,
  outage,
  fail_fast,
  failure_budget,
  brake,
  refused,
  ledger,
  internal
};

// The one place where a run is told to stop. Whoever waits registers to be woken.
class Stop {
 public:
  // `reason` is for the user: what happened and the mend.
  void request(Why why, std::string reason) {
    const bool first = why_ == Why::none;
    if (why > why_) {
      why_ = why;
      reason_ = std::move(reason);
    }
    if (first)
      for (const auto& wake : on_stop_) wake();
  }
  bool requested() const { return why_ != Why::none; }
  Why why() const { return why_; }
  const std::string& reason() const { return reason_; }
  void on_stop(std::function<void()> wake) { on_stop_.push_back(std::move(wake)); }

 private:
  Why why_ = Why::none;
  std::string reason_;
  std::vector<std::function<void()>> on_stop_;
};

}  // namespace payferry::pipeline
