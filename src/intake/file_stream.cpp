#include "intake/file_stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "intake/identity.hpp"

namespace payferry::intake {
namespace {

std::string words_of(int number) {
  return std::generic_category().message(number);
}

Error cannot_open(const std::string& path, int number) {
  return make_error(Errc::io, "cannot open " + path + ": " + words_of(number));
}

Result<OpenedFile> opened(Descriptor descriptor, bool regular, std::string name, std::string identity) {
  Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake.get() < 0) return cannot_open(name, errno);
  OpenedFile file;
  file.bytes = std::make_unique<FileStream>(std::move(descriptor), std::move(wake), regular, std::move(name));
  file.identity = std::move(identity);
  return file;
}

Result<OpenedFile> open_standard_input() {
  // A duplicate, so that closing ours leaves the process's own alone.
  Descriptor descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (descriptor.get() < 0) return cannot_open("standard input", errno);
  return opened(std::move(descriptor), false, "standard input", "");
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileStream::FileStream(Descriptor descriptor, Descriptor wake, bool regular, std::string name)
    : descriptor_(std::move(descriptor)), wake_(std::move(wake)), regular_(regular), name_(std::move(name)) {}

Error FileStream::io_error(int number) const {
  return make_error(Errc::io,
                    "cannot read " + name_ + ": " + words_of(number) +
                        "; what was read before stays, the same command goes on once it can be read");
}

FileStream::Ready FileStream::wait_for_data(Wait wait) const {
  std::array<pollfd, 2> watched{{{descriptor_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(watched.data(), watched.size(), wait == Wait::yes ? -1 : 0);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return Ready::broken;
    if (watched[1].revents != 0) return Ready::stopped;
    if ((watched[0].revents & POLLNVAL) != 0) return Ready::broken;
    return ready == 0 ? Ready::nothing_yet : Ready::data;
  }
}

Result<Piece> FileStream::read(char* into, std::size_t size, Wait wait) {
  for (;;) {
    if (interrupted_) return make_error(Errc::stopped, "reading " + name_ + " was stopped");
    // poll() calls a regular file always ready: asking would be a system call for nothing.
    const Ready ready = regular_ ? Ready::data : wait_for_data(wait);
    if (ready == Ready::stopped) continue;
    if (ready == Ready::broken) return io_error(EBADF);
    if (ready == Ready::nothing_yet) return Piece{Piece::Kind::nothing_yet, 0};
    const ssize_t got = ::read(descriptor_.get(), into, size);
    if (got > 0) return Piece{Piece::Kind::data, static_cast<std::size_t>(got)};
    if (got == 0) return Piece{Piece::Kind::end, 0};
    // EAGAIN: another reader of the same pipe was faster.
    if (errno != EINTR && errno != EAGAIN) return io_error(errno);
    if (errno == EAGAIN && wait == Wait::no) return Piece{Piece::Kind::nothing_yet, 0};
  }
}

Result<bool> FileStream::seek(std::uint64_t offset) {
  if (!regular_) return false;
  struct stat status {};
  if (::fstat(descriptor_.get(), &status) != 0) return io_error(errno);
  if (offset > static_cast<std::uint64_t>(status.st_size)) return false;
  if (::lseek(descriptor_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return io_error(errno);
  return true;
}

void FileStream::interrupt() noexcept {
  interrupted_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

Result<OpenedFile> open_file(const std::string& path) {
  if (path == "-") return open_standard_input();
  // O_NONBLOCK: opening a FIFO would otherwise wait for a writer, and nothing could interrupt that.
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (descriptor.get() < 0) return cannot_open(path, errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return cannot_open(path, errno);
  if (S_ISDIR(status.st_mode)) return make_error(Errc::usage, path + " is a directory; a list is a file");
  if (!S_ISREG(status.st_mode)) return opened(std::move(descriptor), false, path, "");
  Result<std::string> identity = identity_of_file(descriptor.get(), status);
  if (!identity) return cannot_open(path, errno);
  return opened(std::move(descriptor), true, path, *identity);
}

}  // namespace payferry::intake
