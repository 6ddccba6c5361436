#include "telemetry/admin_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <vector>

#include "support/run_task.hpp"

namespace payferry::telemetry {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, async::Executor>;

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() {
    pages_.metrics = [] { return std::string("payferry_items_read 1\n"); };
    pages_.healthy = [] { return true; };
    pages_.ready = [] { return true; };
    auto started = start_admin_server(context_, time_, "127.0.0.1:0", pages_);
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
    running_.emplace(context_, server_->run());
  }
  ~AdminServerTest() override { end(); }

  void end() {
    server_->stop();
    context_.restart();
    while (!running_->done() && context_.run_one() > 0) continue;
    EXPECT_TRUE(running_->done());
  }

  tcp::endpoint endpoint() const {
    const std::string& address = server_->address();
    const int port = std::stoi(address.substr(address.rfind(':') + 1));
    return tcp::endpoint(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port));
  }

  Socket connect() {
    Socket socket(context_.get_executor());
    socket.connect(endpoint());
    return socket;
  }

  // What comes back until the other side closes.
  async::Task<std::string> exchange(Socket& socket, std::string request) {
    boost::system::error_code failed;
    co_await asio::async_write(socket, asio::buffer(request), asio::redirect_error(async::use_task, failed));
    std::string answer;
    auto into = asio::dynamic_buffer(answer);
    co_await asio::async_read(socket, into, asio::redirect_error(async::use_task, failed));
    co_return answer;
  }

  std::string ask(const std::string& request) {
    Socket socket = connect();
    return test::run_task(context_, exchange(socket, request));
  }

  void settle() {
    context_.restart();
    for (int at = 0; at < 100; ++at) context_.poll();
  }

  asio::io_context context_{1};
  test::FakeTime time_{context_};
  AdminPages pages_;
  std::unique_ptr<AdminServer> server_;
  std::optional<test::Started<void>> running_;
};

TEST_F(AdminServerTest, serves_the_pages) {
  const std::string answer = ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\npayferry_items_read 1\n")) << answer;
  EXPECT_TRUE(ask("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\nok\n"));
}

TEST_F(AdminServerTest, serves_head_without_a_body) {
  const std::string answer = ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 22\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(AdminServerTest, refuses_what_it_cannot_read) {
  EXPECT_TRUE(ask("what is this\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(
      ask("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").starts_with("HTTP/1.1 405 "));
}

TEST_F(AdminServerTest, bounds_the_header) {
  const std::string request = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n";
  EXPECT_TRUE(ask(request).starts_with("HTTP/1.1 431 "));
}

TEST_F(AdminServerTest, a_client_that_goes_away_harms_nobody) {
  for (int at = 0; at < 3; ++at) connect();
  {
    Socket half = connect();
    asio::write(half, asio::buffer(std::string("GET /met")));
  }
  EXPECT_TRUE(ask("GET /healthz HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(AdminServerTest, serves_at_most_32_connections_at_once) {
  std::vector<Socket> idle;
  for (int at = 0; at < 32; ++at) idle.push_back(connect());
  settle();
  EXPECT_EQ(ask("GET /healthz HTTP/1.1\r\n\r\n"), "");
  idle.clear();
  settle();
  EXPECT_TRUE(ask("GET /healthz HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(AdminServerTest, stopping_ends_the_connections_that_are_open) {
  Socket idle = connect();
  settle();
  end();
  EXPECT_EQ(test::run_task(context_, exchange(idle, "GET /healthz HTTP/1.1\r\n\r\n")), "");
}

TEST_F(AdminServerTest, a_port_that_is_taken_is_an_error_that_names_it) {
  const auto second = start_admin_server(context_, time_, server_->address(), pages_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::io);
  EXPECT_NE(second.error().message.find(server_->address()), std::string::npos) << second.error().message;
}

TEST_F(AdminServerTest, an_address_is_an_ip_address_and_a_port) {
  for (const char* wrong : {"", "127.0.0.1", ":9464", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:9x",
                            "example.com:9464", "::1:9464", "[127.0.0.1]:9464", "127.0.0.1:-1"}) {
    const auto started = start_admin_server(context_, time_, wrong, pages_);
    ASSERT_FALSE(started) << wrong;
    EXPECT_EQ(started.error().code, Errc::io);
  }
  const auto started = start_admin_server(context_, time_, "localhost:0", pages_);
  ASSERT_TRUE(started);
  EXPECT_TRUE((*started)->address().starts_with("127.0.0.1:"));
}

}  // namespace
}  // namespace payferry::telemetry
