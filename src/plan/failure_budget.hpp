#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace payferry::plan {

// How many failed items a run bears before it stops (run.max_failures, run.max_failure_share).
class FailureBudget {
 public:
  FailureBudget(std::optional<int> most, std::optional<double> share) : most_(most), share_(share) {}

  void succeeded() { ++ended_; }
  void failed(const std::string& code);

  // Whether more has failed than either bound allows. The share is of the items that ended in this run, and
  // is not looked at before there are kLeastEnded of them.
  bool exceeded() const { return over_most() || over_share(); }
  // For the user: which bound, and the commonest code.
  std::string reason() const;

  static constexpr std::uint64_t kLeastEnded = 100;

 private:
  bool over_most() const { return most_ && failed_ > static_cast<std::uint64_t>(*most_); }
  bool over_share() const;

  std::optional<int> most_;
  std::optional<double> share_;
  std::uint64_t ended_ = 0;
  std::uint64_t failed_ = 0;
  std::map<std::string, std::uint64_t> codes_;
};

}  // namespace payferry::plan
