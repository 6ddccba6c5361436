#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace payferry::intake {

// The one of `names` that was probably meant to be `wanted`, such as "Customer ID" for "customer"; empty if
// none looks like it.
std::string near_miss(const std::vector<std::string>& names, std::string_view wanted);

}  // namespace payferry::intake
