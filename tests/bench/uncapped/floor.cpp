// The floor under the bench: what an item's two requests cost on Boost.Asio, Boost.Beast and RapidJSON alone.
// One thread, 64 connections that are kept, the same bytes on the wire as Payferry's; no limits, no retries,
// no input, and nothing of src/. Of two ways to use a library this takes the cheaper one, where an honest
// client could: an answer may come in pieces, and must be 200 and whole.
//
//   bench_floor HOST PORT ITEMS [CA_FILE] [--ledger FILE | --requests FILE | --journal FILE]
//
// With a CA file over TLS. With a ledger, an item has a row in SQLite, and what is known of it is durable
// before the next step; or also one for its link and one for each request, which is durable before it is
// sent; or these are made later and once of a journal, a row of which is durable instead.
#include <openssl/ssl.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "floor_answer.hpp"
#include "floor_ledger.hpp"

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Plain = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using Tls = asio::ssl::stream<Plain>;

constexpr int kConnections = 64;
constexpr std::size_t kReadSize = 16 * 1024;

// What all connections share.
struct Bench {
  std::string head;  // what stands in every request, from the version of HTTP on
  std::int64_t items = 0, taken = 0, moved = 0;
  std::optional<FloorLedger> ledger;
};

std::string padded(const char* prefix, int width, std::int64_t number) {
  std::string digits = std::to_string(number);
  return prefix + std::string(static_cast<std::size_t>(width) - digits.size(), '0') + digits;
}

// One connection and the item that it moves. Moves the next one when that is done.
template <class Stream>
class Mover {
 public:
  Mover(Bench& bench, Stream stream) : bench_(bench), stream_(std::move(stream)) {}

  void take_item() {
    if (bench_.taken == bench_.items) return;
    id_ = ++bench_.taken;
    creating_ = false;
    account_ = padded("acct_", 16, id_ % 3);
    customer_ = padded("cus_", 14, id_);
    payment_method_ = padded("pm_", 24, id_);
    if (bench_.ledger) bench_.ledger->insert(id_, account_, customer_, payment_method_);
    ask();
  }

  // The request that the item waits for, if it does: everything before it is durable.
  void go_on() {
    if (!asks_) return;
    asks_ = false;
    send(stream_);
  }

 private:
  std::int64_t number() const { return 2 * id_ + creating_; }  // of its request

  void ask() {
    key_ = padded("payferry-", 64, number());
    write_request();
    if (bench_.ledger) bench_.ledger->intend(number(), key_, body_);
    asks_ = true;
  }
  void write_request() {
    body_.clear();
    if (creating_)
      body_.append("payment_method=").append(answer_id_).append("&metadata[payferry_source_customer]=");
    else
      body_.append("payment_method=").append(payment_method_).append("&customer=");
    body_.append(customer_);
    request_ = creating_ ? "POST /v1/customers" : "POST /v1/payment_methods";
    request_.append(bench_.head).append(account_);
    request_.append("\r\nIdempotency-Key: ").append(key_);
    request_.append("\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
    request_.append(std::to_string(body_.size())).append("\r\n\r\n").append(body_);
  }

  // The kernel takes a request at once, as good as always.
  void send(Plain& socket) {
    error_code code;
    const std::size_t sent = socket.write_some(asio::buffer(request_), code);
    if (!code && sent == request_.size()) return receive();
    check(code == asio::error::would_block ? error_code() : code);
    send_rest(sent);
  }
  void send(Tls&) { send_rest(0); }
  void send_rest(std::size_t sent) {
    asio::async_write(stream_, asio::buffer(request_) + sent, [this](const error_code& code, std::size_t) {
      check(code);
      receive();
    });
  }

  void receive() {
    parser_.emplace(body_);
    read_some();
  }
  void read_some() {
    stream_.async_read_some(buffer_.prepare(kReadSize), [this](const error_code& code, std::size_t size) {
      check(code);
      buffer_.commit(size);
      take_bytes();
    });
  }
  void take_bytes() {
    error_code code;
    buffer_.consume(parser_->put(buffer_.data(), code));
    if (code != http::error::need_more) check(code);
    if (!parser_->is_done()) return read_some();
    check(parser_->keep_alive() && buffer_.size() == 0, "an answer is not what was asked for");
    take_answer();
  }

  void take_answer() {
    rapidjson::InsituStringStream text(body_.data());
    IdReader handler(answer_id_);
    const bool good = !reader_.Parse<rapidjson::kParseInsituFlag>(text, handler).IsError();
    check(good && !answer_id_.empty(), "an answer has no id");
    if (creating_) {
      if (bench_.ledger) bench_.ledger->created(id_, number(), answer_id_);
      ++bench_.moved;
      take_item();
    } else {
      if (bench_.ledger) bench_.ledger->cloned(id_, number(), answer_id_);
      creating_ = true;
      ask();
    }
    if (!bench_.ledger) go_on();
  }

  Bench& bench_;
  Stream stream_;
  std::int64_t id_ = 0;
  std::string account_, customer_, payment_method_, key_, request_, body_, answer_id_;
  bool creating_ = false, asks_ = false;
  boost::beast::flat_buffer buffer_;
  std::optional<AnswerParser> parser_;
  rapidjson::Reader reader_;
};

std::string head_for(const std::string& host) {
  return " HTTP/1.1\r\nHost: " + host +
         "\r\nAuthorization: Bearer sk_test_51UncappedBench00\r\n"
         "User-Agent: Payferry/0.1.0 (bulk cloning of payment methods)\r\n"
         "Accept: application/json\r\nConnection: keep-alive\r\n"
         "Stripe-Version: 2026-09-30.endive\r\nStripe-Account: ";
}

asio::ssl::context make_tls(const char* ca_file) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_verify_mode(asio::ssl::verify_peer);
  tls.load_verify_file(ca_file);
  return tls;
}

