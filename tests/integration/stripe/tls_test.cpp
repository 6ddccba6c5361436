#include <gtest/gtest.h>

#include "run_task.hpp"
#include "scripted_server.hpp"
#include "stripe/client.hpp"
#include "tls_server.hpp"

namespace payferry::stripe {
namespace {

using namespace std::chrono_literals;
using testing::a_clone;
using testing::exchange;
using testing::http_answer;
using testing::Identity;
using testing::make_ca;
using testing::make_identity;
using testing::run;
using testing::TemporaryFile;
using testing::TlsServer;
using testing::TlsSetup;
using testing::Wish;

class Tls : public ::testing::Test {
 protected:
  Options options_for(const std::string& base) {
    Options options;
    options.api_base = base;
    options.api_key = "sk_test_1";
    options.ca_file = ca_file_.path();
    return options;
  }
  std::unique_ptr<Client> client_for(const std::string& base) {
    return make_client(context_, options_for(base)).value();
  }
  Identity signed_identity(const Wish& wish = {}) { return make_identity(wish, &ca_); }

  // The error with which a client refuses to talk to a server.
  Error refusal(TlsSetup setup, const std::string& host = "localhost") {
    TlsServer server(std::move(setup));
    const auto client = client_for(server.base(host));
    const Result<Lease> lease = run(context_, client->connect());
    if (lease) return make_error(Errc::internal, "it was trusted");
    EXPECT_NE(lease.error().message.find(server.base(host).substr(8)), std::string::npos);
    return lease.error();
  }

  boost::asio::io_context context_;
  Identity ca_ = make_ca();
  TemporaryFile ca_file_{ca_.pem()};
};

#define EXPECT_UNTRUSTED(error, part)       \
  EXPECT_EQ((error).code, Errc::untrusted); \
  EXPECT_NE((error).message.find(part), std::string::npos) << (error).message

TEST_F(Tls, TalksToAServerItTrusts) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServer server({signed_identity(), version, {http_answer("1"), http_answer("2")}});
    const auto client = client_for(server.base());
    const Exchange first = run(context_, exchange(*client, a_clone()));
    ASSERT_TRUE(first.answer) << first.failure;
    EXPECT_EQ(first.answer->body, "1");
    const Exchange second = run(context_, exchange(*client, a_clone()));
    ASSERT_TRUE(second.answer) << second.failure;
    EXPECT_EQ(second.answer->body, "2");
    EXPECT_EQ(server.accepted(), 1);
    EXPECT_EQ(server.server_name(), "localhost");
  }
}

TEST_F(Tls, TakesAnAddressThatTheCertificateNames) {
  Wish wish;
  wish.names = "IP:127.0.0.1";
  TlsServer server({signed_identity(wish), TLS1_3_VERSION, {http_answer("1")}});
  const auto client = client_for(server.base("127.0.0.1"));
  const Exchange result = run(context_, exchange(*client, a_clone()));
  EXPECT_TRUE(result.answer) << result.failure;
}

TEST_F(Tls, TrustsTheVeryCertificateThatIsNamed) {
  const Identity own = make_identity({});
  const TemporaryFile file(own.pem());
  TlsServer server({own, TLS1_3_VERSION, {http_answer("1")}});
  Options options = options_for(server.base());
  options.ca_file = file.path();
  const auto client = make_client(context_, options).value();
  const Exchange result = run(context_, exchange(*client, a_clone()));
  EXPECT_TRUE(result.answer) << result.failure;
}

