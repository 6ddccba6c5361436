#include "report/list_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "report/atomic_file.hpp"

namespace payferry::report {
namespace {

Error cannot(const std::filesystem::path& path) {
  return make_error(Errc::io, path.string() + ": cannot be written: " + std::strerror(errno));
}

}  // namespace

Result<ListFile> ListFile::open(std::filesystem::path path, const std::string& title, bool anew) {
  ListFile file(std::move(path), title);
  if (!anew) {
    const Result<void> read = file.read_cursor();
    if (!read) return read.error();
  }
  const Result<void> opened = file.open_part();
  if (!opened) return opened.error();
  return file;
}

Result<void> ListFile::read_cursor() {
  std::ifstream in(beside(".cursor"));
  std::string title;
  if (!std::getline(in, title)) return {};
  if (title != title_)
    return make_error(Errc::usage,
                      beside(".cursor").string() +
                          ": an export with other options was cut off here; repeat those, or say "
                          "--restart");
  if (!(in >> size_ >> after_)) size_ = 0, after_.clear();
  return {};
}

Result<void> ListFile::open_part() {
  const std::filesystem::path part = beside(".part");
  const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot(part);
  file_.reset(::fdopen(descriptor, "w"));
  // What was written behind the last cursor is written again.
  std::error_code failed;
  if (std::filesystem::file_size(part, failed) < size_ || failed)
    return make_error(Errc::usage,
                      part.string() + ": is shorter than its cursor says; begin anew with --restart");
  if (::ftruncate(descriptor, static_cast<off_t>(size_)) != 0 || std::fseek(file_.get(), 0, SEEK_END) != 0)
    return cannot(part);
  return {};
}

Result<void> ListFile::append(const std::string& text, const std::string& after) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0 ||
      ::fdatasync(::fileno(file_.get())) != 0)
    return cannot(beside(".part"));
  size_ += text.size();
  after_ = after;
  return write_atomically(beside(".cursor"), title_ + "\n" + std::to_string(size_) + " " + after_ + "\n",
                          0600);
}

Result<void> ListFile::finish() {
  if (std::rename(beside(".part").c_str(), path_.c_str()) != 0) return cannot(path_);
  std::error_code ignored;
  std::filesystem::remove(beside(".cursor"), ignored);
  return {};
}

}  // namespace payferry::report
