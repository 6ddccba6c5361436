#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "async/task.hpp"
#include "async/time.hpp"
#include "core/result.hpp"
#include "steer/request.hpp"

namespace payferry::steer {

// `who`, for the journal: "uid 1000".
using Handler = std::function<async::Task<Reply>(Request request, std::string who)>;

// Listens beside a ledger for its owner. Whoever serves must hold the ledger's lock: a socket that a killed
// run left is then replaced without a doubt. At most kMostClients speak at once; who comes then takes the
// place of the one that came first.
class SocketServer {
 public:
  static constexpr std::size_t kMostClients = 8;

  virtual ~SocketServer() = default;
  // Serves until stop(); returns when the last client is gone. Call it once, await it.
  virtual async::Task<void> run() = 0;
  // Hangs up, and takes the socket away.
  virtual void stop() = 0;
};

// Errors: io: the socket cannot be made.
Result<std::unique_ptr<SocketServer>> serve_socket(boost::asio::io_context& context, async::Time& time,
                                                   const std::filesystem::path& ledger, Handler handler);

}  // namespace payferry::steer
