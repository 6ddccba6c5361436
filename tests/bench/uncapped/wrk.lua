-- The same two requests that an item takes, in turn.
local head = {
  ["Authorization"] = "Bearer sk_test_51UncappedBench00", ["Content-Type"] = "application/x-www-form-urlencoded",
  ["Stripe-Version"] = "2026-09-30.endive", ["Stripe-Account"] = "acct_1AAAAAAAAAAAAAAA",
  ["Idempotency-Key"] = "payferry-0000000000000000000000000000000000000000000000000000000000000000",
}
local clone = "customer=cus_00000000000000&payment_method=pm_000000000000000000000000"
local create = "payment_method=pm_1AAAAAAAAAAAAAAAAAAAAAAA&metadata[payferry_source_customer]=cus_00000000000000"
local first = true
local requests
init = function()
  requests = {wrk.format("POST", "/v1/payment_methods", head, clone), wrk.format("POST", "/v1/customers", head, create)}
end
request = function()
  first = not first
  return requests[first and 2 or 1]
end
