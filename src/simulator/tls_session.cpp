// The one translation unit here that pays for Beast over TLS.
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "simulator/session_loop.hpp"

namespace payferry::simulator {

class TlsContext {
 public:
  TlsContext(const std::string& certificate_file, const std::string& key_file)
      : context(asio::ssl::context::tls_server) {
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1);
    context.use_certificate_chain_file(certificate_file);
    context.use_private_key_file(key_file, asio::ssl::context::pem);
  }

  asio::ssl::context context;
};

std::shared_ptr<TlsContext> make_tls_context(const std::string& certificate_file,
                                             const std::string& key_file) {
  return std::make_shared<TlsContext>(certificate_file, key_file);
}

Task serve_tls(Socket socket, std::shared_ptr<TlsContext> tls, Service& service) {
  using Stream = beast::ssl_stream<TcpStream>;
  TcpStream tcp(std::move(socket));
  Stream stream(std::move(tcp), tls->context);
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, token);
  if (error) co_return;
  Session<Stream> session(stream, service);
  co_await session.run();
}

}  // namespace payferry::simulator
