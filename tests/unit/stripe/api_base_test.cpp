#include "stripe/api_base.hpp"

#include <gtest/gtest.h>

namespace payferry::stripe {
namespace {

TEST(ApiBase, TakesUrlsApart) {
  struct Case {
    const char* text;
    bool tls;
    bool is_name;
    const char* host;
    const char* port;
    const char* authority;
  };
  const Case cases[] = {
      {"https://api.stripe.com", true, true, "api.stripe.com", "443", "api.stripe.com"},
      {"https://api.stripe.com/", true, true, "api.stripe.com", "443", "api.stripe.com"},
      {"https://api.stripe.com:443", true, true, "api.stripe.com", "443", "api.stripe.com"},
      {"HTTPS://API.Stripe.com:8443", true, true, "api.stripe.com", "8443", "api.stripe.com:8443"},
      {"https://10.0.0.1:8443", true, false, "10.0.0.1", "8443", "10.0.0.1:8443"},
      {"https://[2001:db8::1]", true, false, "2001:db8::1", "443", "[2001:db8::1]"},
      {"http://127.0.0.1:12111", false, false, "127.0.0.1", "12111", "127.0.0.1:12111"},
      {"http://127.9.9.9", false, false, "127.9.9.9", "80", "127.9.9.9"},
      {"http://[::1]:80", false, false, "::1", "80", "[::1]"},
      {"http://localhost:8080", false, true, "localhost", "8080", "localhost:8080"},
  };
  for (const Case& c : cases) {
    const auto base = parse_api_base(c.text);
    ASSERT_TRUE(base) << c.text << ": " << base.error().message;
    EXPECT_EQ(base->tls, c.tls) << c.text;
    EXPECT_EQ(base->is_name, c.is_name) << c.text;
    EXPECT_EQ(base->host, c.host) << c.text;
    EXPECT_EQ(base->port, c.port) << c.text;
    EXPECT_EQ(base->authority, c.authority) << c.text;
  }
}

TEST(ApiBase, RefusesEverythingElse) {
  const char* const texts[] = {
      "",
      "api.stripe.com",
      "ftp://api.stripe.com",
      "https://",
      "https:///v1",
      "https://api.stripe.com/v1",
      "https://api.stripe.com?x=1",
      "https://api.stripe.com#x",
      "https://sk_test_1@api.stripe.com",
      "https://api.stripe.com:0",
      "https://api.stripe.com:65536",
      "https://api.stripe.com:http",
      "https://api stripe.com",
      "https://api.stripe.com\r\nX-Y: z",
      "https://a%0d%0ab",
      "http://api.stripe.com",
      "http://10.0.0.1",
      "http://0.0.0.0",
      "http://[2001:db8::1]",
      "http://localhost.evil.example",
      "http://127.0.0.1.evil.example",
  };
  for (const char* text : texts) {
    const auto base = parse_api_base(text);
    ASSERT_FALSE(base) << text;
    EXPECT_EQ(base.error().code, Errc::usage);
    EXPECT_EQ(base.error().message.find("sk_test_1"), std::string::npos);
  }
}

TEST(ApiBase, SaysWhyHttpIsRefused) {
  const auto base = parse_api_base("http://api.stripe.com");
  ASSERT_FALSE(base);
  EXPECT_NE(base.error().message.find("use https://"), std::string::npos);
}

}  // namespace
}  // namespace payferry::stripe
