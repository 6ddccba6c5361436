#include "steer/address.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_folder.hpp"

namespace payferry::steer {
namespace {

TEST(Address, lies_beside_the_ledger) {
  EXPECT_EQ(socket_path("/a/b/ledger.db"), "/a/b/ledger.db.sock");
  const std::filesystem::path named_long = socket_path("/a/" + std::string(200, 'x'));
  EXPECT_EQ(named_long.parent_path(), "/a");
  EXPECT_LT(named_long.filename().string().size(), 80U);
  EXPECT_NE(named_long, socket_path("/a/" + std::string(201, 'x')));
}

TEST(Address, names_a_path_that_is_longer_than_the_kernel_takes) {
  const test::TempFolder folder;
  std::filesystem::path deep = folder.path();
  for (int at = 0; at < 5; ++at) deep /= std::string(60, 'd');
  std::filesystem::create_directories(deep);
  const Result<Address> address = Address::of(deep / "ledger.db.sock");
  ASSERT_TRUE(address) << address.error().message;
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(descriptor, address->get(), address->size()), 0);
  EXPECT_TRUE(std::filesystem::is_socket(deep / "ledger.db.sock"));
  ::close(descriptor);
}

TEST(Address, a_folder_that_is_not_there_is_an_error) {
  const Result<Address> address = Address::of("/no/" + std::string(120, 'x') + "/ledger.db.sock");
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().code, Errc::io);
}

TEST(Address, the_owner_and_root_may_speak) {
  EXPECT_TRUE(may_speak(::geteuid()));
  EXPECT_TRUE(may_speak(0));
  EXPECT_FALSE(may_speak(static_cast<std::int64_t>(::geteuid()) + 12345));
  EXPECT_FALSE(may_speak(-1));
}

}  // namespace
}  // namespace payferry::steer
