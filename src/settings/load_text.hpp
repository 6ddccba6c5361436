#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "settings/settings.hpp"

namespace payferry::settings {

// The text of a settings file and the path it stands for: relative paths in it are relative to that path's
// folder.
struct NamedText {
  std::filesystem::path name;
  std::string_view text;
};

// As load(), with texts in place of files. Takes any bytes, never throws on them; the files that the texts
// name (api_key_file, ca_file) are still read.
Loaded load_text(const NamedText& job, const std::optional<NamedText>& config, const Environment& environment,
                 Needs needs = true);

}  // namespace payferry::settings
