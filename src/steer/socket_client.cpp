#include "steer/socket_client.hpp"

#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "steer/address.hpp"
#include "steer/protocol.hpp"

namespace payferry::steer {
namespace {

Error hung_up() {
  return make_error(Errc::interrupted, "the run ended before it answered");
}

bool nobody_there(int why) {
  return why == ENOENT || why == ECONNREFUSED || why == ENOTDIR;
}

}  // namespace

Result<std::optional<SocketClient>> SocketClient::connect(const std::filesystem::path& ledger) {
  const std::filesystem::path path = socket_path(ledger);
  std::error_code failed;
  if (!std::filesystem::exists(path.parent_path(), failed)) return std::optional<SocketClient>();
  const Result<Address> address = Address::of(path);
  if (!address) return address.error();
  SocketClient client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(client.descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(client.descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(client.descriptor_, address->get(), address->size()) != 0) {
    if (nobody_there(errno)) return std::optional<SocketClient>();
    const char* mend = errno == EACCES ? "; only its owner may speak with the run" : "";
    return make_error(Errc::io, fmt::format("{}: {}{}", path.string(), std::strerror(errno), mend));
  }
  // Root may ask anybody's run; anybody else is answered by his own only.
  if (::geteuid() != 0 && !may_speak(uid_behind(client.descriptor_)))
    return make_error(Errc::io, fmt::format("{}: another user listens there", path.string()));
  return std::optional<SocketClient>(std::move(client));
}

SocketClient::SocketClient(SocketClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

SocketClient& SocketClient::operator=(SocketClient&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

SocketClient::~SocketClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> SocketClient::send(const std::string& line) {
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t took = ::send(descriptor_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (took < 0 && errno == EINTR) continue;
    if (took <= 0) return hung_up();
    sent += static_cast<std::size_t>(took);
  }
  return {};
}

Result<std::string> SocketClient::receive() {
  std::string line;
  char chunk[4096];
  while (line.size() < kLongestReply && (line.empty() || line.back() != '\n')) {
    const ssize_t got = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return make_error(Errc::interrupted,
                        fmt::format("the run does not answer (waited {} s)", kPatienceSeconds));
    if (got <= 0) return hung_up();
    line.append(chunk, static_cast<std::size_t>(got));
  }
  return line;
}

Result<Reply> SocketClient::ask(const Request& request) {
  const Result<void> sent = send(to_line(request));
  if (!sent) return sent.error();
  const Result<std::string> line = receive();
  if (!line) return line.error();
  return parse_reply(*line);
}

}  // namespace payferry::steer
