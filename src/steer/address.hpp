#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/result.hpp"

namespace payferry::steer {

// Where a run that uses this ledger listens: beside it.
std::filesystem::path socket_path(const std::filesystem::path& ledger);

// A socket's path as the kernel takes it. 107 bytes are the most that it can hold; a longer one is named by
// way of its opened folder, which stays open as long as this lives.
class Address {
 public:
  // Errors: io.
  static Result<Address> of(const std::filesystem::path& socket);
  Address(Address&& other) noexcept;
  Address& operator=(Address&&) = delete;
  ~Address();

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t size() const { return sizeof address_; }

 private:
  Address() = default;
  sockaddr_un address_{};
  int folder_ = -1;
};

// Whose process is at the other end; -1 where the kernel does not say.
std::int64_t uid_behind(int descriptor);
// Whether a process of this user may speak with one of ours: it is ours too, or the superuser's.
bool may_speak(std::int64_t uid);

}  // namespace payferry::steer
