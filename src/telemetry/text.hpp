#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace payferry::telemetry {

// `text` with every byte that is not part of well-formed UTF-8 replaced by U+FFFD: what goes into JSON must
// be.
std::string valid_utf8(std::string_view text);

// `text` as a JSON string, with its quotes.
std::string json_quoted(std::string_view text);

// `text` as it is where it is one plain word, else json_quoted.
std::string word_or_quoted(std::string_view text);

// 1234567 → "1,234,567".
std::string with_separators(std::uint64_t number);

// Characters, not bytes, of well-formed UTF-8.
std::size_t length_in_characters(std::string_view text);
// The first `characters` of it.
std::string_view first_characters(std::string_view text, std::size_t characters);

}  // namespace payferry::telemetry
