#include "report/plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/html.hpp"

namespace payferry::report {
namespace {

// The plot's coordinates; the browser scales them.
constexpr double kWidth = 480;
constexpr double kHeight = 200;
constexpr double kLeft = 46;
constexpr double kTop = 10;
constexpr double kBottom = 168;

struct Column {
  double lower = 0;  // stacked from the ground: done, then refused
  double upper = 0;
  std::string says;
};

double round_up(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 3.0, 5.0, 10.0})
    if (value <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

std::string short_number(double value) {
  if (value >= 1e6) return fmt::format("{:g} M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:g} k", value / 1e3);
  return fmt::format("{:g}", value);
}

std::string axis(double top) {
  std::string lines;
  for (const double part : {0.0, 0.5, 1.0}) {
    const double y = kBottom - part * (kBottom - kTop);
    lines +=
        fmt::format(R"(<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)", kLeft, kWidth, y, y);
    lines += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 6, y + 4,
                         short_number(part * top));
  }
  return lines;
}

std::string rectangle(const char* kind, double x, double width, double from, double to) {
  return fmt::format(R"(<rect class="{}" x="{:.2f}" width="{:.2f}" y="{:.2f}" height="{:.2f}"/>)", kind, x,
                     width, to, from - to);
}

std::string columns(const std::vector<Column>& all, double top, double gap) {
  const double slot = (kWidth - kLeft) / static_cast<double>(std::max<std::size_t>(all.size(), 1));
  const double scale = (kBottom - kTop) / top;
  std::string drawn;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double x = kLeft + slot * static_cast<double>(i) + gap / 2;
    const double middle = kBottom - all[i].lower * scale;
    drawn += "<g><title>" + escaped(all[i].says) + "</title>";
    if (all[i].lower > 0) drawn += rectangle("succeeded", x, slot - gap, kBottom, middle);
    if (all[i].upper > 0) drawn += rectangle("failed", x, slot - gap, middle, middle - all[i].upper * scale);
    drawn += "</g>";
  }
  return drawn;
}

std::string framed(const std::string& says, const std::string& inside) {
  return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>)", kWidth, kHeight,
                     escaped(says), inside);
}

std::string label(double x, const char* anchor, const std::string& text) {
  return fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="{}">{}</text>)", x, kBottom + 18, anchor,
                     escaped(text));
}

}  // namespace

std::string bar(const std::vector<Segment>& segments, std::uint64_t longest) {
  std::string drawn =
      R"(<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">)";
  double x = 0;
  for (const Segment& segment : segments) {
    if (segment.count == 0 || longest == 0) continue;
    const double width = 100.0 * static_cast<double>(segment.count) / static_cast<double>(longest);
    drawn += fmt::format(R"(<rect class="{}" x="{:.3f}" width="{:.3f}" y="0" height="10"/>)", segment.kind, x,
                         width);
    x += width;
  }
  return drawn + "</svg>";
}

std::string answers_plot(const TimeSeries& answers) {
  const double seconds = static_cast<double>(answers.slot_ms()) / 1000;
  std::vector<Column> all;
  double highest = 0;
  for (const auto& [done, refused] : answers.slots()) {
    Column column{static_cast<double>(done) / seconds, static_cast<double>(refused) / seconds, ""};
    const std::int64_t from = answers.start_ms() + static_cast<std::int64_t>(all.size()) * answers.slot_ms();
    column.says =
        fmt::format("{}: {:.1f} done and {:.1f} refused a second", moment(from), column.lower, column.upper);
    highest = std::max(highest, column.lower + column.upper);
    all.push_back(std::move(column));
  }
  const double top = round_up(highest);
  const std::int64_t end = answers.start_ms() + static_cast<std::int64_t>(all.size()) * answers.slot_ms();
  return framed("Answers a second over time", axis(top) + columns(all, top, all.size() > 60 ? 0 : 1) +
                                                  label(kLeft, "start", moment(answers.start_ms())) +
                                                  label(kWidth, "end", moment(end)));
}

std::string latency_plot(const std::array<Durations, kSteps.size()>& latencies) {
  constexpr std::array kBounds{0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 2147483647};
  constexpr std::array kNames{"10 ms", "20", "50", "100", "200", "500", "1 s", "2 s", "5 s", "more"};
  std::vector<Column> all;
  double highest = 0;
  std::string names;
  const double slot = (kWidth - kLeft) / static_cast<double>(kNames.size());
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    std::uint64_t count = 0;
    for (const Durations& step : latencies) count += step.between(i == 0 ? -1 : kBounds[i], kBounds[i + 1]);
    all.push_back(
        {static_cast<double>(count), 0, fmt::format("up to {}: {} requests", kNames[i], grouped(count))});
    highest = std::max(highest, static_cast<double>(count));
    names += label(kLeft + slot * (static_cast<double>(i) + 0.5), "middle", kNames[i]);
  }
  const double top = round_up(highest);
  return framed("Requests by how long they took", axis(top) + columns(all, top, 6) + names);
}

}  // namespace payferry::report
