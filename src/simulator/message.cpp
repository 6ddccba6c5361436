#include "simulator/message.hpp"

#include <algorithm>
#include <cctype>

namespace payferry::simulator {

const std::string* find_header(const Headers& headers, std::string_view name) {
  auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  for (const auto& [key, value] : headers) {
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same)) return &value;
  }
  return nullptr;
}

}  // namespace payferry::simulator
