#include "core/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace payferry {
namespace {

// Looking an algorithm up by name costs more than hashing a short text with it.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

}  // namespace

Sha256 sha256_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  Sha256 digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, algorithm(), nullptr);
  return digest;
}

std::string to_hex(const Sha256& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(digest.size() * 2);
  for (unsigned char byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Identity identity_of(std::initializer_list<std::string_view> parts) {
  const Sha256 digest = sha256_of(parts);
  Identity identity{};
  std::copy_n(digest.begin(), identity.size(), identity.begin());
  return identity;
}

std::int64_t fingerprint_of(std::initializer_list<std::string_view> parts) {
  const Sha256 digest = sha256_of(parts);
  std::int64_t number = 0;
  std::memcpy(&number, digest.data(), sizeof number);
  return number;
}

}  // namespace payferry
