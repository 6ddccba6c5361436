#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stripe/api_base.hpp"
#include "stripe/client.hpp"

namespace payferry::stripe {

// Requests as bytes. What all of them have in common is written once, each becomes one buffer and one write:
// that costs half of what composing headers in a message object does.
class WireFormat {
 public:
  WireFormat(const ApiBase& base, std::string_view api_key);

  // nullopt: a part of the request cannot stand in a header or in the request line (a line end, a blank, a
  // character beyond ASCII), so that nothing from outside can smuggle in a header of its own.
  std::optional<std::string> write(const Request&) const;
  // The same, always as a GET without a body.
  std::optional<std::string> write(const Query&) const;

 private:
  std::string common_;
};

// Whether the text can stand in a header: visible ASCII, no blanks.
bool is_header_safe(std::string_view) noexcept;

}  // namespace payferry::stripe
