#include "core/loopback.hpp"

#include <gtest/gtest.h>

namespace payferry {
namespace {

TEST(Loopback, IsThisMachineAndNoOther) {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host :
       {"", "localhost.example.com", "128.0.0.1", "0.0.0.0", "::2", "::", "127.example.com"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace payferry
