#include "core/codes.hpp"

#include <algorithm>
#include <numeric>

namespace payferry {
namespace {

bool matches(std::string_view pattern, std::string_view code) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == code;
  const std::string_view head = pattern.substr(0, star);
  const std::string_view tail = pattern.substr(star + 1);
  return code.size() > head.size() + tail.size() && code.starts_with(head) && code.ends_with(tail);
}

// Levenshtein's distance: how many letters have to be changed.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// Part of a code's name is as good as a slip of the pen.
std::size_t strangeness(std::string_view asked, std::string_view code) {
  const bool part = asked.size() >= 4 && code.find(asked) != std::string_view::npos;
  return part ? 0 : distance(asked, code);
}

std::string heading(CodeSource source) {
  switch (source) {
    case CodeSource::stripe:
      return "Stripe refused";
    case CodeSource::item:
      return "Items";
    case CodeSource::line:
      return "Lines";
    case CodeSource::account:
      return "Accounts and warnings";
    case CodeSource::answer:
      break;
  }
  return "Answers to one request";
}

}  // namespace

std::string_view to_string(CodeSource source) noexcept {
  switch (source) {
    case CodeSource::stripe:
      return "Stripe's";
    case CodeSource::item:
      return "of an item";
    case CodeSource::line:
      return "of a line";
    case CodeSource::account:
      return "of an account";
    case CodeSource::answer:
      break;
  }
  return "of an answer";
}

const CodeInfo* find_code(std::string_view code) noexcept {
  for (const CodeInfo& info : codes())
    if (matches(info.code, code)) return &info;
  return nullptr;
}

std::vector<std::string_view> codes_like(std::string_view code, std::size_t most) {
  std::vector<std::pair<std::size_t, std::string_view>> found;
  const std::size_t bearable = std::max<std::size_t>(2, code.size() / 3);
  for (const CodeInfo& info : codes())
    if (const std::size_t strange = strangeness(code, info.code); strange <= bearable)
      found.emplace_back(strange, info.code);
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < found.size() && i < most; ++i) names.push_back(found[i].second);
  return names;
}

std::string codes_page() {
  std::string page =
      "# Codes\n\n"
      "Generated from `src/core/code_list.cpp` by `payferry generate codes`; a test fails where the two "
      "differ.\n\n"
      "`payferry explain CODE` says the same. A code of Stripe's that is not here is still its answer to "
      "that one "
      "item:\nStripe's message stands in `rejects.csv` beside it.\n";
  for (const CodeSource source :
       {CodeSource::stripe, CodeSource::item, CodeSource::line, CodeSource::account, CodeSource::answer}) {
    page.append("\n## ")
        .append(heading(source))
        .append("\n\n| code | means | what to do | tried again by |\n|---|---|---|---|\n");
    for (const CodeInfo& info : codes()) {
      if (info.source != source) continue;
      page.append("| `").append(info.code).append("` | ").append(info.means).append(" | ");
      page.append(info.to_do).append(" | ").append(info.again).append(" |\n");
    }
  }
  return page;
}

}  // namespace payferry
