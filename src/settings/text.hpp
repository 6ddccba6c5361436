#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace payferry::settings {

// The first line (1-based) with bytes that are not plain UTF-8 text, and what is wrong there. YAML allows no
// control characters; yaml-cpp would take 0x04 for the end of the file and drop the rest without a word.
struct BadText {
  int line = 0;
  std::string message;
};
std::optional<BadText> find_bad_text(std::string_view text);

bool has_control_characters(std::string_view text) noexcept;

// `text` as a message may repeat it: in backticks, on one line, shortened, without keys and addresses.
std::string show(std::string_view text);

}  // namespace payferry::settings
