#include <gtest/gtest.h>

#include "run_task.hpp"
#include "scripted_server.hpp"
#include "stripe/client.hpp"

// The client over real sockets, without TLS; tests/integration/stripe has the same with it.
namespace payferry::stripe {
namespace {

using namespace std::chrono_literals;
using testing::a_clone;
using testing::Act;
using testing::exchange;
using testing::http_answer;
using testing::run;
using testing::Script;
using testing::ScriptedServer;
using testing::start;

Options options_for(const std::string& base) {
  Options options;
  options.api_base = base;
  options.api_key = "sk_test_1";
  options.max_answer_bytes = 1000;
  return options;
}

struct Talk {
  explicit Talk(std::vector<Script> scripts, std::chrono::milliseconds read_timeout = 30s)
      : server(std::move(scripts)) {
    Options options = options_for(server.base());
    options.read_timeout = read_timeout;
    client = make_client(context, options).value();
  }
  Exchange send() { return run(context, exchange(*client, a_clone())); }

  ScriptedServer server;
  boost::asio::io_context context;
  std::unique_ptr<Client> client;
};

TEST(HttpsWire, CarriesARequestAndItsAnswer) {
  Talk talk({{{http_answer("{}", "Request-Id: req_1\r\n")}}});
  const Exchange result = talk.send();
  ASSERT_TRUE(result.answer) << result.failure;
  EXPECT_EQ(result.answer->status, 200);
  EXPECT_EQ(result.answer->body, "{}");
  EXPECT_EQ(result.answer->request_id, "req_1");
  EXPECT_TRUE(result.sent);
  EXPECT_EQ(result.sends, 1);
  EXPECT_GT(result.latency.count(), 0);
  const auto requests = talk.server.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].starts_with("POST /v1/payment_methods HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_TRUE(requests[0].ends_with("\r\n\r\ncustomer=cus_1&payment_method=pm_1"));
}

TEST(HttpsWire, UsesAConnectionAgain) {
  Talk talk({{{http_answer("1")}, {http_answer("2")}, {http_answer("3")}}});
  for (const char* body : {"1", "2", "3"}) EXPECT_EQ(talk.send().answer->body, body);
  EXPECT_EQ(talk.server.accepted(), 1);
}

TEST(HttpsWire, ObeysConnectionClose) {
  Talk talk({{{http_answer("1", "Connection: close\r\n"), Act::stall}}, {{http_answer("2")}}});
  talk.send();
  EXPECT_EQ(talk.send().answer->body, "2");
  EXPECT_EQ(talk.server.accepted(), 2);
}

TEST(HttpsWire, NoticesThatAnIdleConnectionWasClosed) {
  Talk talk({{{http_answer("1"), Act::close}}, {{http_answer("2")}}});
  talk.send();
  talk.server.await_closed(1);
  const Exchange second = talk.send();
  EXPECT_EQ(second.answer->body, "2");
  EXPECT_EQ(second.sends, 1);
}

TEST(HttpsWire, DropsAnIdleConnectionOnWhichSomethingCameUnasked) {
  Talk talk({{{http_answer("1") + http_answer("unasked")}}, {{http_answer("2")}}});
  talk.send();
  EXPECT_EQ(talk.send().answer->body, "2");
}

TEST(HttpsWire, SendsTheSameBytesAgainWhenAReusedConnectionEndsUnanswered) {
  for (const Act::After end : {Act::close, Act::reset}) {
    Talk talk({{{http_answer("1")}, {"", end}}, {{http_answer("2")}}});
    talk.send();
    const Exchange second = talk.send();
    ASSERT_TRUE(second.answer) << second.failure;
    EXPECT_EQ(second.answer->body, "2");
    EXPECT_EQ(second.sends, 2);
    const auto requests = talk.server.requests();
    ASSERT_EQ(requests.size(), 3u);
    EXPECT_EQ(requests[1], requests[2]);
  }
}

TEST(HttpsWire, NamesHowAConnectionEnded) {
  struct Case {
    const char* why;
    std::string reply;
    Act::After after;
    const char* failure;
  };
  const Case cases[] = {
      {"closed before a byte", "", Act::close, "closed"},
      {"reset before a byte", "", Act::reset, "reset"},
      {"closed in the head", "HTTP/1.1 200 OK\r\nCont", Act::close, "truncated"},
      {"closed in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Act::close, "truncated"},
      {"garbage", "\x16\x03\x01 what?\r\n\r\n", Act::stall, "malformed"},
      {"too large by its own word", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", Act::stall,
       "too_large"},
      {"too large", "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), Act::stall, "too_large"},
  };
  for (const Case& c : cases) {
    Talk talk({{{c.reply, c.after}}});
    const Exchange result = talk.send();
    EXPECT_FALSE(result.answer) << c.why;
    EXPECT_EQ(result.failure, c.failure) << c.why;
    EXPECT_TRUE(result.sent) << c.why;
    EXPECT_EQ(result.sends, 1) << c.why;
    EXPECT_EQ(talk.server.accepted(), 1) << c.why;
  }
}

TEST(HttpsWire, TakesAnAnswerThatEndsWithTheConnection) {
  Talk talk({{{"HTTP/1.1 200 OK\r\n\r\nall of it", Act::close}}});
  EXPECT_EQ(talk.send().answer->body, "all of it");
}

TEST(HttpsWire, TimesOutOnSilenceAndDoesNotUseTheConnectionAgain) {
  for (const char* begun : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"}) {
    Talk talk({{{begun, Act::stall}}, {{"", Act::stall}}}, 20ms);
    const Exchange result = talk.send();
    EXPECT_EQ(result.failure, "timeout");
    EXPECT_TRUE(result.sent);
    EXPECT_EQ(result.sends, 1);
    talk.send();
    talk.server.await_requests(2);
    EXPECT_EQ(talk.server.accepted(), 2);
  }
}

TEST(HttpsWire, TimesOutOnAReusedConnectionWithoutSendingAgain) {
  Talk talk({{{http_answer("1")}, {"", Act::stall}}}, 1s);
  ASSERT_TRUE(talk.send().answer);
  const Exchange second = talk.send();
  EXPECT_EQ(second.failure, "timeout");
  EXPECT_EQ(second.sends, 1);
  EXPECT_EQ(talk.server.accepted(), 1);
}

TEST(HttpsWire, AbortEndsARequestInFlight) {
  Talk talk({{{"", Act::stall}}});
  std::optional<Exchange> flying;
  start(talk.context, exchange(*talk.client, a_clone()), flying);
  while (talk.server.requests().empty()) talk.context.run_one_for(1ms);
  talk.client->abort();
  talk.context.run();
  ASSERT_TRUE(flying);
  EXPECT_EQ(flying->failure, "stopped");
  EXPECT_TRUE(flying->sent);
}

TEST(HttpsWire, ResolvesLocalhost) {
  ScriptedServer server({{{http_answer("1")}}});
  boost::asio::io_context context;
  const auto client = make_client(context, options_for(server.base("localhost"))).value();
  const Exchange result = run(context, exchange(*client, a_clone()));
  ASSERT_TRUE(result.answer) << result.failure;
}

TEST(HttpsWire, SaysWhatCannotBeReached) {
  std::string base;
  {
    const ScriptedServer gone({});
    base = gone.base();
  }
  boost::asio::io_context context;
  const auto client = make_client(context, options_for(base)).value();
  const Result<Lease> lease = run(context, client->connect());
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, Errc::unreachable);
  EXPECT_NE(lease.error().message.find(base.substr(7)), std::string::npos) << lease.error().message;
  EXPECT_NE(lease.error().message.find("refused"), std::string::npos) << lease.error().message;
}

TEST(HttpsWire, KeepsToTheNumberOfConnections) {
  const Script busy(6, Act{http_answer("x")});
  ScriptedServer server({busy, busy});
  Options options = options_for(server.base());
  options.max_connections = 2;
  boost::asio::io_context context;
  const auto client = make_client(context, options).value();
  std::vector<std::optional<Exchange>> results(6);
  for (auto& result : results) start(context, exchange(*client, a_clone()), result);
  context.run();
  for (const auto& result : results) EXPECT_TRUE(result && result->answer);
  EXPECT_EQ(server.accepted(), 2);
}

async::Task<Exchange> asked(Reader& reader, Query query) {
  Result<Lease> lease = co_await reader.connect();
  Exchange result = co_await reader.ask(std::move(*lease), std::move(query));
  co_return result;
}

// Not even a query that says it is a write becomes one.
TEST(MakeReader, HasNoWayToWrite) {
  ScriptedServer server({{{http_answer("{}")}}});
  boost::asio::io_context context;
  const std::unique_ptr<Reader> reader = make_reader(context, options_for(server.base())).value();
  EXPECT_EQ(dynamic_cast<Client*>(reader.get()), nullptr);
  Query query{Endpoint::clone, "/v1/payment_methods", "acct_1", "2026-09-30.endive"};
  const Exchange result = run(context, asked(*reader, std::move(query)));
  ASSERT_TRUE(result.answer) << result.failure;
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].starts_with("GET /v1/payment_methods HTTP/1.1\r\n"));
  EXPECT_EQ(requests[0].find("Idempotency-Key"), std::string::npos);
}

TEST(MakeClient, RefusesWhatCannotWork) {
  boost::asio::io_context context;
  Options http = options_for("http://api.stripe.com");
  Options no_key = options_for("https://api.stripe.com");
  no_key.api_key = "";
  Options broken_key = options_for("https://api.stripe.com");
  broken_key.api_key = "sk_test_1\n";
  Options no_file = options_for("https://api.stripe.com");
  no_file.ca_file = "/nonexistent/ca.pem";
  Options no_certificate = options_for("https://api.stripe.com");
  no_certificate.ca_file = "/dev/null";
  for (const Options& options : {http, no_key, broken_key, no_file, no_certificate}) {
    const auto client = make_client(context, options);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Errc::usage);
    EXPECT_EQ(client.error().message.find("sk_test_1"), std::string::npos);
  }
  EXPECT_NE(make_client(context, no_file).error().message.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace payferry::stripe
