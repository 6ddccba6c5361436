#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "steer/request.hpp"

namespace payferry::steer {

// Speaks with the run that uses a ledger; blocking, at most kPatience for one answer.
class SocketClient {
 public:
  static constexpr int kPatienceSeconds = 10;

  // Nothing where nobody listens there. Errors: io: somebody does, but not for us.
  static Result<std::optional<SocketClient>> connect(const std::filesystem::path& ledger);
  SocketClient(SocketClient&& other) noexcept;
  SocketClient& operator=(SocketClient&& other) noexcept;
  ~SocketClient();

  // Errors: interrupted: the run ended, or does not answer.
  Result<Reply> ask(const Request& request);

 private:
  explicit SocketClient(int descriptor) : descriptor_(descriptor) {}
  Result<void> send(const std::string& line);
  Result<std::string> receive();

  int descriptor_;
};

}  // namespace payferry::steer
