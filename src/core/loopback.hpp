#pragma once

#include <string>

namespace payferry {

// Whether a host's name in lower case, or address (IPv6 without brackets), can be no other machine than this
// one.
bool is_loopback(const std::string& host);

}  // namespace payferry
