#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/reads.hpp"

namespace payferry::pipeline {

// What the customers of one lane have been charged with, or are to be: their payments and subscriptions, read
// once each. What Stripe shows of it is all that can be known: a payment method has no date of its last use.
class UsedMethods {
 public:
  // Answered with `done`: by() knows of the customer.
  async::Task<Read> list(Shared& shared, AccountPlace& account, std::string stripe_account,
                         std::string customer);
  // The id of a payment or subscription of the customer that names the method; empty: none does.
  std::string by(const std::string& customer, const std::string& method) const;

 private:
  std::map<std::string, std::map<std::string, std::string>> by_customer_;
};

}  // namespace payferry::pipeline
