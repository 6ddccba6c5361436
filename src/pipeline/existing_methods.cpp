#include "pipeline/existing_methods.hpp"

#include "plan/request.hpp"

namespace payferry::pipeline {

namespace {

std::string page_path(const std::string& customer, const std::string& after) {
  std::string path = "/v1/customers/" + plan::percent_encoded(customer) + "/payment_methods?limit=100";
  if (!after.empty()) path += "&starting_after=" + plan::percent_encoded(after);
  return path;
}

}  // namespace

async::Task<Read> ExistingMethods::list(Shared& shared, AccountPlace& account, std::string stripe_account,
                                        std::string customer) {
  Read page;
  page.kind = Read::Kind::answered;
  page.verdict.kind = stripe::Kind::done;
  if (by_customer_.contains(customer)) co_return page;
  std::vector<stripe::PaymentMethod> all;
  std::string after;
  for (bool more = true; more;) {
    std::string path = page_path(customer, after);
    page = co_await read(shared, account, Endpoint::list_payment_methods, std::move(path), stripe_account);
    if (page.kind != Read::Kind::answered || page.verdict.kind != stripe::Kind::done) co_return page;
    const auto& methods = std::get<stripe::Page<stripe::PaymentMethod>>(page.verdict.object);
    for (const stripe::PaymentMethod& method : methods.data)
      if (!method.details.fingerprint.empty()) all.push_back(method);
    more = methods.has_more && !methods.data.empty();
    if (more) after = methods.data.back().id;
  }
  by_customer_[customer] = std::move(all);
  co_return page;
}

}  // namespace payferry::pipeline
