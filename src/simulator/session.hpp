#pragma once

// Inside of the server; only its own .cpp files include this.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>

#include "simulator/server.hpp"

namespace payferry::simulator {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Task = asio::awaitable<void, Executor>;
inline constexpr auto token = asio::as_tuple(asio::use_awaitable_t<Executor>{});

struct Service {
  World& world;
  const ServerOptions& options;
};

// Answers requests on one connection until it ends.
Task serve_plain(Socket socket, Service& service);

class TlsContext;  // holds Asio's ssl::context, whose header only one file should pay for
std::shared_ptr<TlsContext> make_tls_context(const std::string& certificate_file,
                                             const std::string& key_file);
Task serve_tls(Socket socket, std::shared_ptr<TlsContext> tls, Service& service);

// The answer as bytes. `keep` is false if the connection ends after it; a truncated one stops in the middle
// of the body.
std::string on_the_wire(const Response& response, bool keep, bool truncated);

}  // namespace payferry::simulator
