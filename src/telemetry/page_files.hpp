#pragma once

#include <string_view>

// The live page's own files (page/), built into the program.
namespace payferry::telemetry {

extern const std::string_view kPageHtml;
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace payferry::telemetry
