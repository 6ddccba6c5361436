#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "settings/walk.hpp"

namespace payferry::settings {

// What counts of two files. A key with a mistake is there too (its node is null): it is not missing.
struct Merged {
  std::map<std::string_view, Found> effective;
  std::vector<Found> overridden;  // of the machine-wide file
};

// The job's keys over the machine-wide ones, one by one. api_key and api_key_file are one choice, and so are
// the sources: whichever the job makes replaces them all.
Merged merge(const std::vector<Found>& job, const std::vector<Found>& config);

}  // namespace payferry::settings
