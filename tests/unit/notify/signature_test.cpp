#include "notify/signature.hpp"

#include <gtest/gtest.h>

#include "core/digest.hpp"

namespace payferry::notify {
namespace {

// RFC 4231, test case 2.
TEST(Hmac, IsThatOfTheStandard) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Signature, NamesTimeAndDigestOfBoth) {
  EXPECT_EQ(signature_of("Jefe", 12, "body"), "t=12,v1=" + to_hex(hmac_sha256("Jefe", "12.body")));
  EXPECT_NE(signature_of("Jefe", 12, "body"), signature_of("Jefe", 13, "body"));
  EXPECT_NE(signature_of("Jefe", 12, "body"), signature_of("Jeff", 12, "body"));
}

}  // namespace
}  // namespace payferry::notify
