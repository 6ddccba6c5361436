#include <algorithm>

#include "settings/address.hpp"
#include "settings/api_key.hpp"
#include "settings/converters.hpp"
#include "settings/files.hpp"

// metrics beyond the page, and notify: what leaves the machine for others than Stripe.
namespace payferry::settings {
namespace {

constexpr std::pair<std::string_view, NotifyEvent> kEvents[] = {
    {"planned", NotifyEvent::planned},       {"started", NotifyEvent::started},
    {"throttled", NotifyEvent::throttled},   {"account_done", NotifyEvent::account_done},
    {"budget_hit", NotifyEvent::budget_hit}, {"finished", NotifyEvent::finished},
};

Problem check_secret(std::string_view secret) {
  constexpr std::size_t kShortest = 16;
  if (secret.size() < kShortest) return "is shorter than 16 characters";
  return std::nullopt;
}

Problem take_secret_of_file(Draft& draft) {
  const Result<std::string> line = read_first_line(draft.notify_secret_file);
  if (line.has_error()) return "the file " + line.error().message;
  if (auto problem = check_secret(*line)) return "the file's first line " + *problem;
  if (is_open_to_others(draft.notify_secret_file))
    draft.warnings.push_back("notify.secret_file: the file is open to other users: chmod 600 it");
  draft.settings.notify.secret = *line;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(NotifyEvent event) noexcept {
  for (const auto& [name, known] : kEvents)
    if (known == event) return name;
  return "";
}

Problem to_push_gateway(const Value& value, Draft& draft) {
  return parse_url(value.text, Clear::anywhere, draft.settings.metrics.push_gateway);
}

// node-exporter reads no other names.
Problem to_textfile(const Value& value, Draft& draft) {
  if (!value.text.ends_with(".prom")) return "does not end in .prom";
  draft.settings.metrics.textfile = resolve(value.folder, value.text);
  return std::nullopt;
}

Problem to_interval(const Value& value, Draft& draft) {
  return parse_duration(value.text, Milliseconds(100), std::chrono::hours(1),
                        draft.settings.metrics.interval);
}

// A program without a slash is looked up in PATH; one with a slash is relative to the file like every path.
Problem to_notify_command(const Value& value, Draft& draft) {
  std::vector<std::string>& command = draft.settings.notify.command;
  const bool is_path = command.empty() && value.text.find('/') != std::string::npos;
  command.push_back(is_path ? resolve(value.folder, value.text).string() : value.text);
  return std::nullopt;
}

Problem to_notify_url(const Value& value, Draft& draft) {
  return parse_url(value.text, Clear::loopback, draft.settings.notify.url);
}

Problem to_notify_secret(const Value& value, Draft& draft) {
  if (auto problem = check_secret(value.text)) return problem;
  draft.settings.notify.secret = value.text;
  return std::nullopt;
}

Problem to_notify_secret_file(const Value& value, Draft& draft) {
  draft.notify_secret_file = resolve(value.folder, value.text);
  return std::nullopt;
}

Problem to_notify_events(const Value& value, Draft& draft) {
  std::vector<NotifyEvent>& events = draft.settings.notify.events;
  for (const auto& [name, event] : kEvents) {
    if (value.text != name) continue;
    if (std::find(events.begin(), events.end(), event) != events.end()) return "stands in the list twice";
    events.push_back(event);
    return std::nullopt;
  }
  return "is not known here";
}

Problem to_notify_timeout(const Value& value, Draft& draft) {
  return parse_duration(value.text, Milliseconds(100), std::chrono::minutes(5),
                        draft.settings.notify.timeout);
}

Problem to_notify_ca_file(const Value& value, Draft& draft) {
  draft.settings.notify.ca_file = resolve(value.folder, value.text).string();
  return std::nullopt;
}

void settle_notify(const Merged& merged, bool needs_secret, Draft& draft, Mistakes& mistakes) {
  const auto url = merged.effective.find("notify.url");
  const auto secret = merged.effective.find("notify.secret");
  const auto file = merged.effective.find("notify.secret_file");
  const bool has_secret = secret != merged.effective.end();
  const bool has_file = file != merged.effective.end();
  if (has_secret && has_file) {
    mistakes.add(file->second.place, "notify.secret_file", "secret and secret_file are both given: keep one");
  } else if (has_file && needs_secret && !draft.notify_secret_file.empty()) {
    if (const Problem problem = take_secret_of_file(draft))
      mistakes.add(file->second.place, "notify.secret_file", *problem);
  } else if (url != merged.effective.end() && !has_secret && !has_file) {
    mistakes.add(url->second.place, "notify.url",
                 "is not signed: give notify.secret, " + std::string(find_key("notify.secret")->takes));
  }
}

}  // namespace payferry::settings
