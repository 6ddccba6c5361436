// The one file that includes Beast over TLS.
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cerrno>
#include <vector>

#include "core/crash_point.hpp"
#include "stripe/answer_reader.hpp"
#include "stripe/tls.hpp"
#include "stripe/wire.hpp"

namespace payferry::stripe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

using Plain = beast::basic_stream<tcp, async::Executor>;
using Tls = asio::ssl::stream<Plain&>;
using Resolver = asio::ip::basic_resolver<tcp, async::Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, async::Executor>;

constexpr auto kToken = asio::as_tuple(async::use_task);
constexpr std::size_t kReadSize = 16 * 1024;

// What all connections of a client share.
struct Setup {
  async::Executor executor;
  ApiBase base;
  Options options;
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
  if (code == beast::error::timeout || code == asio::error::timed_out) return "timeout";
  if (begun) return "truncated";
  return code == asio::error::eof || code == asio::ssl::error::stream_truncated ? "closed" : "reset";
}

class HttpsWire final : public Wire {
 public:
  explicit HttpsWire(std::shared_ptr<Setup> setup) : setup_(std::move(setup)), stream_(setup_->executor) {}

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
    return tls_ ? carry_over(*tls_, bytes) : carry_over(stream_, bytes);
  }

  bool looks_alive() override {
    char byte;
    const auto got = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // What comes unasked is a goodbye, or an answer to nobody; only a TLS server still sends its session
    // tickets before the first request.
    if (got > 0) return tls_ && !carried_;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void abort() override {
    aborted_ = true;
    if (lookup_) lookup_->timer.cancel();
    stream_.close();
  }

 private:
  Error unreachable(const std::string& why) const {
    return make_error(Errc::unreachable, "no connection to " + setup_->base.host_and_port() + ": " + why +
                                             "; check the network, its firewall and stripe.api_base");
  }
  Error unreachable(const char* doing, const error_code& code) const {
    if (code == beast::error::timeout) return unreachable(std::string(doing) + " took too long");
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
    if (setup_->base.tls) return;
    std::erase_if(endpoints, [](const tcp::endpoint& e) { return !e.address().is_loopback(); });
  }

  // One address after the other. Each gets its share of the time that is left, so that one that never answers
  // (IPv6 into nowhere) does not use up all of it.
  async::Task<Result<void>> connect(const std::vector<tcp::endpoint>& endpoints) {
    const auto deadline = std::chrono::steady_clock::now() + setup_->options.connect_timeout;
    error_code last;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      const auto left = deadline - std::chrono::steady_clock::now();
      stream_.expires_after(left / static_cast<int>(endpoints.size() - i));
      const auto [code] = co_await stream_.async_connect(endpoints[i], kToken);
      if (aborted_) co_return unreachable("stopped");
      last = code;
      if (!code) {
        stream_.expires_never();
        error_code ignored;
        stream_.socket().set_option(tcp::no_delay(true), ignored);
        co_return Result<void>();
      }
      stream_.close();
    }
    co_return unreachable("connecting", last);
  }

  async::Task<Result<void>> shake_hands() {
    tls_.emplace(stream_, setup_->tls);
    if (!expect_peer(tls_->native_handle(), setup_->base))
      co_return make_error(Errc::internal, "OpenSSL cannot be told the host's name");
    stream_.expires_after(setup_->options.handshake_timeout);
    const auto [code] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kToken);
    stream_.expires_never();
    if (aborted_) co_return unreachable("stopped");
    if (code.category() == asio::error::get_ssl_category())
      co_return untrusted(tls_->native_handle(), setup_->base, code.message());
    if (code) co_return unreachable("the TLS handshake", code);
    co_return Result<void>();
  }

  template <class Stream>
  async::Task<Trip> carry_over(Stream& stream, const std::string& bytes) {
    Trip trip;
    if (aborted_) {
      trip.failure = "stopped";
      co_return trip;
    }
    trip.sent = true;
    stream_.expires_after(setup_->options.write_timeout);
    const auto request = asio::buffer(bytes);
    const auto [write_code, written] = co_await asio::async_write(stream, request, kToken);
    if (write_code) {
      trip.failure = failure_of(write_code, false);
      co_return trip;
    }
    crash_point("after the bytes of a request");
    // One deadline for the whole answer: a trickle of bytes does not prolong it.
    stream_.expires_after(setup_->options.read_timeout);
    AnswerReader reader(setup_->options.max_answer_bytes);
    while (!reader.is_done() && trip.failure.empty()) {
      const auto space = buffer_.prepare(kReadSize);
      const auto [code, got] = co_await stream.async_read_some(space, kToken);
      buffer_.commit(got);
      take(reader, code, trip);
    }
    if (!trip.failure.empty()) co_return trip;
    stream_.expires_never();
    trip.reusable = reader.keep_alive() && buffer_.size() == 0 && !aborted_;
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
  Plain stream_;
  std::optional<Tls> tls_;
  std::shared_ptr<Lookup> lookup_;
  beast::flat_buffer buffer_;
  bool aborted_ = false;
  bool carried_ = false;
};

}  // namespace

Result<WireFactory> make_wire_factory(asio::io_context& context, const Options& options,
                                      const ApiBase& base) {
  auto setup = std::make_shared<Setup>(Setup{context.get_executor(), base, options});
  if (base.tls) {
    const Result<void> ready = set_up_tls(setup->tls.native_handle(), options.ca_file);
    if (!ready) return ready.error();
  }
  return WireFactory([setup] { return std::make_unique<HttpsWire>(setup); });
}

}  // namespace payferry::stripe
