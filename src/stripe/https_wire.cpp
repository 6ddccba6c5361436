// The one file that includes Asio's TLS stream.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cerrno>
#include <vector>

#include "core/crash_point.hpp"
#include "stripe/answer_reader.hpp"
#include "stripe/deadlines.hpp"
#include "stripe/tls.hpp"
#include "stripe/wire.hpp"

namespace payferry::stripe {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

using Plain = asio::basic_stream_socket<tcp, async::Executor>;
using Tls = asio::ssl::stream<Plain&>;
using Resolver = asio::ip::basic_resolver<tcp, async::Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, async::Executor>;

constexpr auto kToken = asio::as_tuple(async::use_task);
constexpr std::size_t kReadSize = 16 * 1024;

// What all connections of a client share.
struct Setup {
  Setup(asio::io_context& context, const ApiBase& to, const Options& by)
      : executor(context.get_executor()),
        base(to),
        options(by),
        deadlines(std::make_shared<Deadlines>(executor)) {}
  async::Executor executor;
  ApiBase base;
  Options options;
  std::shared_ptr<Deadlines> deadlines;
  asio::ssl::context tls{asio::ssl::context::tls_client};
};

// A running getaddrinfo cannot be cancelled: it is left alone with this, and the wire waits on the timer
// only.
struct Lookup {
  explicit Lookup(const async::Executor& executor) : resolver(executor), timer(executor) {}
  Resolver resolver;
  Timer timer;
  bool done = false;
  error_code code;
  std::vector<tcp::endpoint> endpoints;
};

std::string failure_of(const error_code& code, bool begun) {
  if (code == asio::error::timed_out) return "timeout";
  if (begun) return "truncated";
  return code == asio::error::eof || code == asio::ssl::error::stream_truncated ? "closed" : "reset";
}

class HttpsWire final : public Wire {
 public:
  explicit HttpsWire(std::shared_ptr<Setup> setup)
      : setup_(std::move(setup)),
        socket_(setup_->executor),
        deadline_(setup_->deadlines, [this] { miss(); }) {}

  async::Task<Result<void>> open() override {
    if (aborted_) co_return unreachable("stopped");
    Result<std::vector<tcp::endpoint>> endpoints = co_await resolve();
    if (!endpoints) co_return endpoints.error();
    const Result<void> connected = co_await connect(*endpoints);
    if (!connected || !setup_->base.tls) co_return connected;
    co_return co_await shake_hands();
  }

  async::Task<Trip> carry(const std::string& bytes) override {
    carried_ = true;
    return tls_ ? carry_over(*tls_, bytes) : carry_over(socket_, bytes);
  }

  bool looks_alive() override {
    char byte;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // What comes unasked is a goodbye, or an answer to nobody; only a TLS server still sends its session
    // tickets before the first request.
    if (got > 0) return tls_ && !carried_;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void abort() override {
    aborted_ = true;
    if (lookup_) lookup_->timer.cancel();
    close();
  }

 private:
  void close() {
    deadline_.lift();
    error_code ignored;
    socket_.close(ignored);
  }

  void miss() {
    missed_ = true;
    close();
  }

  // What ended an operation: closing the socket is how a missed deadline ends one.
  error_code end_of(const error_code& code) const {
    return missed_ ? error_code(asio::error::timed_out) : code;
  }

  Error unreachable(const std::string& why) const {
    return make_error(Errc::unreachable, "no connection to " + setup_->base.host_and_port() + ": " + why +
                                             "; check the network, its firewall and stripe.api_base");
  }
  Error unreachable(const char* doing, const error_code& code) const {
    if (missed_) return unreachable(std::string(doing) + " took too long");
    return unreachable(std::string(doing) + " failed (" + code.message() + ")");
  }

  async::Task<Result<std::vector<tcp::endpoint>>> resolve() {
    error_code not_an_address;
    const auto address = asio::ip::make_address(setup_->base.host, not_an_address);
    if (!not_an_address) {
      const auto port = static_cast<unsigned short>(std::stoi(setup_->base.port));
      co_return std::vector<tcp::endpoint>{tcp::endpoint(address, port)};
    }
    const auto lookup = std::make_shared<Lookup>(setup_->executor);
    lookup_ = lookup;
    lookup->timer.expires_after(setup_->options.resolve_timeout);
    lookup->resolver.async_resolve(
        setup_->base.host, setup_->base.port, tcp::resolver::numeric_service,
        [lookup](const error_code& code, const tcp::resolver::results_type& found) {
          lookup->done = true;
          lookup->code = code;
          for (const auto& entry : found) lookup->endpoints.push_back(entry.endpoint());
          lookup->timer.cancel();
        });
    co_await lookup->timer.async_wait(kToken);
    lookup_.reset();
    if (aborted_) co_return unreachable("stopped");
    if (!lookup->done) co_return unreachable("looking up the name took too long");
    if (lookup->code) co_return unreachable("looking up the name", lookup->code);
    keep_allowed(lookup->endpoints);
    if (lookup->endpoints.empty()) co_return unreachable("the name has no usable address");
    co_return std::move(lookup->endpoints);
  }

  // "localhost" may have been made to point anywhere; a key in the clear must not follow.
  void keep_allowed(std::vector<tcp::endpoint>& endpoints) const {
    if (setup_->base.tls || setup_->base.clear_anywhere) return;
    std::erase_if(endpoints, [](const tcp::endpoint& e) { return !e.address().is_loopback(); });
  }

  // One address after the other. Each gets its share of the time that is left, so that one that never answers
  // (IPv6 into nowhere) does not use up all of it.
  async::Task<Result<void>> connect(const std::vector<tcp::endpoint>& endpoints) {
    const auto deadline = std::chrono::steady_clock::now() + setup_->options.connect_timeout;
    error_code last;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      const auto left = deadline - std::chrono::steady_clock::now();
      missed_ = false;
      deadline_.set(left / static_cast<int>(endpoints.size() - i));
      const auto [code] = co_await socket_.async_connect(endpoints[i], kToken);
      deadline_.lift();
      if (aborted_) co_return unreachable("stopped");
      last = end_of(code);
      error_code ignored;
      if (!last) {
        socket_.set_option(tcp::no_delay(true), ignored);
        socket_.non_blocking(true, ignored);
        co_return Result<void>();
      }
      close();
    }
    co_return unreachable("connecting", last);
  }

