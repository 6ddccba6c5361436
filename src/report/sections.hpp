#pragma once

#include <string>

#include "report/facts.hpp"

// The parts of report.html, in the order in which they stand there. A part that has nothing to tell is empty.
namespace payferry::report {

std::string balance_section(const PageFacts& facts);
std::string speed_section(const PageFacts& facts);
std::string accounts_section(const PageFacts& facts);
std::string troubles_section(const PageFacts& facts);
std::string remarks_section(const PageFacts& facts);
std::string runs_section(const PageFacts& facts);
std::string proof_section(const PageFacts& facts);

}  // namespace payferry::report
