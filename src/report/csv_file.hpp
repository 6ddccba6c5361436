#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/atomic_file.hpp"

namespace payferry::report {

// One record after RFC 4180, with its line end. Only fields that need it are quoted.
std::string csv_record(const std::vector<std::string_view>& fields);

}  // namespace payferry::report
