#include "pipeline/existing_methods.hpp"

namespace payferry::pipeline {

async::Task<Read> ExistingMethods::list(Shared& shared, AccountPlace& account, std::string stripe_account,
                                        std::string customer) {
  Read answer;
  answer.kind = Read::Kind::answered;
  answer.verdict.kind = stripe::Kind::done;
  if (by_customer_.contains(customer)) co_return answer;
  std::vector<stripe::PaymentMethod> all;
  std::string path = "/v1/customers/" + plan::percent_encoded(customer) + "/payment_methods?limit=100";
  answer = co_await read_pages(shared, account, Endpoint::list_payment_methods, std::move(path),
                               std::move(stripe_account), all);
  if (answer.kind != Read::Kind::answered || answer.verdict.kind != stripe::Kind::done) co_return answer;
  std::erase_if(all, [](const stripe::PaymentMethod& method) { return method.details.fingerprint.empty(); });
  by_customer_[customer] = std::move(all);
  co_return answer;
}

}  // namespace payferry::pipeline
