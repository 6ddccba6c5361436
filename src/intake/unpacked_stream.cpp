#include "intake/unpacked_stream.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace payferry::intake {
namespace {

constexpr std::size_t kInputSize = 128 * 1024;
constexpr int kGzipOnly = 15 + 16;  // zlib.h, inflateInit2: 16 added to windowBits reads the gzip format only

}  // namespace

UnpackedStream::UnpackedStream(std::unique_ptr<ByteStream> packed, std::string name)
    : packed_(std::move(packed)), name_(std::move(name)), input_(kInputSize) {
  if (inflateInit2(&inflater_, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

UnpackedStream::~UnpackedStream() {
  inflateEnd(&inflater_);
}

Result<Piece> UnpackedStream::read(char* into, std::size_t size, Wait wait) {
  if (mode_ == Mode::unknown) {
    const Result<Piece::Kind> found = find_mode(wait);
    if (!found) return found.error();
    if (*found == Piece::Kind::nothing_yet) return Piece{*found, 0};
  }
  return mode_ == Mode::gzip ? read_gzip(into, size, wait) : read_plain(into, size, wait);
}

Result<bool> UnpackedStream::seek(std::uint64_t offset) {
  if (mode_ == Mode::gzip) return false;
  const Result<bool> sought = packed_->seek(offset);
  if (sought && *sought) {
    begin_ = end_ = 0;
    input_ended_ = false;
  }
  return sought;
}

Result<Piece::Kind> UnpackedStream::more_input(Wait wait) {
  if (input_ended_) return Piece::Kind::end;
  std::memmove(input_.data(), input_.data() + begin_, left());
  end_ = left();
  begin_ = 0;
  const Result<Piece> piece = packed_->read(input_.data() + end_, input_.size() - end_, wait);
  if (!piece) return piece.error();
  end_ += piece->size;
  input_ended_ = piece->kind == Piece::Kind::end;
  return piece->kind;
}

Result<Piece::Kind> UnpackedStream::find_mode(Wait wait) {
  while (left() < 2 && !input_ended_) {
    const Result<Piece::Kind> got = more_input(wait);
    if (!got || *got == Piece::Kind::nothing_yet) return got;
  }
  const bool gzip = left() >= 2 && std::memcmp(input_.data() + begin_, "\x1f\x8b", 2) == 0;
  mode_ = gzip ? Mode::gzip : Mode::plain;
  return Piece::Kind::data;
}

Result<Piece> UnpackedStream::read_plain(char* into, std::size_t size, Wait wait) {
  if (left() == 0) return input_ended_ ? Piece{Piece::Kind::end, 0} : packed_->read(into, size, wait);
  const std::size_t taken = std::min(size, left());
  std::memcpy(into, input_.data() + begin_, taken);
  begin_ += taken;
  return Piece{Piece::Kind::data, taken};
}

Result<Piece> UnpackedStream::read_gzip(char* into, std::size_t size, Wait wait) {
  for (;;) {
    if (damaged_) return damaged("is damaged");
    if (left() == 0 && !output_was_full_) {
      const Result<Piece::Kind> got = more_input(wait);
      if (!got) return got.error();
      if (*got == Piece::Kind::nothing_yet) return Piece{*got, 0};
    }
    if (between_members_ && at_last_end()) return Piece{Piece::Kind::end, 0};
    if (left() == 0 && input_ended_ && !output_was_full_) return damaged("is cut off");
    const Result<std::size_t> made = inflate_some(into, size);
    if (!made) return made.error();
    if (*made > 0) return Piece{Piece::Kind::data, *made};
  }
}

// Behind the last member only padding may follow: some tapes and block devices fill up with zeros.
bool UnpackedStream::at_last_end() {
  while (any_member_ && left() > 0 && input_[begin_] == '\0') ++begin_;
  return any_member_ && left() == 0 && input_ended_;
}

Result<std::size_t> UnpackedStream::inflate_some(char* into, std::size_t size) {
  if (left() == 0 && !output_was_full_) return std::size_t{0};
  inflater_.next_in = reinterpret_cast<Bytef*>(input_.data() + begin_);
  inflater_.avail_in = static_cast<uInt>(left());
  inflater_.next_out = reinterpret_cast<Bytef*>(into);
  inflater_.avail_out = static_cast<uInt>(size);
  const int outcome = inflate(&inflater_, Z_NO_FLUSH);
  begin_ = end_ - inflater_.avail_in;
  output_was_full_ = inflater_.avail_out == 0;
  between_members_ = outcome == Z_STREAM_END;
  const std::size_t made = size - inflater_.avail_out;
  if (between_members_) {
    any_member_ = true;
    output_was_full_ = false;
    inflateReset(&inflater_);
  } else {
    damaged_ = outcome != Z_OK && outcome != Z_BUF_ERROR;  // said behind the bytes that were made before
  }
  return made;
}

Error UnpackedStream::damaged(const char* how) const {
  return make_error(Errc::io, name_ + " " + how +
                                  " (gzip); the whole lines before that were read: check it with gzip -t, "
                                  "replace it, and start the same command again");
}

}  // namespace payferry::intake
