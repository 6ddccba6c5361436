#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "core/result.hpp"
#include "core/words.hpp"

// Requests to Stripe's API over pooled, verified TLS connections (or plain HTTP to a loopback address).
namespace payferry::stripe {

// A read. There is no place in it for anything that could change something at Stripe: it goes out as a GET.
struct Query {
  Endpoint endpoint = Endpoint::get_own_account;  // how the answer is to be judged
  std::string path;                               // with the query, begins with /v1/
  std::string account;                            // Stripe-Account; empty: the platform itself
  std::string api_version;                        // Stripe-Version
};

// A write.
struct Request {
  Endpoint endpoint = Endpoint::clone;
  std::string path;             // begins with /v1/
  std::string account;          // Stripe-Account
  std::string idempotency_key;  // of this very work
  std::string body;             // form-encoded
  std::string api_version;      // Stripe-Version
};

// What came back, uninterpreted.
struct Answer {
  int status = 0;
  std::string body;
  std::string request_id;
  std::string rate_limited_reason;  // Stripe-Rate-Limited-Reason
  std::string should_retry;         // Stripe-Should-Retry: "true", "false" or empty
  std::string retry_after;
  std::string date;
  bool replayed = false;  // Idempotent-Replayed: true
};

// One request and how it ended.
struct Exchange {
  std::optional<Answer> answer;
  // Why there is none: timeout (no whole answer in time) | closed (the other side ended the connection before
  // one byte of an answer) | reset (it did so hard, or no fresh connection could be had for the repetition) |
  // truncated (it did so within the answer) | too_large | malformed (not HTTP) | stopped (by abort()) |
  // invalid_request (a part of it cannot be written; a bug of the caller) | internal.
  std::string failure;
  bool sent = false;  // false: certainly not one byte was handed to the network
  int sends = 0;  // 2: a connection kept alive had been closed by the other side, and a fresh one was used
  std::chrono::nanoseconds latency{0};
};

struct Options {
  std::string api_base;  // scheme://host[:port]
  std::string api_key;
  std::string ca_file;               // empty: the system's trust store
  std::size_t max_connections = 64;  // further callers of connect() wait in turn
  std::chrono::milliseconds resolve_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000};  // over all addresses of the name
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds write_timeout{20'000};
  std::chrono::milliseconds read_timeout{30'000};  // from the last byte sent to the last byte of the answer
  std::chrono::milliseconds idle_timeout{
      30'000};  // a connection that lay unused for longer is not used again
  std::size_t max_answer_bytes = 4 * 1024 * 1024;
};

// A connection that is ready to carry one request: taken before the intent is committed, so that nothing slow
// lies between the commit and the write. Goes back to the pool, or is closed, when it is given to ask() or
// send(), or dropped.
class Connection {
 public:
  virtual ~Connection() = default;
};
using Lease = std::unique_ptr<Connection>;

// One thread uses a client and its leases: the one that runs its io_context, which must outlive both. The
// client's destructor does what abort() does; leases may outlive it.
//
// What only looks takes a Reader: it has no way to write, whatever is asked of it.
class Reader {
 public:
  virtual ~Reader() = default;

  // A live connection, from the pool or new. Errors: unreachable, untrusted, stopped; internal, when
  // thousands wait for a connection or memory has run out.
  virtual async::Task<Result<Lease>> connect() = 0;

  // Asks once. Where a pooled connection turns out to have been closed before one byte of an answer came,
  // sends the same bytes once more over a fresh one. Never fails: what happened is in the exchange.
  virtual async::Task<Exchange> ask(Lease lease, Query query) = 0;

  // Ends everything in flight now; what was in flight and all later calls answer `stopped`.
  virtual void abort() = 0;
};

class Client : public Reader {
 public:
  // A live connection that is at hand; null: connect() would wait for one, or make it.
  virtual Lease take_idle() = 0;
  // Like ask(), of a write.
  virtual async::Task<Exchange> send(Lease lease, Request request) = 0;
};

// Error: usage, for an api_base that is no URL or is http:// towards another host than loopback, a key that
// cannot stand in a header, or a CA file that cannot be read.
Result<std::unique_ptr<Client>> make_client(boost::asio::io_context& context, Options options);
// The same without a write: what is made here is no Client.
Result<std::unique_ptr<Reader>> make_reader(boost::asio::io_context& context, Options options);

}  // namespace payferry::stripe
