#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "core/result.hpp"
#include "stripe/api_base.hpp"
#include "stripe/client.hpp"

// One connection, without any notion of pools or of sending twice. Behind an interface so that the file that
// costs a minute to compile holds nothing else.
namespace payferry::stripe {

// How one sending ended.
struct Trip {
  std::optional<Answer> answer;
  std::string failure;    // why there is none
  bool sent = false;      // something may have been handed to the network
  bool begun = false;     // one byte of an answer has come
  bool reusable = false;  // the connection can carry another request

  // Ended by the other side before it answered anything: the usual end of a connection that lay idle too
  // long.
  bool is_stale() const { return !answer && !begun && (failure == "closed" || failure == "reset"); }
};

// Carries one request at a time. Destroying it closes the connection.
class Wire {
 public:
  virtual ~Wire() = default;
  // Errors: unreachable, untrusted.
  virtual async::Task<Result<void>> open() = 0;
  // `bytes` must stay where they are until the trip has ended.
  virtual async::Task<Trip> carry(const std::string& bytes) = 0;
  // False: the other side is known to have closed it. Does not wait.
  virtual bool looks_alive() = 0;
  // Ends open() or carry() now; they fail.
  virtual void abort() = 0;
};

using WireFactory = std::function<std::unique_ptr<Wire>()>;

// Error: usage, for a CA file that cannot be read.
Result<WireFactory> make_wire_factory(boost::asio::io_context& context, const Options& options,
                                      const ApiBase& base);

// The client over any wires: pooling, waiting, and the one repetition over a fresh connection.
std::unique_ptr<Client> make_pooled_client(boost::asio::io_context& context, const Options& options,
                                           const ApiBase& base, WireFactory make_wire);

}  // namespace payferry::stripe
