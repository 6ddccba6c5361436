#include "settings/address.hpp"

#include <gtest/gtest.h>

namespace payferry::settings {
namespace {

TEST(BaseUrl, IsReadAndMadePlain) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"https://api.stripe.com", "https://api.stripe.com"},
      {"https://api.stripe.com/", "https://api.stripe.com"},
      {"HTTPS://Api.Stripe.Com:8443", "https://api.stripe.com:8443"},
      {"http://localhost:12111", "http://localhost:12111"},
      {"http://127.0.0.1:12112", "http://127.0.0.1:12112"},
      {"http://127.8.9.1", "http://127.8.9.1"},
      {"http://[::1]:12111", "http://[::1]:12111"},
      {"https://[2001:db8::1]", "https://[2001:db8::1]"},
      {"https://10.0.0.7:1", "https://10.0.0.7:1"},
  };
  for (const auto& [text, expected] : cases) {
    std::string value;
    EXPECT_EQ(parse_base_url(text, value), std::nullopt) << text;
    EXPECT_EQ(value, expected);
  }
}

TEST(BaseUrl, SaysWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"api.stripe.com", "does not begin with https:// or http://"},
      {"ftp://api.stripe.com", "does not begin with https:// or http://"},
      {"https:/api.stripe.com", "does not begin with https:// or http://"},
      {"https://", "has no valid host"},
      {"https:///", "has no valid host"},
      {"https://:443", "has no valid host"},
      {"https://api stripe.com", "has no valid host"},
      {"https://[::1", "has no valid host"},
      {"https://[nonsense]", "has no valid host"},
      {"https://[::1]x", "has no valid host"},
      {"https://::1", "has no valid host"},
      {"https://api.stripe.com/v1", "holds a path or query"},
      {"https://api.stripe.com//", "holds a path or query"},
      {"https://api.stripe.com?x=1", "holds a path or query"},
      {"https://api.stripe.com#x", "holds a path or query"},
      {"https://me:word@api.stripe.com", "holds a user name or password"},
      {"https://api.stripe.com:", "has a port that is not between 1 and 65535"},
      {"https://api.stripe.com:0", "has a port that is not between 1 and 65535"},
      {"https://api.stripe.com:65536", "has a port that is not between 1 and 65535"},
      {"https://api.stripe.com:https", "has a port that is not between 1 and 65535"},
      {"http://api.stripe.com",
       "would send secrets unencrypted over a network (http:// is for loopback addresses)"},
      {"http://127.0.0.1.example.com",
       "would send secrets unencrypted over a network (http:// is for loopback addresses)"},
      {"http://128.0.0.1",
       "would send secrets unencrypted over a network (http:// is for loopback addresses)"},
      {"http://[::2]", "would send secrets unencrypted over a network (http:// is for loopback addresses)"},
      {"http://localhost.example.com",
       "would send secrets unencrypted over a network (http:// is for loopback addresses)"},
  };
  for (const auto& [text, expected] : cases) {
    std::string value = "untouched";
    EXPECT_EQ(parse_base_url(text, value), std::string(expected)) << text;
    EXPECT_EQ(value, "untouched");
  }
}

TEST(HostAndPort, AreChecked) {
  for (const std::string_view good : {"127.0.0.1:9464", "0.0.0.0:0", "[::]:9464", "localhost:65535"}) {
    EXPECT_EQ(check_host_and_port(good), std::nullopt) << good;
  }
  const std::pair<std::string_view, std::string_view> bad[] = {
      {"127.0.0.1", "has no port"},
      {"9464", "has no port"},
      {":9464", "has no valid host"},
      {"http://localhost:9464", "has a port that is not between 0 and 65535"},
      {"localhost:65536", "has a port that is not between 0 and 65535"},
      {"localhost:-1", "has a port that is not between 0 and 65535"},
      {"localhost:", "has a port that is not between 0 and 65535"},
      {"::1:9464", "has no valid host"},
  };
  for (const auto& [text, expected] : bad) {
    EXPECT_EQ(check_host_and_port(text), std::string(expected)) << text;
  }
}

}  // namespace
}  // namespace payferry::settings
