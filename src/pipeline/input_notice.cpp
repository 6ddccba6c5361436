#include "pipeline/input_notice.hpp"

#include <fmt/format.h>

#include "intake/identity.hpp"

namespace payferry::pipeline {

std::optional<InputNotice> notice_of(const ledger::InputState& input, const std::string& identity) {
  if (!input.earlier) return std::nullopt;
  const ledger::InputState::Earlier& earlier = *input.earlier;
  // A pipe has no identity: nobody knows whether it is another one.
  if (identity.empty() && earlier.identity.empty()) return std::nullopt;
  if (identity == earlier.identity)
    return InputNotice{
        false,
        "this kind of input cannot be read from its middle: it is read from its start, and each "
        "line that is known costs one look-up"};
  InputNotice notice;
  notice.grave = !earlier.complete;
  notice.message = fmt::format(
      "the input is not the one that the last run read (its {} changed): it is read from its start, and each "
      "line that is known costs one look-up",
      intake::what_changed(earlier.identity, identity));
  if (notice.grave)
    notice.message += fmt::format(
        ". The last one was read up to its line {} and no further: what stood behind is moved only where "
        "this "
        "one holds it too",
        earlier.lines);
  return notice;
}

std::string words_of_changed_lines(std::uint64_t amended, std::uint64_t differing) {
  std::string words;
  if (amended > 0)
    words = fmt::format("{} lines say something else than when they failed: they are tried again", amended);
  if (differing > 0)
    words += fmt::format("{}{} lines say something else than what was done: the old stands",
                         words.empty() ? "" : "; ", differing);
  return words;
}

}  // namespace payferry::pipeline
