#include "telemetry/admin_server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <exception>
#include <optional>
#include <set>

#include "async/accept_loop.hpp"
#include "telemetry/admin_pages.hpp"

namespace payferry::telemetry {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, async::Executor>;
using Socket = asio::basic_stream_socket<tcp, async::Executor>;
using Stream = beast::basic_stream<tcp, async::Executor>;

constexpr std::size_t kMaxConnections = 32;
constexpr std::uint32_t kMaxHeader = 8 * 1024;
constexpr std::uint64_t kMaxBody = 4 * 1024;
constexpr auto kDeadline = std::chrono::seconds(10);

std::optional<tcp::endpoint> endpoint_from(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string host(listen.substr(0, colon));
  const std::string_view digits = listen.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (wrong != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  error_code failed;
  const asio::ip::address address = asio::ip::make_address(host, failed);
  if (failed || address.is_v6() != bracketed) return std::nullopt;
  return tcp::endpoint(address, port);
}

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

error_code take_port(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code failed;
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  return failed;
}

class Server final : public AdminServer {
 public:
  Server(Acceptor acceptor, async::Time& time, AdminPages pages)
      : acceptor_(std::move(acceptor)),
        time_(time),
        alarm_(time.make_alarm()),
        pages_(std::move(pages)),
        address_(to_text(acceptor_.local_endpoint())) {}

  async::Task<void> run() override {
    auto take = [this](Socket socket) { open(std::move(socket)); };
    co_await async::accept_until(stopping_, acceptor_, time_, *alarm_, take);
    while (!streams_.empty()) co_await alarm_->wait_until(SteadyTime::max());
    if (thrown_) std::rethrow_exception(thrown_);
  }

  void stop() override {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (const std::shared_ptr<Stream>& stream : streams_) stream->close();
    alarm_->wake();
  }

  const std::string& address() const override { return address_; }

 private:
  void open(Socket socket) {
    if (streams_.size() >= kMaxConnections) return;
    const auto stream = std::make_shared<Stream>(std::move(socket));
    streams_.insert(stream);
    auto ended = [this, stream](std::exception_ptr thrown) {
      if (thrown && !thrown_) thrown_ = thrown;
      streams_.erase(stream);
      if (stopping_) alarm_->wake();
    };
    asio::co_spawn(acceptor_.get_executor(), serve(stream), std::move(ended));
  }

  async::Task<void> serve(std::shared_ptr<Stream> stream) {
    beast::flat_buffer buffer(2 * kMaxHeader);
    http::request_parser<http::string_body> parser;
    parser.header_limit(kMaxHeader);
    parser.body_limit(kMaxBody);
    stream->expires_after(kDeadline);
    error_code failed;
    co_await http::async_read_header(*stream, buffer, parser, asio::redirect_error(async::use_task, failed));
    const bool steers = !failed && may_steer(parser.get(), pages_);
    if (steers)
      co_await http::async_read(*stream, buffer, parser, asio::redirect_error(async::use_task, failed));
    std::optional<AdminResponse> response = answer(failed, parser);
    if (steers && !failed) {
      std::string body = parser.get().body();
      const AdminPages::Steered steered = co_await pages_.steer(std::move(body));
      response = steered_response(steered);
    }
    if (!response) co_return;
    co_await http::async_write(*stream, *response, asio::redirect_error(async::use_task, failed));
    stream->socket().shutdown(Socket::shutdown_send, failed);
  }

  // None where the other side is gone, or sent nothing in time.
  std::optional<AdminResponse> answer(error_code failed,
                                      const http::request_parser<http::string_body>& parser) const {
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
      return admin_refusal(http::status::request_header_fields_too_large);
    if (failed == http::error::body_limit) return admin_refusal(http::status::payload_too_large);
    if (failed == http::error::end_of_stream || failed == http::error::partial_message) return std::nullopt;
    if (failed.category() == http::make_error_code(http::error::bad_method).category() && failed)
      return admin_refusal(http::status::bad_request);
    if (failed) return std::nullopt;
    return admin_response(parser.get(), pages_);
  }

  Acceptor acceptor_;
  async::Time& time_;
  std::unique_ptr<async::Alarm> alarm_;  // ends a pause, and tells run() that a connection has ended
  AdminPages pages_;
  std::string address_;
  std::set<std::shared_ptr<Stream>> streams_;
  std::exception_ptr thrown_;
  bool stopping_ = false;
};

}  // namespace

bool is_loopback(const std::string& listen) {
  const std::optional<tcp::endpoint> endpoint = endpoint_from(listen);
  return endpoint && endpoint->address().is_loopback();
}

Result<std::unique_ptr<AdminServer>> start_admin_server(asio::io_context& context, async::Time& time,
                                                        const std::string& listen, AdminPages pages) {
  const std::optional<tcp::endpoint> endpoint = endpoint_from(listen);
  if (!endpoint)
    return make_error(Errc::io,
                      "metrics.listen: \"" + listen + "\" is not an IP address (or localhost) and a port");
  Acceptor acceptor(context.get_executor());
  if (const error_code failed = take_port(acceptor, *endpoint))
    return make_error(Errc::io, "metrics.listen: cannot listen on " + listen + ": " + failed.message());
  return std::unique_ptr<AdminServer>(std::make_unique<Server>(std::move(acceptor), time, std::move(pages)));
}

}  // namespace payferry::telemetry
