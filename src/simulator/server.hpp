#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "simulator/world.hpp"

namespace payferry::simulator {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                // 0: a free one
  std::string tls_certificate, tls_key;  // PEM files; both or none
  // The server closes a connection after so many answers, or after so long without a request, as it likes: 0
  // never.
  std::uint64_t requests_per_connection = 0;
  std::int64_t idle_timeout_ms = 0;
};

// A World behind HTTP/1.1 on a thread of its own. Adds latency and the faults of a connection, nothing else.
// One thread at a time may call it.
class Server {
 public:
  // Listens from here on; throws std::runtime_error if the address or the certificate cannot be used.
  Server(ServerOptions options, std::unique_ptr<World> world);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::string url() const;  // http://127.0.0.1:12112

  void start();
  // At once, as if the machine had died: what is being worked on has no effect and no answer. For good.
  void stop();

  // Runs `what` on the server's thread and waits for it; never call it from there.
  void with_world(const std::function<void(World&)>& what);
  std::string report_json();  // the body of GET /_simulator/report

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace payferry::simulator
