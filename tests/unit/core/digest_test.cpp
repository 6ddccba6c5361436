#include "core/digest.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace payferry {
namespace {

// Expected values: Python's hashlib over each part preceded by its length and a colon.
TEST(Digest, matches_an_independent_sha256) {
  EXPECT_EQ(to_hex(sha256_of({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256_of({"abc"})), "aab5f9ae99b2e38fb462025c8f72f570c9c811705d2a4277dc855d7fa293fe97");
  EXPECT_EQ(to_hex(sha256_of({"ab", "c"})),
            "430fb1b4ac43316eca81fab27a1930ab8eff8fef6a1dc7903dce44bbc2790dc5");
  EXPECT_EQ(to_hex(sha256_of({"", ""})), "390feabc786e369e55b904251d643b52b52b691c60eb74a498ef7c6df993bf12");
  EXPECT_EQ(to_hex(sha256_of({"é"})), "2f23c71856587c2a6ffdb64f0e11e9940b35da318947308f6a02ee01898e6107");
}

TEST(Digest, does_not_mistake_where_one_part_ends) {
  EXPECT_NE(sha256_of({"ab", "c"}), sha256_of({"a", "bc"}));
  EXPECT_NE(sha256_of({"abc"}), sha256_of({"abc", ""}));
  EXPECT_NE(sha256_of({"1:a"}), sha256_of({"", "a"}));
}

TEST(Digest, an_identity_is_the_beginning_of_the_digest) {
  const Sha256 digest = sha256_of({"a", "b"});
  const Identity identity = identity_of({"a", "b"});
  EXPECT_TRUE(std::equal(identity.begin(), identity.end(), digest.begin()));
  EXPECT_NE(identity_of({"a", "b"}), identity_of({"b", "a"}));
}

TEST(Digest, a_fingerprint_is_stable) {
  EXPECT_EQ(fingerprint_of({"abc"}), -8078416933437196886);
}

}  // namespace
}  // namespace payferry
