#include "steer/address.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/digest.hpp"

namespace payferry::steer {
namespace {

// What "/proc/self/fd/N/" leaves of a sockaddr_un.
constexpr std::size_t kLongestName = 80;

}  // namespace

std::filesystem::path socket_path(const std::filesystem::path& ledger) {
  std::string name = ledger.filename().string() + ".sock";
  if (name.size() > kLongestName) name = "payferry-" + to_hex(sha256_of({name})).substr(0, 16) + ".sock";
  return ledger.parent_path() / name;
}

Result<Address> Address::of(const std::filesystem::path& socket) {
  Address made;
  made.address_.sun_family = AF_UNIX;
  std::string path = socket.string();
  if (path.size() >= sizeof made.address_.sun_path) {
    made.folder_ = ::open(socket.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (made.folder_ < 0)
      return make_error(Errc::io, fmt::format("{}: {}", socket.parent_path().string(), std::strerror(errno)));
    path = fmt::format("/proc/self/fd/{}/{}", made.folder_, socket.filename().string());
  }
  if (path.size() >= sizeof made.address_.sun_path)
    return make_error(Errc::io, fmt::format("{}: the name is too long for a socket", socket.string()));
  std::memcpy(made.address_.sun_path, path.c_str(), path.size() + 1);
  return made;
}

Address::Address(Address&& other) noexcept
    : address_(other.address_), folder_(std::exchange(other.folder_, -1)) {}

Address::~Address() {
  if (folder_ >= 0) ::close(folder_);
}

std::int64_t uid_behind(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
  return peer.uid;
}

bool may_speak(std::int64_t uid) {
  return uid == 0 || uid == static_cast<std::int64_t>(::geteuid());
}

}  // namespace payferry::steer
