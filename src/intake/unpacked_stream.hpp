#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <vector>

#include "intake/byte_stream.hpp"

namespace payferry::intake {

// Another stream's bytes, inflated when they begin like gzip, whatever the file is called. (No CSV begins so:
// the second of these bytes cannot follow the first in UTF-8.) Reads one member after the other, as gzip
// does.
class UnpackedStream final : public ByteStream {
 public:
  UnpackedStream(std::unique_ptr<ByteStream> packed, std::string name);
  ~UnpackedStream() override;
  UnpackedStream(const UnpackedStream&) = delete;
  UnpackedStream& operator=(const UnpackedStream&) = delete;

  // A damaged or cut member is an io error, after all bytes before the damage were handed out.
  Result<Piece> read(char* into, std::size_t size, Wait wait) override;
  Result<bool> seek(std::uint64_t offset) override;
  void interrupt() noexcept override { packed_->interrupt(); }

 private:
  enum class Mode : std::uint8_t { unknown, plain, gzip };
  std::size_t left() const noexcept { return end_ - begin_; }
  Result<Piece::Kind> more_input(Wait wait);
  Result<Piece::Kind> find_mode(Wait wait);
  Result<Piece> read_plain(char* into, std::size_t size, Wait wait);
  Result<Piece> read_gzip(char* into, std::size_t size, Wait wait);
  bool at_last_end();
  Result<std::size_t> inflate_some(char* into, std::size_t size);
  Error damaged(const char* how) const;

  std::unique_ptr<ByteStream> packed_;
  std::string name_;
  Mode mode_ = Mode::unknown;
  std::vector<char> input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool input_ended_ = false;
  bool between_members_ = true;
  bool any_member_ = false;
  bool damaged_ = false;
  bool output_was_full_ = false;  // inflate may hold more bytes than fitted
  z_stream inflater_{};
};

}  // namespace payferry::intake
