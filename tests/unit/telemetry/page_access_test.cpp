#include "telemetry/page_access.hpp"

#include <gtest/gtest.h>

namespace payferry::telemetry {
namespace {

constexpr const char* kToken = "a-token-of-some-length";
constexpr const char* kBearer = "Bearer a-token-of-some-length";

std::string session_of(const PageAccess& access) {
  const std::string cookie = access.cookie();
  return cookie.substr(0, cookie.find(';'));
}

TEST(PageAccess, without_a_token_it_is_this_machines_and_steers_nothing) {
  const PageAccess access("", true, "s");
  EXPECT_TRUE(access.is_served());
  EXPECT_FALSE(access.may_be_steered());
  EXPECT_TRUE(access.may_see("", ""));
  EXPECT_FALSE(access.may_steer("Bearer ", session_of(access), "page", "http://localhost", "localhost"));
  EXPECT_FALSE(PageAccess("", false, "s").is_served());
  EXPECT_FALSE(PageAccess("", false, "s").may_see("", ""));
}

TEST(PageAccess, a_name_that_leads_here_is_not_this_machine) {
  const PageAccess access("", true, "s");
  for (const char* right : {"localhost", "localhost:9464", "127.0.0.1:1", "127.1.2.3", "[::1]:9464", "[::1]"})
    EXPECT_TRUE(access.host_is_right(right)) << right;
  for (const char* wrong : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:9464",
                            "10.0.0.1", "[::2]", "127.evil"})
    EXPECT_FALSE(access.host_is_right(wrong)) << wrong;
  EXPECT_TRUE(PageAccess(kToken, true, "s").host_is_right("behind.a.proxy"));
}

TEST(PageAccess, the_token_or_what_it_was_exchanged_for_opens_it) {
  const PageAccess access(kToken, false, "s");
  EXPECT_TRUE(access.may_see(kBearer, ""));
  EXPECT_TRUE(access.may_see("", session_of(access)));
  EXPECT_TRUE(access.may_see("", "theme=dark; " + session_of(access) + "; x=y"));
  for (const char* wrong :
       {"", "Bearer", "Bearer ", "Bearer a-token-of-some-lengt", "bearer a-token-of-some-length",
        "Basic a-token-of-some-length", "a-token-of-some-length"})
    EXPECT_FALSE(access.may_see(wrong, "")) << wrong;
  for (const char* wrong : {"payferry=", "payferry=a-token-of-some-length", "other=1", ";;;", "payferry"})
    EXPECT_FALSE(access.may_see("", wrong)) << wrong;
  // Another run's cookie is worth nothing, and none tells the token.
  EXPECT_FALSE(access.may_see("", session_of(PageAccess(kToken, false, "t"))));
  EXPECT_EQ(access.cookie().find(kToken), std::string::npos);
  EXPECT_NE(access.cookie().find("; HttpOnly; SameSite=Strict"), std::string::npos);
}

TEST(PageAccess, a_cookie_steers_only_from_our_own_page) {
  const PageAccess access(kToken, true, "s");
  const std::string session = session_of(access);
  EXPECT_TRUE(access.may_steer("", session, "page", "http://localhost:9464", "localhost:9464"));
  EXPECT_TRUE(access.may_steer(kBearer, "", "", "", "localhost:9464"));
  EXPECT_FALSE(access.may_steer("", session, "", "http://localhost:9464", "localhost:9464"));
  EXPECT_FALSE(access.may_steer("", session, "page", "", "localhost:9464"));
  EXPECT_FALSE(access.may_steer("", session, "page", "null", "localhost:9464"));
  EXPECT_FALSE(access.may_steer("", session, "page", "http://localhost:9999", "localhost:9464"));
  EXPECT_FALSE(access.may_steer("", session, "page", "http://evil.example", "localhost:9464"));
  EXPECT_FALSE(access.may_steer("", "", "page", "http://localhost:9464", "localhost:9464"));
}

}  // namespace
}  // namespace payferry::telemetry
