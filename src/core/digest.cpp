#include "core/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

namespace payferry {
namespace {

// Looking an algorithm up by name costs more than hashing a short text with it.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void put_size(std::string& text, std::size_t size) {
  char digits[20];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, size).ptr);
}

}  // namespace

Sha256 sha256_of(std::initializer_list<std::string_view> parts) {
  // Kept from one digest to the next: making a context costs as much as hashing a short text in it.
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  thread_local std::string text;
  text.clear();
  for (std::string_view part : parts) {
    put_size(text, part.size());
    text += ':';
    text += part;
  }
  Sha256 digest{};
  EVP_DigestInit_ex2(context.get(), algorithm(), nullptr);
  EVP_DigestUpdate(context.get(), text.data(), text.size());
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
  Sha256 digest{};
  std::size_t length = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), digest.size(),
            &length);
  return digest;
}

std::string to_hex(const Sha256& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(digest.size() * 2, '\0');
  char* at = text.data();
  for (const unsigned char byte : digest) {
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
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
