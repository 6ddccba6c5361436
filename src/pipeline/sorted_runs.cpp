#include "pipeline/sorted_runs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace payferry::pipeline {
namespace {

[[noreturn]] void give_up(int error, const char* what) {
  throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

NamelessFile::NamelessFile() {
  std::string name = (std::filesystem::temp_directory_path() / "payferry-XXXXXX").string();
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) give_up(errno, "a file in the temporary folder cannot be made");
  ::unlink(name.c_str());
}

NamelessFile::~NamelessFile() {
  ::close(descriptor_);
}

void NamelessFile::write(const void* from, std::size_t bytes, std::uint64_t at) {
  const char* next = static_cast<const char*>(from);
  while (bytes > 0) {
    const ssize_t done = ::pwrite(descriptor_, next, bytes, static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) give_up(done < 0 ? errno : EIO, "the temporary folder cannot be written to");
    next += done;
    at += static_cast<std::uint64_t>(done);
    bytes -= static_cast<std::size_t>(done);
  }
}

void NamelessFile::read(void* to, std::size_t bytes, std::uint64_t at) {
  char* next = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t done = ::pread(descriptor_, next, bytes, static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) give_up(done < 0 ? errno : EIO, "the temporary folder cannot be read");
    next += done;
    at += static_cast<std::uint64_t>(done);
    bytes -= static_cast<std::size_t>(done);
  }
}

}  // namespace payferry::pipeline
