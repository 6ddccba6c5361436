#include <string>
#include <vector>

#include "fuzz/check.hpp"
#include "fuzz/targets.hpp"
#include "ledger/content.hpp"

namespace payferry::fuzz {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find('\n', from), text.size());
    parts.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

// The input's lines as the fields of a line's content.
LineContent content_of(const std::vector<std::string>& parts, Dice& dice) {
  LineContent content;
  const auto part = [&](std::size_t index) { return index < parts.size() ? parts[index] : std::string(); };
  content.target_customer = part(0);
  content.type = part(1);
  content.is_default = dice.coin();
  content.name = part(2);
  content.email = part(3);
  content.phone = part(4);
  for (std::size_t i = 5; i + 1 < parts.size(); i += 2) content.metadata.emplace_back(parts[i], parts[i + 1]);
  return content;
}

}  // namespace

void ledger_record(std::string_view input) {
  Dice dice(input);
  // As a column of a damaged ledger.
  const LineContent content = ledger::decode_content(input);
  require(ledger::decode_content(ledger::encode(content)) == content,
          "content that was read can be written again");
  const std::vector<std::string> list = ledger::decode_list(input);
  require(ledger::decode_list(ledger::encode(list)) == list, "a list that was read can be written again");
  // As what is to be kept.
  const std::vector<std::string> parts = split(input);
  require(ledger::decode_list(ledger::encode(parts)) == parts, "a list comes back as it was");
  const LineContent made = content_of(parts, dice);
  require(ledger::decode_content(ledger::encode(made)) == made, "content comes back as it was");
}

}  // namespace payferry::fuzz
