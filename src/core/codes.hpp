#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The one catalogue of the codes that stand in rejects.csv, summaries, reports and logs: what each means and
// what to do. `payferry explain CODE`, report.html and docs/codes.md all say these words.
namespace payferry {

enum class CodeSource {
  stripe,   // Stripe's word for a refusal; its meaning after Stripe's error codes
  item,     // ours: why an item failed, waits or was skipped
  line,     // ours: why a line was rejected
  account,  // ours: why an account is blocked, or what somebody should look at there
  answer,   // ours: what came back for one request; seen in `explain` and in logs
};
std::string_view to_string(CodeSource) noexcept;

struct CodeInfo {
  std::string_view code;  // may hold one *, which stands for any word
  CodeSource source;
  std::string_view means;
  std::string_view to_do;
  std::string_view again;  // what makes Payferry try it again
};

std::span<const CodeInfo> codes();
// Null where the catalogue does not know it.
const CodeInfo* find_code(std::string_view code) noexcept;
// Codes that look like this one, the closest first; at most `most`.
std::vector<std::string_view> codes_like(std::string_view code, std::size_t most);

// docs/codes.md.
std::string codes_page();

}  // namespace payferry
