#pragma once

#include <string>

#include "report/facts.hpp"

namespace payferry::report {

// report.html: one page that needs nothing but itself and runs nothing, for whoever answers for the job and
// whoever checks it. Holds nobody's data.
std::string page(const PageFacts& facts);

// How it ended, in one sentence.
std::string verdict_of(const PageFacts& facts);

}  // namespace payferry::report
