#include "core/ledger_place.hpp"

#include <gtest/gtest.h>

namespace payferry {
namespace {

TEST(LedgerPlace, of_a_server_is_shown_without_user_password_and_parameters) {
  const auto place = LedgerPlace::server(
      "postgres://mover:s3cret@db.example:5433/ledger?sslmode=verify-full&sslrootcert=/ca.pem");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_FALSE(place->is_file());
  EXPECT_FALSE(place->is_local());
  EXPECT_EQ(place->string(), "postgres://db.example:5433/ledger");
  EXPECT_EQ(LedgerPlace::server("postgres://mover@:5433/ledger?host=/run/postgresql")->string(),
            "postgres:///run/postgresql:5433/ledger");
}

struct Address {
  const char* url;
  const char* problem;  // null: none
};

class Addresses : public testing::TestWithParam<Address> {};
TEST_P(Addresses, are_taken_or_refused_with_the_reason) {
  const auto place = LedgerPlace::server(GetParam().url);
  if (!GetParam().problem) {
    EXPECT_TRUE(place) << place.error().message;
    return;
  }
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, Errc::usage);
  EXPECT_NE(place.error().message.find(GetParam().problem), std::string::npos) << place.error().message;
  EXPECT_EQ(place.error().message.find("s3cret"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(
    Of, Addresses,
    testing::Values(
        Address{"postgres://u@db.example/l", nullptr},  // the connection asks for verify-full by itself
        Address{"postgresql://u@db.example/l?sslmode=verify-full", nullptr},
        Address{"postgres://u@localhost/l", nullptr},
        Address{"postgres://u@127.0.0.1:5432/l?sslmode=disable", nullptr},
        Address{"postgres://u@[::1]:5432/l?sslmode=disable", nullptr},
        Address{"postgres://u@/l?host=/run/postgresql", nullptr},
        Address{"postgres://u@/l?host=%2Frun%2Fpostgresql", nullptr},
        Address{"postgres://u:s3cret@db.example/l?sslmode=require", "proves nothing (sslmode=require)"},
        Address{"postgres://u:s3cret@db.example/l?sslmode=disable", "verify-full"},
        Address{"postgres://u@[2001:db8::1]/l?sslmode=prefer", "verify-full"},
        Address{"postgres://u@localhost/l?host=db.example&sslmode=disable", "verify-full"},
        Address{"postgres://u@localhost/l?hostaddr=192.0.2.1", "the parameter hostaddr"},
        Address{"postgres://u@localhost/l?service=other", "the parameter service"},
        Address{"postgres://u@localhost/l?sslmode=verify", "an sslmode that there is not"},
        Address{"postgres://u@a.example,b.example/l", "several hosts"},
        Address{"postgres://u@/l", "names no host"}, Address{"postgres://localhost/l", "names no user"},
        Address{"postgres://u@localhost", "names no database"},
        Address{"postgres://u@localhost:x/l", "no valid port"},
        Address{"mysql://u@localhost/l", "does not begin with postgres://"}));

}  // namespace
}  // namespace payferry
