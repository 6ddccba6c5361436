#include "enqueue/rejects_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "report/rejects_record.hpp"

namespace payferry::enqueue {

RejectsFile::~RejectsFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error RejectsFile::cannot(int number) const {
  return make_error(Errc::io,
                    path_.string() + ": cannot be written: " + std::generic_category().message(number));
}

Result<void> RejectsFile::check() const {
  std::error_code failed;
  if (!std::filesystem::exists(path_, failed)) return {};
  std::ifstream file(path_, std::ios::binary);
  std::string first;
  std::getline(file, first);
  if (!report::is_rejects_header(first))
    return make_error(Errc::usage, path_.string() +
                                       ": is there already, and is no rejects file; rename it, or name "
                                       "another one by --rejects");
  return {};
}

Result<void> RejectsFile::begin(std::uint64_t counts) {
  if (Result<void> checked = check(); !checked) return checked;
  std::error_code failed;
  if (!std::filesystem::exists(path_, failed)) return {};
  if (counts == 0) {
    if (::unlink(path_.c_str()) != 0) return cannot(errno);
    return {};
  }
  size_ = std::min<std::uint64_t>(counts, std::filesystem::file_size(path_, failed));
  if (::truncate(path_.c_str(), static_cast<off_t>(size_)) != 0) return cannot(errno);
  return {};
}

Result<void> RejectsFile::append(const std::string& records) {
  if (records.empty()) return {};
  if (descriptor_ < 0) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor_ < 0) return cannot(errno);
  }
  const std::string header = size_ == 0 ? report::rejects_header(columns_) : "";
  if (const Result<void> written = write(header + records); !written) return written;
  if (::fdatasync(descriptor_) != 0) return cannot(errno);
  return {};
}

Result<void> RejectsFile::write(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(descriptor_, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return cannot(errno);
    done += static_cast<std::size_t>(wrote);
    size_ += static_cast<std::size_t>(wrote);
  }
  return {};
}

std::filesystem::path rejects_beside(const std::filesystem::path& list) {
  std::filesystem::path name = list;
  if (name.extension() == ".gz") name.replace_extension();
  if (name.extension() == ".csv") name.replace_extension();
  return name += ".rejects.csv";
}

}  // namespace payferry::enqueue
