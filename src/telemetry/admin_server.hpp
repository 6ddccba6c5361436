#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "async/task.hpp"
#include "async/time.hpp"
#include "core/result.hpp"
#include "telemetry/page_access.hpp"

namespace payferry::telemetry {

// What the pages say; called on the context's thread for each request.
struct AdminPages {
  std::function<std::string()> metrics;
  std::function<bool()> healthy;  // /healthz: this process does its work
  std::function<bool()> ready;    // /readyz: the run may send

  // An answer in JSON, with its HTTP status.
  struct Steered {
    unsigned status = 200;
    std::string body;
  };
  std::function<std::string()> snapshot;                        // /snapshot.json
  std::function<async::Task<Steered>(std::string body)> steer;  // POST /steer
  PageAccess access{"", false, ""};
};

// A small HTTP server for scrapers, probes and the live page: GET and HEAD of /metrics, /healthz and /readyz,
// which tell nothing of anybody and are open to whoever reaches the port; GET of the page, its files and
// /snapshot.json, and POST of /login and /steer, for whom `access` lets. No TLS. Everything a client can make
// it hold is bounded: 32 connections, 8 KiB of header, 4 KiB of body, 10 s for a connection, one request
// each.
class AdminServer {
 public:
  virtual ~AdminServer() = default;

  // Serves until stop(); returns when the last connection has ended. Call it once, await it.
  virtual async::Task<void> run() = 0;
  // Ends every connection now. Does not wait: run() does.
  virtual void stop() = 0;
  // Where it listens, as host:port with the port that was really taken.
  virtual const std::string& address() const = 0;
};

// Whether only this machine can reach what listens there.
bool is_loopback(const std::string& listen);

// Takes the port. `listen` is host:port, where host is an IP address (IPv6 in brackets) or localhost, and
// port 0 is any free one. Error: io, with a text that names the address and why.
Result<std::unique_ptr<AdminServer>> start_admin_server(boost::asio::io_context& context, async::Time& time,
                                                        const std::string& listen, AdminPages pages);

}  // namespace payferry::telemetry
