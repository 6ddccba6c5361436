#include "settings/limit_trees.hpp"

#include "core/ids.hpp"
#include "core/words.hpp"
#include "settings/text.hpp"
#include "settings/tree_reader.hpp"

namespace payferry::settings {
namespace {

constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr unsigned kEveryDay = 127;

std::vector<std::string_view> endpoint_names() {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < kEndpointCount; ++at) names.push_back(to_string(static_cast<Endpoint>(at)));
  return names;
}

AccountLimits account_limits(TreeReader reader, const Node& node) {
  AccountLimits limits;
  reader.each(node, "give global, endpoint, in_flight, weight or priority",
              [&](const std::string& name, const Node& value, int line) {
                constexpr std::string_view kWeight = "a number between 0.1 and 100";
                std::optional<int> priority;
                if (name == "global") return reader.rate(value, line, name, limits.global);
                if (name == "endpoint") return reader.rate(value, line, name, limits.endpoint);
                if (name == "in_flight") return reader.whole(value, line, name, 1, 4096, limits.in_flight);
                if (name == "priority") {
                  reader.whole(value, line, name, -9, 9, priority);
                  limits.priority = priority.value_or(0);
                } else if (name == "weight") {
                  const auto given = reader.text(value, line, name, kWeight);
                  if (given)
                    reader.check(parse_number(*given, 0.1, 100, limits.weight), value, line, name, kWeight);
                } else {
                  reader.unknown(line, name, {"global", "endpoint", "in_flight", "weight", "priority"});
                }
              });
  return limits;
}

std::optional<unsigned> day_of(std::string_view name) {
  for (unsigned day = 0; day < 7; ++day)
    if (kDays[day] == name) return day;
  return std::nullopt;
}

// mon-fri, sat, fri-mon, or several with commas; every.
Problem parse_days(std::string_view text, unsigned& days) {
  days = 0;
  if (text == "every") days = kEveryDay;
  if (days != 0) return std::nullopt;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string_view part = text.substr(begin, end - begin);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    const std::size_t dash = part.find('-');
    const auto first = day_of(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day_of(part.substr(dash + 1));
    if (!first || !last) return "names no days";
    for (unsigned day = *first;; day = (day + 1) % 7) {
      days |= 1U << day;
      if (day == *last) break;
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<int> minute_of(std::string_view text) {
  int hour = 0, minute = 0;
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  if (parse_whole(text.substr(0, 2), 0, 24, hour) || parse_whole(text.substr(3), 0, 59, minute))
    return std::nullopt;
  if (hour == 24 && minute > 0) return std::nullopt;
  return hour * 60 + minute;
}

// 08:00-18:00; 22:00-06:00 runs past midnight.
Problem parse_hours(std::string_view text, int& from, int& to) {
  const std::size_t dash = text.find('-');
  const auto first = minute_of(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? std::nullopt : minute_of(text.substr(dash + 1));
  if (!first || !last) return "is not a span of hours";
  if (*first == *last || *first == 24 * 60) return "is an empty span";
  from = *first;
  to = *last;
  return std::nullopt;
}

LimitWindow window_of(TreeReader reader, const Node& node) {
  constexpr std::string_view kDaysMend = "days such as mon-fri or sat,sun, or every";
  constexpr std::string_view kHoursMend = "hours such as 08:00-18:00, or 22:00-06:00 past midnight";
  LimitWindow window;
  window.days = kEveryDay;
  bool wants = false;
  reader.each(node, "give days, hours and what holds then",
              [&](const std::string& name, const Node& value, int line) {
                wants = wants || (name != "days" && name != "hours");
                if (name == "global") return reader.rate(value, line, name, window.global);
                if (name == "endpoint") return reader.rate(value, line, name, window.endpoint);
                if (name == "in_flight") return reader.whole(value, line, name, 1, 4096, window.in_flight);
                if (name == "days") {
                  if (const auto given = reader.text(value, line, name, kDaysMend))
                    reader.check(parse_days(*given, window.days), value, line, name, kDaysMend);
                } else if (name == "hours") {
                  if (const auto given = reader.text(value, line, name, kHoursMend))
                    reader.check(parse_hours(*given, window.from, window.to), value, line, name, kHoursMend);
                } else if (name == "paused") {
                  window.paused = reader.flag(value, line, name).value_or(false);
                } else {
                  reader.unknown(line, name, {"days", "hours", "global", "endpoint", "in_flight", "paused"});
                }
              });
  if (node.kind == NodeKind::map && !wants)
    reader.wrong(node.line, "", "changes nothing: give global, endpoint, in_flight or paused too");
  return window;
}

}  // namespace

void to_endpoints(const Node& node, TreeContext& context) {
  TreeReader reader(context, "limits.endpoints");
  auto& limits = context.draft.settings.limits;
  limits.endpoints.clear();
  const std::vector<std::string_view> known = endpoint_names();
  reader.each(node, "give endpoints and their rates, such as { clone: 20 }",
              [&](const std::string& name, const Node& value, int line) {
                std::optional<double> rate;
                for (std::size_t at = 0; at < known.size(); ++at) {
                  if (known[at] != name) continue;
                  reader.rate(value, line, name, rate);
                  if (rate) limits.endpoints[static_cast<Endpoint>(at)] = *rate;
                  return;
                }
                reader.unknown(line, name, known);
              });
}

void to_account_limits(const Node& node, TreeContext& context) {
  TreeReader reader(context, "limits.accounts");
  auto& limits = context.draft.settings.limits;
  limits.accounts.clear();
  reader.each(node, "give accounts and what holds for them, such as { acct_A: { endpoint: 5 } }",
              [&](const std::string& name, const Node& value, int line) {
                if (!is_account_id(name))
                  return reader.wrong(line, "", show(name) + " is not an account's id: give acct_…");
                limits.accounts[name] = account_limits(reader.below(name), value);
              });
}

void to_schedule(const Node& node, TreeContext& context) {
  TreeReader reader(context, "limits.schedule");
  LimitSchedule& schedule = context.draft.settings.limits.schedule;
  schedule = {};
  constexpr std::string_view kZone = "a time zone such as Europe/Berlin or UTC";
  const std::string windows_mend = "give a list of days, hours and what holds then";
  bool has_zone = false;
  reader.each(node, "give zone and windows", [&](const std::string& name, const Node& value, int line) {
    if (name == "zone") {
      has_zone = true;
      const std::optional<std::string> given = reader.text(value, line, name, kZone);
      if (given) schedule.zone = Zone::named(*given);
      if (given && !schedule.zone)
        reader.check("is not in this machine's time zones (package tzdata)", value, line, name, kZone);
    } else if (name == "windows") {
      if (value.kind != NodeKind::sequence || value.items.empty())
        return reader.wrong(line, name, "is not a list: " + windows_mend);
      for (const NodePtr& item : value.items)
        schedule.windows.push_back(window_of(reader.below(name), *item));
    } else {
      reader.unknown(line, name, {"zone", "windows"});
    }
  });
  if (node.kind == NodeKind::map && !has_zone)
    reader.wrong(node.line, "zone", "is missing: give " + std::string(kZone));
  if (node.kind == NodeKind::map && has_zone && schedule.windows.empty())
    reader.wrong(node.line, "windows", "is missing: " + windows_mend);
}

}  // namespace payferry::settings
