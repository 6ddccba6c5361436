#include "ledger/valid_text.hpp"

#include "core/utf8.hpp"

namespace payferry::ledger {

bool is_storable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '\0' ? 0 : utf8_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string storable(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '\0' ? 0 : utf8_length(text, at);
    if (length == 0)
      kept += '?';
    else
      kept.append(text, at, length);
    at += length == 0 ? 1 : length;
  }
  return kept;
}

}  // namespace payferry::ledger
