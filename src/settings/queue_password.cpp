#include "settings/queue_password.hpp"

#include "settings/files.hpp"
#include "settings/variables.hpp"

namespace payferry::settings {
namespace {

constexpr std::string_view kPassword =
    "${PAYFERRY_QUEUE_PASSWORD} holding the user's password, or use password_file";
constexpr std::string_view kPath = "the path of a readable file";

}  // namespace

void QueuePassword::take(const Node& value, int line) {
  ++given_;
  if (value.kind != NodeKind::scalar || value.text.empty())
    return reader_.wrong(line, "password", "is not one value: give " + std::string(kPassword));
  Expanded expanded = expand(value.text, context_.environment);
  for (std::string& problem : expanded.problems) without_secret(line, "password", std::move(problem));
  if (!expanded.problems.empty()) return;
  password_ = std::move(expanded.text);
  if (password_.empty()) without_secret(line, "password", "is empty: give " + std::string(kPassword));
}

void QueuePassword::take_file(const Node& value, int line) {
  ++given_;
  const auto text = reader_.text(value, line, "password_file", kPath);
  if (!text) return;
  const std::filesystem::path path = resolve(context_.place.origin->folder, *text);
  const Result<std::string> first = read_first_line(path);
  if (!first) return without_secret(line, "password_file", "the file " + first.error().message);
  if (first->empty())
    return without_secret(line, "password_file", "the file's first line is empty: write the password there");
  if (is_open_to_others(path))
    context_.draft.warnings.push_back(path_ +
                                      ".password_file: the file is open to other users: chmod 600 it");
  password_ = *first;
}

void QueuePassword::missing(int line) {
  reader_.wrong(line, "password", "is missing: give " + std::string(kPassword));
}

std::string QueuePassword::settle(int line) {
  if (given_ > 1) reader_.wrong(line, "password_file", "password and password_file are both given: keep one");
  return password_;
}

void QueuePassword::without_secret(int line, const char* key, std::string message) {
  context_.draft.queue_secrets.push_back(
      {{context_.place.origin, line}, path_ + "." + key, std::move(message)});
}

}  // namespace payferry::settings
