// The shell over real sockets; the rules are tested on the world alone.
#include "simulator/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::unique_ptr<World> make_world(WorldOptions options = SmallWorld::defaults()) {
  auto world = std::make_unique<World>(std::move(options));
  world->store().add_account("acct_A");
  return world;
}

void add_fault(Server& server, const std::string& text) {
  server.with_world([&](World& world) { world.faults().add(std::get<FaultRule>(parse_fault_json(text))); });
}

struct Client {
  asio::io_context io;
  asio::ip::tcp::socket socket{io};
  asio::streambuf buffer;

  explicit Client(const Server& server) {
    socket.connect({asio::ip::make_address("127.0.0.1"), server.port()});
  }

  void send(const std::string& method, const std::string& target, const std::string& body = {},
            const std::string& more = {}) {
    const std::string text = method + " " + target +
                             " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_0123456789\r\n" +
                             "Stripe-Account: acct_A\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
                             more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    asio::write(socket, asio::buffer(text));
  }

  // Status line, headers and body, or as much as came before the error.
  std::string receive(error_code& error) {
    std::size_t head = asio::read_until(socket, buffer, "\r\n\r\n", error);
    if (error) return text();
    const std::string headers = text().substr(0, head);
    const auto length =
        static_cast<std::size_t>(std::atoi(headers.c_str() + headers.find("Content-Length: ") + 16));
    if (buffer.size() < head + length)
      asio::read(socket, buffer, asio::transfer_exactly(head + length - buffer.size()), error);
    const std::string out = text().substr(0, head + length);
    buffer.consume(out.size());
    return out;
  }

  std::string text() const {
    const auto data = buffer.data();
    return {asio::buffers_begin(data), asio::buffers_end(data)};
  }

  std::string ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    send(method, target, body);
    error_code error;
    const std::string answer = receive(error);
    EXPECT_FALSE(error) << error.message();
    return answer;
  }
};

TEST(Server, AnswersManyRequestsOnOneConnection) {
  Server server({}, make_world());
  server.start();
  Client client(server);
  EXPECT_EQ(client.ask("GET", "/v1/account").substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_NE(client.ask("POST", "/v1/customers", "name=Ada").find("\"name\":\"Ada\""), std::string::npos);
  EXPECT_EQ(client.ask("GET", "/v1/nothing").substr(0, 12), "HTTP/1.1 404");
  EXPECT_NE(client.ask("GET", "/_simulator/report").find("\"total\":3"), std::string::npos);
  EXPECT_EQ(at(server.report_json(), "requests.total"), "3");
}

TEST(Server, ServesConnectionsSideBySide) {
  Server server({}, make_world());
  server.start();
  Client one(server), two(server);
  add_fault(server, R"({"kind":"stall"})");
  one.send("GET", "/v1/account");
  // One is never answered; two does not have to wait for it.
  while (at(server.report_json(), "faults.stall") != "1") {
  }
  EXPECT_EQ(two.ask("GET", "/v1/account").substr(0, 12), "HTTP/1.1 200");
}

TEST(Server, ResetsConnections) {
  for (const char* kind : {"reset_before", "reset_after", "late"}) {
    Server server({}, make_world());
    server.start();
    Client client(server);
    add_fault(server, std::string(R"({"kind":")") + kind + R"(","ms":1})");
    client.send("POST", "/v1/customers", "name=Ada");
    error_code error;
    EXPECT_EQ(client.receive(error), "") << kind;
    EXPECT_EQ(error, asio::error::connection_reset) << kind;
    const bool effect = std::string(kind) != "reset_before";
    while (effect && at(server.report_json(), "writes.create_customer") != "1") {
    }
    EXPECT_EQ(at(server.report_json(), "writes.create_customer"), effect ? "1" : "absent") << kind;
  }
}

TEST(Server, ClosesWithoutAnAnswer) {
  Server server({}, make_world());
  server.start();
  Client client(server);
  add_fault(server, R"({"kind":"close_after"})");
  client.send("POST", "/v1/customers", "name=Ada");
  error_code error;
  EXPECT_EQ(client.receive(error), "");
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_EQ(at(server.report_json(), "writes.create_customer"), "1");
}

TEST(Server, TruncatesInTheMiddleOfTheBody) {
  Server server({}, make_world());
  server.start();
  Client client(server);
  add_fault(server, R"({"kind":"truncated"})");
  client.send("POST", "/v1/customers", "name=Ada");
  error_code error;
  const std::string part = client.receive(error);
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_EQ(part.substr(0, 12), "HTTP/1.1 200");
  EXPECT_NE(part.find("\"object\":\"customer\""), std::string::npos);
  EXPECT_EQ(part.find("test_clock"), std::string::npos);
}

TEST(Server, ARequestTakesEffectThoughItsClientIsGone) {
  WorldOptions options = SmallWorld::defaults();
  options.latency_ms = 5;
  Server server({}, make_world(options));
  server.start();
  {
    Client client(server);
    client.send("POST", "/v1/customers", "name=Ada");
  }
  while (at(server.report_json(), "writes.create_customer") != "1") {
  }
}

TEST(Server, DropsAConnectionAfterSoManyAnswers) {
  ServerOptions options;
  options.requests_per_connection = 2;
  Server server(options, make_world());
  server.start();
  Client client(server);
  client.ask("GET", "/v1/account");
  const std::string last = client.ask("GET", "/v1/account");
  EXPECT_EQ(last.find("Connection: close"), std::string::npos);
  error_code error;
  EXPECT_EQ(client.receive(error), "");
  EXPECT_EQ(error, asio::error::eof);
}

TEST(Server, DropsAnIdleConnection) {
  ServerOptions options;
  options.idle_timeout_ms = 1;
  Server server(options, make_world());
  server.start();
  Client client(server);
  error_code error;
  EXPECT_EQ(client.receive(error), "");
  EXPECT_TRUE(error == asio::error::eof || error == asio::error::connection_reset) << error.message();
}

TEST(Server, StopsWithRequestsInFlight) {
  WorldOptions options = SmallWorld::defaults();
  options.latency_ms = 3'600'000;
  Server server({}, make_world(options));
  server.start();
  Client client(server);
  client.send("POST", "/v1/customers", "name=Ada");
  while (at(server.report_json(), "requests.total") != "1") {
  }
  server.stop();
  EXPECT_EQ(at(server.report_json(), "writes.create_customer"), "absent");
}

TEST(Server, RefusesAPortThatIsTaken) {
  Server server({}, make_world());
  ServerOptions options;
  options.port = server.port();
  EXPECT_THROW(Server(options, make_world()), std::runtime_error);
}

}  // namespace
}  // namespace payferry::simulator
