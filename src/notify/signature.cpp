#include "notify/signature.hpp"

#include "core/digest.hpp"

namespace payferry::notify {

std::string signature_of(std::string_view secret, std::int64_t seconds, std::string_view body) {
  const std::string time = std::to_string(seconds);
  const std::string text = time + "." + std::string(body);
  return "t=" + time + ",v1=" + to_hex(hmac_sha256(secret, text));
}

}  // namespace payferry::notify