  async::Task<Result<void>> shake_hands() {
    tls_.emplace(socket_, setup_->tls);
    if (!expect_peer(tls_->native_handle(), setup_->base))
      co_return make_error(Errc::internal, "OpenSSL cannot be told the host's name");
    deadline_.set(setup_->options.handshake_timeout);
    const auto [shaken] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kToken);
    deadline_.lift();
    if (aborted_) co_return unreachable("stopped");
    const error_code code = end_of(shaken);
    if (code.category() == asio::error::get_ssl_category())
      co_return untrusted(tls_->native_handle(), setup_->base, code.message());
    if (code) co_return unreachable("the TLS handshake", code);
    co_return Result<void>();
  }

  // How much of the bytes the kernel takes without being waited for: as good as always all of them.
  static std::size_t write_at_once(Plain& socket, const std::string& bytes, error_code& failed) {
    const std::size_t written = socket.write_some(asio::buffer(bytes), failed);
    if (failed == asio::error::would_block || failed == asio::error::try_again) failed.clear();
    return written;
  }
  // A record that was written in part could not be taken up again.
  static std::size_t write_at_once(Tls&, const std::string&, error_code&) { return 0; }

  template <class Stream>
  async::Task<Trip> carry_over(Stream& stream, const std::string& bytes) {
    Trip trip;
    if (aborted_) {
      trip.failure = "stopped";
      co_return trip;
    }
    trip.sent = true;
    error_code failed;
    std::size_t written = write_at_once(stream, bytes, failed);
    if (!failed && written < bytes.size()) {
      deadline_.set(setup_->options.write_timeout);
      const auto rest = asio::buffer(bytes) + written;
      const auto [code, more] = co_await asio::async_write(stream, rest, kToken);
      failed = end_of(code);
      written += more;
    }
    if (failed) {
      trip.failure = failure_of(failed, false);
      close();
      co_return trip;
    }
    crash_point("after the bytes of a request");
    // One deadline for the whole answer: a trickle of bytes does not prolong it.
    deadline_.set(setup_->options.read_timeout);
    AnswerReader reader(setup_->options.max_answer_bytes);
    while (!reader.is_done() && trip.failure.empty()) {
      const auto space = buffer_.prepare(kReadSize);
      const auto [code, got] = co_await stream.async_read_some(space, kToken);
      buffer_.commit(got);
      take(reader, end_of(code), trip);
    }
    deadline_.lift();
    if (!trip.failure.empty()) co_return trip;
    trip.reusable = reader.keep_alive() && buffer_.size() == 0 && !aborted_ && !missed_;
    trip.answer = reader.release();
    co_return trip;
  }
  void take(AnswerReader& reader, const error_code& code, Trip& trip) {
    trip.begun = trip.begun || buffer_.size() > 0;
    const auto bytes = buffer_.data();
    const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
    if (!reader.is_done()) buffer_.consume(reader.take(text));
    // An answer without a length ends with the connection, if the end is an orderly one.
    if (code == asio::error::eof && trip.begun) reader.end();
    if (reader.is_done()) return;
    trip.failure = reader.failure();
    if (trip.failure.empty() && code) trip.failure = failure_of(code, trip.begun);
  }

  std::shared_ptr<Setup> setup_;
  Plain socket_;
  std::optional<Tls> tls_;
  std::shared_ptr<Lookup> lookup_;
  boost::beast::flat_buffer buffer_;
  Deadline deadline_;
  bool missed_ = false;  // a deadline, for which the socket was closed
  bool aborted_ = false;
  bool carried_ = false;
};

}  // namespace

Result<WireFactory> make_wire_factory(asio::io_context& context, const Options& options,
                                      const ApiBase& base) {
  auto setup = std::make_shared<Setup>(context, base, options);
  if (base.tls) {
    const Result<void> ready = set_up_tls(setup->tls.native_handle(), options.ca_file);
    if (!ready) return ready.error();
  }
  return WireFactory([setup] { return std::make_unique<HttpsWire>(setup); });
}

}  // namespace payferry::stripe
