#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/reads.hpp"

namespace payferry::pipeline {

// What the customers of one lane have already, listed once each.
class ExistingMethods {
 public:
  // Answered with `done`: of() knows the customer's methods.
  async::Task<Read> list(Shared& shared, AccountPlace& account, std::string stripe_account,
                         std::string customer);
  const std::vector<stripe::PaymentMethod>& of(const std::string& customer) { return by_customer_[customer]; }

 private:
  std::map<std::string, std::vector<stripe::PaymentMethod>> by_customer_;
};

}  // namespace payferry::pipeline
