#include "settings/files.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>

namespace payferry::settings {
namespace {

namespace fs = std::filesystem;

struct Closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

Error unreadable(int error) {
  return make_error(Errc::io, "cannot be read (" + std::generic_category().message(error) +
                                  "): give the path of a file that this user may read");
}

// At most `limit` bytes; a pipe or another device is read like a file.
Result<std::string> read_up_to(const fs::path& path, std::size_t limit) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return make_error(Errc::io, "does not exist: give the path of a file");
  }
  if (status.type() == fs::file_type::directory) {
    return make_error(Errc::io, "is a directory: give the path of a file");
  }
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return unreadable(errno);
  std::string text(limit, '\0');
  text.resize(std::fread(text.data(), 1, limit, file.get()));
  if (std::ferror(file.get()) != 0) return unreadable(errno);
  return text;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  Result<std::string> text = read_up_to(path, kMaxFileSize + 1);
  if (text.has_value() && text->size() > kMaxFileSize) {
    return make_error(Errc::io, "is larger than 1 MiB: is this the right file?");
  }
  return text;
}

Result<std::string> read_first_line(const fs::path& path) {
  constexpr std::size_t kEnough = 4096;
  const Result<std::string> text = read_up_to(path, kEnough);
  if (text.has_error()) return text.error();
  return trimmed(std::string_view(*text).substr(0, text->find('\n')));
}

bool is_open_to_others(const fs::path& path) {
  std::error_code error;
  const fs::perms others = fs::perms::group_all | fs::perms::others_all;
  return (fs::status(path, error).permissions() & others) != fs::perms::none;
}

fs::path resolve(const fs::path& folder, const fs::path& path) {
  return (folder / path).lexically_normal();
}

fs::path to_absolute(const fs::path& path) {
  std::error_code error;
  const fs::path result = fs::absolute(path, error);
  return error ? path : result.lexically_normal();
}

}  // namespace payferry::settings