TEST_F(Tls, UsesALeaseThatWasDroppedUnused) {
  TlsServer server({signed_identity(), TLS1_3_VERSION, {http_answer("1")}});
  const auto client = client_for(server.base());
  run(context_, client->connect()).value().reset();
  const Exchange result = run(context_, exchange(*client, a_clone()));
  EXPECT_TRUE(result.answer) << result.failure;
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(Tls, RefusesASelfSignedCertificate) {
  const Error error = refusal({make_identity({})});
  EXPECT_UNTRUSTED(error, "self-signed");
  EXPECT_UNTRUSTED(error, "stripe.ca_file");
}

TEST_F(Tls, RefusesACertificateOfAnUnknownCa) {
  const Identity other = make_ca();
  const Error error = refusal({make_identity({}, &other)});
  EXPECT_UNTRUSTED(error, "stripe.ca_file");
}

TEST_F(Tls, RefusesAnExpiredCertificate) {
  Wish wish;
  wish.valid_until = -60;
  const Error error = refusal({signed_identity(wish)});
  EXPECT_UNTRUSTED(error, "expired");
  EXPECT_UNTRUSTED(error, "clock");
}

TEST_F(Tls, RefusesACertificateThatIsNotValidYet) {
  Wish wish;
  wish.valid_from = 600;
  const Error error = refusal({signed_identity(wish)});
  EXPECT_UNTRUSTED(error, "not yet valid");
}

TEST_F(Tls, RefusesACertificateOfAnotherHost) {
  Wish wish;
  wish.names = "DNS:api.stripe.com";
  const Error error = refusal({signed_identity(wish)});
  EXPECT_UNTRUSTED(error, "hostname mismatch");
  EXPECT_UNTRUSTED(error, "stripe.api_base");
}

TEST_F(Tls, RefusesACertificateOfAnotherAddress) {
  const Error error = refusal({signed_identity()}, "127.0.0.1");
  EXPECT_UNTRUSTED(error, "IP address mismatch");
}

TEST_F(Tls, RefusesTls11) {
  const Error error = refusal({signed_identity(), TLS1_1_VERSION});
  EXPECT_UNTRUSTED(error, "protocol version");
  EXPECT_UNTRUSTED(error, "TLS 1.2");
}

TEST_F(Tls, AbortEndsAHandshake) {
  testing::ScriptedServer server({{{http_answer("1")}}});
  const auto client = client_for("https://127.0.0.1:" + std::to_string(server.port()));
  std::optional<Result<Lease>> lease;
  testing::start(context_, client->connect(), lease);
  // The scripted server waits for a whole request, which a TLS greeting is not.
  while (server.accepted() == 0) context_.run_one_for(1ms);
  client->abort();
  context_.run();
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->error().code, Errc::stopped);
}

TEST_F(Tls, CallsASilentServerUnreachable) {
  testing::ScriptedServer server({{{"", testing::Act::stall}}});
  Options options = options_for("https://127.0.0.1:" + std::to_string(server.port()));
  options.handshake_timeout = 20ms;
  const auto client = make_client(context_, options).value();
  const Result<Lease> lease = run(context_, client->connect());
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, Errc::unreachable);
  EXPECT_NE(lease.error().message.find("took too long"), std::string::npos) << lease.error().message;
}

TEST_F(Tls, CallsAServerThatHangsUpUnreachable) {
  testing::ScriptedServer server({});  // closes every connection at once
  const auto client = client_for("https://127.0.0.1:" + std::to_string(server.port()));
  const Result<Lease> lease = run(context_, client->connect());
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, Errc::unreachable);
}

TEST_F(Tls, AWholeAnswerNeedsNoGoodbyeAndAnOpenOneDoes) {
  struct Case {
    std::string reply;
    bool says_goodbye;
    const char* body;  // null: no answer
    const char* failure;
  };
  const Case cases[] = {
      {http_answer("{}"), false, "{}", ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false, nullptr, "truncated"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true, nullptr, "truncated"},
      {"HTTP/1.1 200 OK\r\n\r\n{}", true, "{}", ""},
      {"HTTP/1.1 200 OK\r\n\r\n{}", false, nullptr, "truncated"},
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const Case& c : cases) {
      TlsServer server({signed_identity(), version, {c.reply}, c.says_goodbye});
      const auto client = client_for(server.base());
      const Exchange result = run(context_, exchange(*client, a_clone()));
      EXPECT_EQ(result.failure, c.failure) << c.reply;
      ASSERT_EQ(result.answer.has_value(), c.body != nullptr) << c.reply;
      if (c.body) {
        EXPECT_EQ(result.answer->body, c.body);
      }
      EXPECT_EQ(result.sends, 1);
    }
  }
}

// Whether the idle connection's end is noticed before or only after the second sending, nothing is lost.
TEST_F(Tls, NothingIsLostWhenTheServerClosesAfterEachAnswer) {
  for (const bool says_goodbye : {true, false}) {
    TlsServer server({signed_identity(), TLS1_3_VERSION, {http_answer("1")}, says_goodbye});
    const auto client = client_for(server.base());
    for (int i = 0; i < 50; ++i) {
      const Exchange result = run(context_, exchange(*client, a_clone()));
      ASSERT_TRUE(result.answer) << i << result.failure;
    }
    EXPECT_EQ(server.accepted(), 50);
  }
}

}  // namespace
}  // namespace payferry::stripe
