#include "settings/api_key.hpp"

#include <algorithm>

#include "core/ids.hpp"
#include "settings/converters.hpp"
#include "settings/files.hpp"

namespace payferry::settings {
namespace {

// What is wrong with the key itself, never repeating it.
Problem check_key(std::string_view key) {
  switch (kind_of_key(key)) {
    case KeyKind::publishable:
      return "is a publishable key, which Stripe refuses here";
    case KeyKind::unknown:
      return "is not a key that begins with sk_test_, sk_live_, rk_test_, rk_live_ or rkcs_test_";
    case KeyKind::test:
    case KeyKind::live:
      break;
  }
  if (!std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; })) {
    return "holds characters that no key holds (blanks, or others than ASCII)";
  }
  if (key.ends_with('_')) return "is only the beginning of a key";
  return std::nullopt;
}

Problem take_key_of_file(Draft& draft, bool needs_key) {
  const Result<std::string> line = read_first_line(draft.api_key_file);
  if (line.has_error()) return needs_key ? Problem("the file " + line.error().message) : std::nullopt;
  if (line->empty()) {
    return needs_key ? Problem("the file's first line is empty: write the key there") : std::nullopt;
  }
  if (auto problem = check_key(*line)) {
    return "the file's first line " + *problem + ": write a secret or restricted key (sk_… or rk_…) there";
  }
  if (kind_of_key(*line) == KeyKind::live && is_open_to_others(draft.api_key_file)) {
    draft.warnings.push_back(
        "stripe.api_key_file: the file holds a live key and is open to other users: chmod 600 it");
  }
  draft.settings.stripe.api_key = *line;
  return std::nullopt;
}

void set_mode(Settings& settings, bool global_is_given) {
  settings.mode = kind_of_key(settings.stripe.api_key) == KeyKind::live ? Mode::live : Mode::test;
  constexpr double kLiveGlobal = 80;  // Stripe: 100; the platform's payments share it
  if (settings.mode == Mode::live && !global_is_given) settings.limits.global = kLiveGlobal;
}

}  // namespace

Problem to_api_key(const Value& value, Draft& draft) {
  if (kind_of_key(value.raw) == KeyKind::live) {
    draft.warnings.push_back(
        "stripe.api_key: a live key stands in the file, and files are copied and committed: use "
        "${STRIPE_SECRET_KEY} or "
        "api_key_file");
  }
  if (auto problem = check_key(value.text)) return problem;
  draft.settings.stripe.api_key = value.text;
  return std::nullopt;
}

void settle_key(const Merged& merged, const Origin& job, bool needs_key, Draft& draft, Mistakes& mistakes) {
  const auto key = merged.effective.find("stripe.api_key");
  const auto file = merged.effective.find("stripe.api_key_file");
  const bool has_key = key != merged.effective.end();
  const bool has_file = file != merged.effective.end();
  if (has_key && has_file) {
    const Found& second = key->second.place.line < file->second.place.line ? file->second : key->second;
    mistakes.add(second.place, second.key->name, "api_key and api_key_file are both given: keep one");
  } else if (has_file && !draft.api_key_file.empty()) {
    if (const Problem problem = take_key_of_file(draft, needs_key)) {
      mistakes.add(file->second.place, "stripe.api_key_file", *problem);
    }
  } else if (!has_key && !has_file && needs_key) {
    mistakes.add({&job, 0}, "stripe.api_key",
                 "is missing: give " + std::string(find_key("stripe.api_key")->takes));
  }
  set_mode(draft.settings, merged.effective.contains("limits.global"));
}

}  // namespace payferry::settings
