#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "intake/byte_stream.hpp"

namespace payferry::intake {

// A text in memory: what tests and fuzzers read from. `chunk` says how many bytes the next read may bring; 0
// stands for "nothing yet".
class MemoryStream final : public ByteStream {
 public:
  using Chunk = std::function<std::size_t()>;

  explicit MemoryStream(std::string text, Chunk chunk = {})
      : text_(std::move(text)), chunk_(std::move(chunk)) {}

  Result<Piece> read(char* into, std::size_t size, Wait wait) override {
    if (at_ == text_.size()) return Piece{Piece::Kind::end, 0};
    std::size_t allowed = chunk_ ? chunk_() : size;
    if (allowed == 0 && wait == Wait::no) return Piece{Piece::Kind::nothing_yet, 0};
    allowed = std::max<std::size_t>(allowed, 1);
    const std::size_t taken = std::min({size, allowed, text_.size() - at_});
    std::memcpy(into, text_.data() + at_, taken);
    at_ += taken;
    return Piece{Piece::Kind::data, taken};
  }

  Result<bool> seek(std::uint64_t offset) override {
    if (offset > text_.size()) return false;
    at_ = static_cast<std::size_t>(offset);
    return true;
  }

 private:
  std::string text_;
  Chunk chunk_;
  std::size_t at_ = 0;
};

}  // namespace payferry::intake
