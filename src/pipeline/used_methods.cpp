#include "pipeline/used_methods.hpp"

namespace payferry::pipeline {
namespace {

// A customer that is not there has no use for anything.
bool is_gone(const Read& read) {
  return read.kind == Read::Kind::answered && read.verdict.kind == stripe::Kind::refused &&
         read.verdict.code == plan::kGone;
}

bool is_told(const Read& read) {
  return read.kind == Read::Kind::answered && read.verdict.kind == stripe::Kind::done;
}

}  // namespace

async::Task<Read> UsedMethods::list(Shared& shared, AccountPlace& account, std::string stripe_account,
                                    std::string customer) {
  Read answer;
  answer.kind = Read::Kind::answered;
  answer.verdict.kind = stripe::Kind::done;
  if (by_customer_.contains(customer)) co_return answer;
  const std::string named = "?customer=" + plan::percent_encoded(customer) + "&limit=100";
  std::vector<stripe::PaymentIntent> payments;
  std::string path = "/v1/payment_intents" + named;
  answer = co_await read_pages(shared, account, Endpoint::list_payments, std::move(path), stripe_account,
                               payments);
  if (!is_told(answer) && !is_gone(answer)) co_return answer;
  // Where a subscription names none, it charges the customer's default.
  std::vector<stripe::Subscription> subscriptions;
  path = "/v1/subscriptions" + named + "&expand[]=data.customer";
  if (!is_gone(answer))
    answer = co_await read_pages(shared, account, Endpoint::list_subscriptions, std::move(path),
                                 stripe_account, subscriptions);
  if (!is_told(answer) && !is_gone(answer)) co_return answer;
  answer.verdict.kind = stripe::Kind::done;
  std::map<std::string, std::string>& used = by_customer_[customer];
  for (const stripe::PaymentIntent& payment : payments) used.emplace(payment.payment_method, payment.id);
  for (const stripe::Subscription& subscription : subscriptions)
    used.emplace(subscription.payment_method, subscription.id);
  co_return answer;
}

std::string UsedMethods::by(const std::string& customer, const std::string& method) const {
  const auto known = by_customer_.find(customer);
  if (known == by_customer_.end() || method.empty()) return "";
  const auto used = known->second.find(method);
  return used == known->second.end() ? "" : used->second;
}

}  // namespace payferry::pipeline
