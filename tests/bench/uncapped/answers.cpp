// A server that answers every Stripe request at once with a fixed answer of realistic size, so that what is
// measured is the client. One thread, no limits, no state; says on standard output which port it took, and
// counts on GET /count.
//
//   bench_answers [CERTIFICATE KEY]      with both: over TLS
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

std::string answer_of(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 23 Nov 2026 04:20:00 GMT\r\nContent-Type: "
         "application/json\r\n"
         "Content-Length: " +
         std::to_string(body.size()) +
         "\r\nConnection: keep-alive\r\nAccess-Control-Allow-Credentials: true\r\nCache-Control: no-cache, "
         "no-store\r\n"
         "Idempotency-Key: 00000000-0000-4000-8000-000000000000\r\nOriginal-Request: req_AAAAAAAAAAAAAA\r\n"
         "Request-Id: req_AAAAAAAAAAAAAA\r\nStripe-Account: acct_1AAAAAAAAAAAAAAA\r\nStripe-Version: "
         "2026-09-30.endive\r\n"
         "Vary: Origin\r\nX-Stripe-Routing-Context-Priority-Tier: api-testmode\r\n\r\n" +
         std::string(body);
}

std::string method_with(std::string_view customer) {
  return R"({"id":"pm_1AAAAAAAAAAAAAAAAAAAAAAA","object":"payment_method","allow_redisplay":"unspecified",)"
         R"("billing_details":{"address":{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,)"
         R"("state":null},"email":null,"name":null,"phone":null,"tax_id":null},"card":{"brand":"visa","checks":)"
         R"({"address_line1_check":null,"address_postal_code_check":null,"cvc_check":"pass"},"country":"US",)"
         R"("display_brand":"visa","exp_month":8,"exp_year":2030,"fingerprint":"mToisGZ01V71BCos","funding":"credit",)"
         R"("generated_from":null,"last4":"4242","networks":{"available":["visa"],"preferred":null},)"
         R"("three_d_secure_usage":{"supported":true},"wallet":null},"created":1732252800,"customer":)" +
         std::string(customer) + R"(,"livemode":false,"metadata":{},"type":"card"})";
}

constexpr std::string_view kCustomer =
    R"({"id":"cus_AAAAAAAAAAAAAA","object":"customer","address":null,"balance":0,"created":1732252800,"currency":null,)"
    R"("default_source":null,"delinquent":false,"description":null,"discount":null,"email":null,"invoice_prefix":"0759376C",)"
    R"("invoice_settings":{"custom_fields":null,"default_payment_method":null,"footer":null,"rendering_options":null},)"
    R"("livemode":false,"metadata":{"payferry_source_customer":"cus_BBBBBBBBBBBBBB"},"name":null,"next_invoice_sequence":1,)"
    R"("phone":null,"preferred_locales":[],"shipping":null,"tax_exempt":"none","test_clock":null})";

constexpr std::string_view kAccount =
    R"({"id":"acct_1Platform","object":"account","country":"US","charges_enabled":true,"type":"standard",)"
    R"("capabilities":{"card_payments":"active","us_bank_account_ach_payments":"active","transfers":"active"}})";

const std::string kMethodAnswer = answer_of(method_with("null"));
const std::string kAttachedAnswer = answer_of(method_with("\"cus_AAAAAAAAAAAAAA\""));
const std::string kCustomerAnswer = answer_of(kCustomer);
const std::string kAccountAnswer = answer_of(kAccount);
const std::string kEmptyList =
    answer_of(R"({"object":"list","data":[],"has_more":false,"url":"/v1/customers"})");

struct Connection {
  SSL* tls = nullptr;
  std::string read;
  std::string write;
};

std::unordered_map<int, Connection> connections;
SSL_CTX* context = nullptr;
unsigned long long served = 0;
int poller = -1;

const std::string& answer_to(std::string_view request) {
  const bool post = request.starts_with("POST");
  const std::string_view path =
      request.substr(request.find(' ') + 1, request.find(' ', 5) - request.find(' ') - 1);
  if (!post) return path.starts_with("/v1/account") ? kAccountAnswer : kEmptyList;
  if (path == "/v1/payment_methods") return kMethodAnswer;
  return path.ends_with("/attach") ? kAttachedAnswer : kCustomerAnswer;
}

// The length of the first whole request, 0 if there is none yet.
std::size_t whole_request(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t body = 0;
  for (std::size_t at = 0; at < head; at = bytes.find("\r\n", at) + 2) {
    constexpr std::string_view kLength = "content-length:";
    const std::string_view line = bytes.substr(at, bytes.find("\r\n", at) - at);
    if (line.size() > kLength.size() && strncasecmp(line.data(), kLength.data(), kLength.size()) == 0)
      body = std::strtoul(line.data() + kLength.size(), nullptr, 10);
  }
  return bytes.size() >= head + 4 + body ? head + 4 + body : 0;
}

long receive(int socket, Connection& connection, char* into, std::size_t size) {
  if (!connection.tls) return recv(socket, into, size, 0);
  const int got = SSL_read(connection.tls, into, static_cast<int>(size));
  if (got > 0) return got;
  const int why = SSL_get_error(connection.tls, got);
  errno = EAGAIN;
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

bool flush(int socket, Connection& connection) {
  while (!connection.write.empty()) {
    const long sent =
        connection.tls
            ? SSL_write(connection.tls, connection.write.data(), static_cast<int>(connection.write.size()))
            : send(socket, connection.write.data(), connection.write.size(), MSG_NOSIGNAL);
    if (sent <= 0) return connection.tls != nullptr || errno == EAGAIN;
    connection.write.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void drop(int socket) {
  if (SSL* tls = connections[socket].tls) SSL_free(tls);
  connections.erase(socket);
  close(socket);
}

void serve(int socket) {
  Connection& connection = connections[socket];
  std::array<char, 16384> block;
  for (;;) {
    const long got = receive(socket, connection, block.data(), block.size());
    if (got == 0 || (got < 0 && errno != EAGAIN)) return drop(socket);
    if (got < 0) break;
    connection.read.append(block.data(), static_cast<std::size_t>(got));
  }
  while (const std::size_t length = whole_request(connection.read)) {
    const std::string_view request = std::string_view(connection.read).substr(0, length);
    if (request.starts_with("GET /count ")) {
      connection.write += answer_of(std::to_string(served));
    } else {
      connection.write += answer_to(request);
      ++served;
    }
    connection.read.erase(0, length);
  }
  if (!flush(socket, connection)) drop(socket);
}

void welcome(int listener) {
  const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return;
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Connection& connection = connections[socket];
  if (context) {
    connection.tls = SSL_new(context);
    SSL_set_fd(connection.tls, socket);
    SSL_set_accept_state(connection.tls);
    SSL_set_mode(connection.tls, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
}

int listen_somewhere() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 1024) != 0) {
    std::perror("bench_answers");
    std::exit(1);
  }
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  if (argc == 3) {
    context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1) {
      std::fprintf(stderr, "bench_answers: the certificate or its key cannot be used\n");
      return 1;
    }
  }
  const int listener = listen_somewhere();
  poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  std::array<epoll_event, 256> ready;
  for (;;) {
    const int count = epoll_wait(poller, ready.data(), ready.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int socket = ready[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener)
        welcome(listener);
      else
        serve(socket);
    }
  }
}