Plain connected(asio::io_context& io, const tcp::endpoint& server) {
  Plain socket(io.get_executor());
  socket.connect(server);
  socket.set_option(tcp::no_delay(true));
  return socket;
}

// With a ledger, everything that is ready is one commit.
template <class Stream>
void move_all(asio::io_context& io, Bench& bench, std::vector<std::unique_ptr<Mover<Stream>>>& movers) {
  for (const auto& mover : movers) mover->take_item();
  if (!bench.ledger) {
    for (const auto& mover : movers) mover->go_on();
    io.run();
    return;
  }
  const auto guard = asio::make_work_guard(io);
  for (;;) {
    bench.ledger->commit();
    if (bench.moved == bench.items) return;
    for (const auto& mover : movers) mover->go_on();
    io.run_one();
    io.poll();
  }
}

void run(Bench& bench, const char* host, const char* port, const char* ca_file) {
  // Without locks: there is one thread.
  asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  const tcp::endpoint server(asio::ip::make_address(host), static_cast<std::uint16_t>(std::atoi(port)));
  bench.head = head_for(std::string(host) + ':' + port);
  if (!ca_file) {
    std::vector<std::unique_ptr<Mover<Plain>>> movers;
    for (int i = 0; i < kConnections; ++i) {
      Plain socket = connected(io, server);
      socket.non_blocking(true);
      movers.push_back(std::make_unique<Mover<Plain>>(bench, std::move(socket)));
    }
    return move_all(io, bench, movers);
  }
  asio::ssl::context tls = make_tls(ca_file);
  std::vector<std::unique_ptr<Mover<Tls>>> movers;
  for (int i = 0; i < kConnections; ++i) {
    Tls stream(connected(io, server), tls);
    check(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream.native_handle()), host) == 1, "no such host");
    stream.handshake(asio::ssl::stream_base::client);
    movers.push_back(std::make_unique<Mover<Tls>>(bench, std::move(stream)));
  }
  move_all(io, bench, movers);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 5 ? argv[argc - 2] : "";
  const std::map<std::string_view, FloorLedger::Rows> ledgers{{"--ledger", FloorLedger::Rows::items},
                                                              {"--requests", FloorLedger::Rows::requests},
                                                              {"--journal", FloorLedger::Rows::journal}};
  const auto ledger = ledgers.find(option);
  const bool durable = ledger != ledgers.end();
  const int words = durable ? argc - 2 : argc;
  check(words == 4 || words == 5,
        "bench_floor HOST PORT ITEMS [CA_FILE] [--ledger | --requests | --journal FILE]");
  Bench bench;
  bench.items = std::atoll(argv[3]);
  if (durable) bench.ledger.emplace(argv[argc - 1], ledger->second);
  run(bench, argv[1], argv[2], words == 5 ? argv[4] : nullptr);
}
