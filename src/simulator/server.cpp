#include "simulator/server.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>
#include <thread>

#include "simulator/session.hpp"

namespace payferry::simulator {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 409:
      return "Conflict";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

Acceptor listen(asio::io_context& io, const ServerOptions& options) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.host, error);
  if (error) throw std::runtime_error(fmt::format("{} is no address", options.host));
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  Acceptor acceptor(io.get_executor());
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    throw std::runtime_error(
        fmt::format("cannot listen on {}:{}: {}", options.host, options.port, error.message()));
  return acceptor;
}

}  // namespace

std::string on_the_wire(const Response& response, bool keep, bool truncated) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\nServer: payferry-simulator\r\nContent-Length: {}\r\n",
                                response.status, reason_of(response.status), response.body.size());
  if (!keep) out += "Connection: close\r\n";
  for (const auto& [name, value] : response.headers)
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
  out += "\r\n";
  return out.append(response.body, 0, truncated ? response.body.size() / 2 : std::string::npos);
}

struct Server::Impl {
  ServerOptions options;
  std::unique_ptr<World> world;
  std::shared_ptr<TlsContext> tls;
  // Destroyed before what its coroutines refer to: they end with it.
  asio::io_context io{1};
  Acceptor acceptor;
  Service service;
  std::uint16_t port = 0;
  std::thread thread;
  bool stopped = false;

  Impl(ServerOptions given, std::unique_ptr<World> owned)
      : options(std::move(given)),
        world(std::move(owned)),
        acceptor(listen(io, options)),
        service{*world, options} {
    port = acceptor.local_endpoint().port();
    if (options.tls_certificate.empty() != options.tls_key.empty()) {
      throw std::runtime_error("TLS needs both a certificate and a key");
    }
    if (options.tls_certificate.empty()) return;
    try {
      tls = make_tls_context(options.tls_certificate, options.tls_key);
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("the TLS certificate or key cannot be used: {}", error.what()));
    }
  }

  Task accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(token);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {  // out of descriptors, most likely: some connection has to end first
        Timer pause(io.get_executor(), std::chrono::milliseconds(20));
        co_await pause.async_wait(token);
        continue;
      }
      boost::system::error_code ignored;
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      auto session =
          tls ? serve_tls(std::move(socket), tls, service) : serve_plain(std::move(socket), service);
      // A connection that fails takes only itself away. Owned by the io_context, which ends it.
      asio::co_spawn(io.get_executor(), std::move(session), asio::detached);
    }
  }
};

Server::Server(ServerOptions options, std::unique_ptr<World> world)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(world))) {}

Server::~Server() {
  stop();
}

std::uint16_t Server::port() const {
  return impl_->port;
}

std::string Server::url() const {
  const bool v6 = impl_->options.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", impl_->tls ? "https" : "http", v6 ? "[" : "", impl_->options.host,
                     v6 ? "]" : "", impl_->port);
}

void Server::start() {
  asio::co_spawn(impl_->io.get_executor(), impl_->accept(), asio::detached);
  impl_->thread = std::thread([this] { impl_->io.run(); });
}

void Server::stop() {
  impl_->stopped = true;
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void Server::with_world(const std::function<void(World&)>& what) {
  if (impl_->stopped || !impl_->thread.joinable()) return what(*impl_->world);
  std::promise<void> done;
  asio::post(impl_->io, [&] {
    what(*impl_->world);
    done.set_value();
  });
  done.get_future().wait();
}

std::string Server::report_json() {
  std::string out;
  with_world([&](World& world) { out = report_body(world.store(), world.counters()); });
  return out;
}

}  // namespace payferry::simulator
