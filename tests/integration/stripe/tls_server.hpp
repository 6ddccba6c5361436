#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "certificates.hpp"

namespace payferry::stripe::testing {

struct TlsSetup {
  Identity identity;
  int max_version = TLS1_3_VERSION;
  std::vector<std::string> replies{};  // one a request; the connection is closed when they are used up
  bool says_goodbye = true;            // close_notify before the connection is closed
};

// A blocking HTTPS server for one connection after the other, on a port of its own.
class TlsServer {
 public:
  explicit TlsServer(TlsSetup setup);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string base(const std::string& host = "localhost") const;
  int accepted() const { return accepted_; }
  std::string server_name() const;  // what the last client asked for by SNI

 private:
  void accept_all();
  void serve(int socket);

  TlsSetup setup_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<int> current_{-1};
  mutable std::mutex mutex_;
  std::string server_name_;
  std::thread thread_;
};

}  // namespace payferry::stripe::testing
