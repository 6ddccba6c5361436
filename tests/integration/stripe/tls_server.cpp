#include "tls_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace payferry::stripe::testing {
namespace {

// Until the end of the body that the client under test sends.
bool read_request(SSL* ssl) {
  std::string request;
  while (!request.ends_with("payment_method=pm_1")) {
    char bytes[4096];
    const int got = SSL_read(ssl, bytes, sizeof bytes);
    if (got <= 0) return false;
    request.append(bytes, static_cast<std::size_t>(got));
  }
  return true;
}

}  // namespace

TlsServer::TlsServer(TlsSetup setup) : setup_(std::move(setup)) {
  std::signal(SIGPIPE, SIG_IGN);
  context_ = SSL_CTX_new(TLS_server_method());
  // Old versions are refused by the default security level; here the client has to refuse them.
  SSL_CTX_set_security_level(context_, 0);
  SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_, setup_.max_version);
  SSL_CTX_use_certificate(context_, setup_.identity.certificate.get());
  SSL_CTX_use_PrivateKey(context_, setup_.identity.key.get());
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("no listening socket");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

TlsServer::~TlsServer() {
  ::shutdown(listener_, SHUT_RDWR);
  const int current = current_;
  if (current >= 0) ::shutdown(current, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  SSL_CTX_free(context_);
}

std::string TlsServer::base(const std::string& host) const {
  return "https://" + host + ":" + std::to_string(port_);
}

std::string TlsServer::server_name() const {
  const std::lock_guard lock(mutex_);
  return server_name_;
}

void TlsServer::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++accepted_;
    current_ = socket;
    serve(socket);
    current_ = -1;
    ::close(socket);
  }
}

void TlsServer::serve(int socket) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_), SSL_free);
  SSL_set_fd(ssl.get(), socket);
  if (SSL_accept(ssl.get()) != 1) return;
  if (const char* name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name)) {
    const std::lock_guard lock(mutex_);
    server_name_ = name;
  }
  for (const std::string& reply : setup_.replies) {
    if (!read_request(ssl.get())) return;
    SSL_write(ssl.get(), reply.data(), static_cast<int>(reply.size()));
  }
  if (setup_.says_goodbye) SSL_shutdown(ssl.get());
}

}  // namespace payferry::stripe::testing
