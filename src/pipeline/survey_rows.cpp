#include "pipeline/survey_rows.hpp"

#include <algorithm>
#include <cstring>

#include "core/digest.hpp"
#include "core/redact.hpp"

namespace payferry::pipeline::surveying {
namespace {

constexpr std::uint64_t kLines = std::uint64_t{1} << 63;
constexpr int kEntryBits = 20;
constexpr std::size_t kMostTypes = 64;  // a type column may hold anything
constexpr std::size_t kExamples = 5;

// What stands in quotes is the user's own, and may be anybody's name.
std::string without_quoted(const std::string& message) {
  std::string kept;
  bool quoted = false;
  for (const char c : message) {
    if (c == '"') quoted = !quoted;
    if (c == '"' && quoted) kept += "\"…\"";
    if (c != '"' && !quoted) kept += c;
  }
  return redact(kept);
}

}  // namespace

Digest digest_of(std::string_view first, std::string_view second) {
  const Identity identity = identity_of({first, second});
  Digest digest;
  std::memcpy(digest.data(), identity.data(), sizeof digest);
  return digest;
}

std::uint64_t short_digest(std::string_view id) {
  if (id.empty()) return 0;
  const std::int64_t number = fingerprint_of({id});
  return number == 0 ? 1 : static_cast<std::uint64_t>(number);
}

std::uint64_t order_of_item(std::int64_t id) {
  return static_cast<std::uint64_t>(id);
}

std::uint64_t order_of_line(std::uint64_t line, std::uint64_t of_its_entries) {
  return kLines | (line << kEntryBits) | of_its_entries;
}

std::uint64_t line_of(std::uint64_t order) {
  return (order & ~kLines) >> kEntryBits;
}

std::uint32_t Book::account(const std::string& name) {
  auto& accounts = survey_.accounts;
  if (last_ < accounts.size() && accounts[last_].account == name) return last_;
  const auto [found, added] = accounts_.try_emplace(name, static_cast<std::uint32_t>(accounts.size()));
  if (added) {
    SurveyedAccount fresh;
    fresh.account = name;
    accounts.push_back(std::move(fresh));
  }
  return last_ = found->second;
}

std::uint16_t Book::type(const std::string& name) {
  const auto found = std::find(types_.begin(), types_.end(), name);
  if (found != types_.end()) return static_cast<std::uint16_t>(found - types_.begin());
  if (types_.size() >= kMostTypes) return type("other");
  if (types_.size() == kMostTypes - 1) {
    types_.push_back("other");
  } else {
    types_.push_back(name);
  }
  return static_cast<std::uint16_t>(types_.size() - 1);
}

void Book::count(std::uint32_t account, std::uint16_t type, Decision decision, std::uint64_t entries) {
  const std::string& name = types_[type];
  const auto at = static_cast<std::size_t>(decision);
  survey_.accounts[account].by_type[name.empty() ? "unknown" : name][at] += entries;
  survey_.total[at] += entries;
}

void Book::bad(const std::string& code, const std::string& message, std::uint64_t line,
               std::uint64_t entries) {
  BadLines& lines = survey_.bad[code];
  lines.count += entries;
  if (lines.message.empty()) lines.message = without_quoted(message);
  if (lines.examples.size() < kExamples) lines.examples.push_back(line);
}

}  // namespace payferry::pipeline::surveying
