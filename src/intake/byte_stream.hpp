#pragma once

#include <cstddef>
#include <cstdint>

#include "core/result.hpp"

namespace payferry::intake {

enum class Wait : bool { no, yes };

// What one read brought.
struct Piece {
  enum class Kind : std::uint8_t { data, nothing_yet, end };
  Kind kind = Kind::end;
  std::size_t size = 0;  // data: at least 1
};

// Bytes in order, from wherever they come.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // At most `size` bytes. With Wait::yes it blocks until there is data, the end or an interruption; with
  // Wait::no it says nothing_yet instead. Errors: io; stopped after interrupt().
  virtual Result<Piece> read(char* into, std::size_t size, Wait wait) = 0;
  // Go on at this byte. False: this stream cannot, or it is not that long; it stays where it is.
  virtual Result<bool> seek(std::uint64_t) { return false; }
  // Makes a blocked or later read() return `stopped`. Callable from any thread.
  virtual void interrupt() noexcept {}
};

}  // namespace payferry::intake
