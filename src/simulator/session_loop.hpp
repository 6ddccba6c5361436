#pragma once

// One connection, over TCP or TLS alike. Included by plain_session.cpp and tls_session.cpp alone: Beast is
// dear to compile.

#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "simulator/control.hpp"
#include "simulator/session.hpp"

namespace payferry::simulator {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using TcpStream = beast::basic_stream<asio::ip::tcp, Executor>;

inline Request to_request(http::request<http::string_body>&& message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message)
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  request.body = std::move(message.body());
  return request;
}

// The peer sees a reset, not an end of stream.
inline void reset(Socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

template <typename Stream>
class Session {
 public:
  Session(Stream& stream, Service& service)
      : stream_(stream), service_(service), timer_(beast::get_lowest_layer(stream).get_executor()) {}

  Task run() {
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(1 << 20);
      expect_request();
      const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, token);
      if (error) co_return;
      beast::get_lowest_layer(stream_).expires_never();
      keep_ = parser.get().keep_alive();
      const auto most = service_.options.requests_per_connection;
      if (most > 0 && ++served_ >= most) last_ = true;
      Request request = to_request(parser.release());
      const bool steering = request.target.rfind(control_prefix, 0) == 0;
      if (steering) {
        Delivery delivery{Wire::answer, control(service_.world, request)};
        co_await deliver(std::move(delivery));
      } else {
        co_await work(std::move(request));
      }
      if (ended_ || !keep_ || last_) co_return;
    }
  }

 private:
  Task work(Request request) {
    Pending pending = service_.world.begin(std::move(request));
    if (pending.early == Wire::reset) reset(socket());
    if (pending.delay.count() > 0) {
      timer_.expires_after(pending.delay);
      const auto [error] = co_await timer_.async_wait(token);
      if (error) co_return;
    }
    // Whether the client still listens makes no difference to what happens.
    Delivery delivery = service_.world.finish(pending);
    co_await deliver(std::move(delivery));
  }

  Task deliver(Delivery delivery) {
    if (delivery.wire == Wire::stall) {
      co_await wait_for_the_end();
      co_return;
    }
    ended_ = delivery.wire != Wire::answer;
    if (delivery.wire == Wire::reset) reset(socket());
    if (delivery.wire == Wire::reset || delivery.wire == Wire::close) co_return;
    const std::string bytes = on_the_wire(delivery.response, keep_, delivery.wire == Wire::truncate);
    const auto buffer = asio::buffer(bytes);
    const auto [error, size] = co_await asio::async_write(stream_, buffer, token);
    if (error) ended_ = true;
  }

  Task wait_for_the_end() {
    ended_ = true;
    char byte = 0;
    for (;;) {
      const auto buffer = asio::buffer(&byte, 1);
      const auto [error, size] = co_await stream_.async_read_some(buffer, token);
      if (error) co_return;
    }
  }

  void expect_request() {
    auto& lowest = beast::get_lowest_layer(stream_);
    const std::int64_t idle = service_.options.idle_timeout_ms;
    if (idle > 0) {
      lowest.expires_after(std::chrono::milliseconds(idle));
    } else {
      lowest.expires_never();
    }
  }

  Socket& socket() { return beast::get_lowest_layer(stream_).socket(); }

  Stream& stream_;
  Service& service_;
  Timer timer_;
  beast::flat_buffer buffer_;
  std::uint64_t served_ = 0;
  bool keep_ = true;    // the client wants more
  bool last_ = false;   // the server has had enough, and does not say so
  bool ended_ = false;  // nothing more can be said
};

}  // namespace payferry::simulator
