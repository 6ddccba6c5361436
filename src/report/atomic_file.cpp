#include "report/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace payferry::report {
namespace {

Error io_error(const std::filesystem::path& path) {
  return make_error(Errc::io, fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
}

}  // namespace

AtomicFile::AtomicFile(std::FILE* file, std::filesystem::path path, std::filesystem::path aside)
    : file_(file), path_(std::move(path)), aside_(std::move(aside)) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      path_(std::move(other.path_)),
      aside_(std::move(other.aside_)),
      failed_(other.failed_) {}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path, unsigned mode) {
  const std::filesystem::path aside = path.string() + fmt::format(".{}.tmp", ::getpid());
  const int descriptor = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (descriptor < 0) return io_error(path);
  return AtomicFile(::fdopen(descriptor, "w"), path, aside);
}

AtomicFile::~AtomicFile() {
  if (!file_) return;
  std::fclose(file_);
  ::unlink(aside_.c_str());
}

void AtomicFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) failed_ = true;
}

Result<void> AtomicFile::commit() {
  const bool flushed = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0;
  if (failed_ || !flushed) return io_error(path_);
  std::fclose(std::exchange(file_, nullptr));
  if (::rename(aside_.c_str(), path_.c_str()) != 0) {
    const Error error = io_error(path_);
    ::unlink(aside_.c_str());
    return error;
  }
  return {};
}

Result<void> write_atomically(const std::filesystem::path& path, std::string_view text, unsigned mode) {
  Result<AtomicFile> file = AtomicFile::create(path, mode);
  if (!file) return file.error();
  file->write(text);
  return file->commit();
}

}  // namespace payferry::report
