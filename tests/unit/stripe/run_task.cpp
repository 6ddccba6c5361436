#include "run_task.hpp"

namespace payferry::stripe::testing {

async::Task<Exchange> exchange(Client& client, Request request) {
  Result<Lease> lease = co_await client.connect();
  if (!lease) {
    Exchange none;
    none.failure = "connect: " + lease.error().message;
    co_return none;
  }
  Exchange result = co_await client.send(std::move(*lease), std::move(request));
  co_return result;
}

Request a_clone() {
  Request request;
  request.endpoint = Endpoint::clone;
  request.path = "/v1/payment_methods";
  request.account = "acct_1";
  request.idempotency_key = "key-1";
  request.body = "customer=cus_1&payment_method=pm_1";
  request.api_version = "2026-09-30.endive";
  return request;
}

}  // namespace payferry::stripe::testing
