#pragma once

#include <unistd.h>

#include <array>
#include <string>

namespace payferry {

// What this machine calls itself; empty where it does not say.
inline std::string host_name() {
  std::array<char, 65> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace payferry
