#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.hpp"

namespace payferry::settings {

// A scalar with its variables filled in. The messages name variables, never their values.
struct Expanded {
  std::string text;
  bool has_variables = false;
  bool has_unset = false;
  std::vector<std::string> problems;
};

// ${NAME} becomes the variable's value, $$ becomes $; any other $ stands for itself.
Expanded expand(std::string_view text, const Environment& environment);

}  // namespace payferry::settings
