#include "stripe/wire_format.hpp"

#include <gtest/gtest.h>

#include "run_task.hpp"

namespace payferry::stripe {
namespace {

WireFormat format() {
  return WireFormat(parse_api_base("https://api.stripe.com").value(), "sk_test_1");
}

// The version of the program is no part of these tests.
std::string without_version(std::string text) {
  const auto from = text.find("Payferry/") + 9;
  return text.replace(from, text.find(' ', from) - from, "X");
}

TEST(WireFormat, WritesAWrite) {
  const auto bytes = format().write(testing::a_clone());
  ASSERT_TRUE(bytes);
  EXPECT_EQ(without_version(*bytes),
            "POST /v1/payment_methods HTTP/1.1\r\n"
            "Host: api.stripe.com\r\n"
            "Authorization: Bearer sk_test_1\r\n"
            "User-Agent: Payferry/X (bulk cloning of payment methods)\r\n"
            "Accept: application/json\r\n"
            "Connection: keep-alive\r\n"
            "Stripe-Version: 2026-09-30.endive\r\n"
            "Stripe-Account: acct_1\r\n"
            "Idempotency-Key: key-1\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            "Content-Length: 34\r\n"
            "\r\n"
            "customer=cus_1&payment_method=pm_1");
}

TEST(WireFormat, WritesAReadWithoutBodyAndKey) {
  const Query query{Endpoint::list_customers, "/v1/customers?limit=100&created[gte]=5", "",
                    "2026-09-30.endive"};
  const auto bytes = format().write(query);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(without_version(*bytes),
            "GET /v1/customers?limit=100&created[gte]=5 HTTP/1.1\r\n"
            "Host: api.stripe.com\r\n"
            "Authorization: Bearer sk_test_1\r\n"
            "User-Agent: Payferry/X (bulk cloning of payment methods)\r\n"
            "Accept: application/json\r\n"
            "Connection: keep-alive\r\n"
            "Stripe-Version: 2026-09-30.endive\r\n"
            "\r\n");
}

TEST(WireFormat, WritesAnEmptyBodyAsOne) {
  Request request = testing::a_clone();
  request.body.clear();
  const std::string bytes = format().write(request).value();
  EXPECT_TRUE(
      bytes.ends_with("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n"));
}

TEST(WireFormat, NamesAnUnusualPort) {
  const WireFormat other(parse_api_base("http://[::1]:8080").value(), "k");
  EXPECT_NE(other.write(testing::a_clone())->find("Host: [::1]:8080\r\n"), std::string::npos);
}

TEST(WireFormat, RefusesWhatWouldBreakTheHead) {
  using Field = std::string Request::*;
  const Field fields[] = {&Request::path, &Request::account, &Request::idempotency_key,
                          &Request::api_version};
  for (const Field field : fields) {
    for (const char* poison : {"\r\nX: y", "\n", " ", "\t", "\x7f", "\u00e9"}) {
      Request request = testing::a_clone();
      request.*field += poison;
      EXPECT_FALSE(format().write(request)) << request.*field;
    }
  }
}

TEST(WireFormat, RefusesOtherPathsAndKeysThatAreTooLong) {
  Request request = testing::a_clone();
  request.path = "/v2/x";
  EXPECT_FALSE(format().write(request));
  request = testing::a_clone();
  request.idempotency_key.assign(255, 'k');
  EXPECT_TRUE(format().write(request));
  request.idempotency_key += 'k';
  EXPECT_FALSE(format().write(request));
}

}  // namespace
}  // namespace payferry::stripe
