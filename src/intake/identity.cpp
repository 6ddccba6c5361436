#include "intake/identity.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/digest.hpp"

namespace payferry::intake {
namespace {

constexpr std::size_t kEdge = 64 * 1024;

bool read_at(int descriptor, off_t offset, std::string& into) {
  into.resize(kEdge);
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ssize_t got =
        ::pread(descriptor, into.data() + filled, into.size() - filled, offset + static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  into.resize(filled);
  return true;
}

// Each with its length, so that no list reads like another one.
std::string joined(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  std::string text;
  for (const std::string& word : words) text += std::to_string(word.size()) + ':' + word;
  return text;
}

std::string moment(const timespec& time) {
  return std::to_string(time.tv_sec) + '.' + std::to_string(time.tv_nsec);
}

std::string number(auto value) {
  return std::to_string(static_cast<int>(value));
}

}  // namespace

Result<std::string> identity_of_file(int descriptor, const struct stat& status) {
  std::string first;
  std::string last;
  const off_t last_at = std::max<off_t>(0, status.st_size - static_cast<off_t>(kEdge));
  if (!read_at(descriptor, 0, first) || !read_at(descriptor, last_at, last))
    return make_error(Errc::io, "cannot read");
  const std::string size = std::to_string(status.st_size);
  return to_hex(sha256_of({size, moment(status.st_mtim), moment(status.st_ctim), first, last})).substr(0, 32);
}

std::string digest_of_admission(const settings::TargetSettings& target) {
  return to_hex(sha256_of({joined(target.accounts), joined(target.types), number(target.customer),
                           number(target.set_default), number(target.unattached_originals),
                           number(target.needs_target_cell())}))
      .substr(0, 16);
}

std::string identity_of_queue(const std::string& kind, const std::string& where, const std::string& name,
                              const settings::TargetSettings& target) {
  return to_hex(sha256_of({kind, where, name})).substr(0, 32) + "-" + digest_of_admission(target);
}

std::string_view what_changed(std::string_view before, std::string_view now) {
  const std::size_t middle = now.find('-');
  const bool comparable = !before.empty() && middle != std::string_view::npos && before.find('-') == middle;
  if (!comparable) return "source";
  const bool file = before.substr(0, middle) != now.substr(0, middle);
  const bool rules = before.substr(middle) != now.substr(middle);
  if (file && rules) return "size, time or content, and the job's target settings";
  return file ? "size, time or content" : "the job's target settings";
}

}  // namespace payferry::intake
