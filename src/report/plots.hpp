#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/facts.hpp"

// Plots as inline SVG; colours are classes of the page's style, so that they follow light and dark.
namespace payferry::report {

struct Segment {
  const char* kind;  // a class of the style: succeeded, failed, …
  std::uint64_t count;
};

// One bar, `longest` being the full width.
std::string bar(const std::vector<Segment>& segments, std::uint64_t longest);
// Answers a second over time, what was done below what was refused.
std::string answers_plot(const TimeSeries& answers);
// How many requests took how long.
std::string latency_plot(const std::array<Durations, kSteps.size()>& latencies);

}  // namespace payferry::report
