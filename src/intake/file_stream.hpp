#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "intake/byte_stream.hpp"

namespace payferry::intake {

// An open file descriptor with an end.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// A regular file, or anything that is read as it comes: a pipe, a FIFO, a terminal.
class FileStream final : public ByteStream {
 public:
  // `name` is how messages call it. `regular` descriptors never wait and can seek.
  FileStream(Descriptor descriptor, Descriptor wake, bool regular, std::string name);

  Result<Piece> read(char* into, std::size_t size, Wait wait) override;
  Result<bool> seek(std::uint64_t offset) override;
  void interrupt() noexcept override;

 private:
  enum class Ready : std::uint8_t { data, nothing_yet, stopped, broken };
  Ready wait_for_data(Wait wait) const;
  Error io_error(int number) const;

  Descriptor descriptor_;
  Descriptor wake_;  // an eventfd: poll() sees an interruption that a flag could not end
  bool regular_;
  std::string name_;
  std::atomic<bool> interrupted_{false};
};

struct OpenedFile {
  std::unique_ptr<ByteStream> bytes;
  std::string identity;  // empty: nothing tells whether the same input is read again
};

// Opens a path, or standard input for "-". A FIFO or device is read like standard input; opening a FIFO does
// not wait for its writer. Errors: usage (a directory), io.
Result<OpenedFile> open_file(const std::string& path);

}  // namespace payferry::intake
