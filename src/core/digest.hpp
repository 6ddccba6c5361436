#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace payferry {

using Sha256 = std::array<unsigned char, 32>;

// SHA-256 over the parts, each preceded by its length, so that ("ab","c") and ("a","bc") differ.
Sha256 sha256_of(std::initializer_list<std::string_view> parts);
std::string to_hex(const Sha256&);
// HMAC with SHA-256, for signatures.
Sha256 hmac_sha256(std::string_view key, std::string_view text);

// The first 16 bytes of a digest: how the ledger knows an item or a link.
using Identity = std::array<unsigned char, 16>;
Identity identity_of(std::initializer_list<std::string_view> parts);

// The first 8 bytes of a digest as a number: enough to notice that a text is another one.
std::int64_t fingerprint_of(std::initializer_list<std::string_view> parts);

}  // namespace payferry
