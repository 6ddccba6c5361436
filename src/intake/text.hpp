#pragma once

#include <cstddef>
#include <string_view>

namespace payferry::intake {

// Without ASCII spaces and tabs at both ends.
std::string_view trimmed(std::string_view text) noexcept;
// Every byte is 1..127.
bool is_plain_ascii(std::string_view text) noexcept;
// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
// Characters of a valid UTF-8 text.
std::size_t count_characters(std::string_view text) noexcept;
// May stand in a message: short, and looks like an id (letters, an underscore, letters and digits). A cell of
// a shifted column may hold an address, a card number or a key; none of these passes.
bool is_repeatable(std::string_view text);

}  // namespace payferry::intake
