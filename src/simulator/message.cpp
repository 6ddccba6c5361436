#include "simulator/message.hpp"

#include <ctime>

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

std::string http_date(std::int64_t seconds_since_1970) {
  const std::time_t seconds = seconds_since_1970;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, length};
}

}  // namespace payferry::simulator
