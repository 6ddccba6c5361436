#include "settings/tree_reader.hpp"

#include "settings/files.hpp"
#include "settings/suggest.hpp"
#include "settings/text.hpp"
#include "settings/variables.hpp"

namespace payferry::settings {
namespace {

constexpr std::string_view kPath = "the path of a readable file";
constexpr std::string_view kRate = "requests per second between 0.1 and 100000";

}  // namespace

void TreeReader::wrong(int line, const std::string& name, const std::string& message) {
  context_.mistakes.add({context_.place.origin, line}, name.empty() ? path_ : path_ + "." + name, message);
}

void TreeReader::unknown(int line, const std::string& name, const std::vector<std::string_view>& known) {
  if (const auto meant = suggest(name, known))
    return wrong(line, "", "unknown key " + show(name) + ": did you mean `" + std::string(*meant) + "`?");
  std::string list;
  for (const std::string_view word : known) list += (list.empty() ? "" : ", ") + std::string(word);
  wrong(line, "", "unknown key " + show(name) + ": known here are " + list);
}

std::optional<std::string> TreeReader::text(const Node& node, int line, const std::string& name,
                                            std::string_view takes) {
  if (node.kind != NodeKind::scalar || !node.tag.empty() || node.text.empty()) {
    wrong(line, name, "is not one value: give " + std::string(takes));
    return std::nullopt;
  }
  Expanded expanded = expand(node.text, context_.environment);
  for (std::string& problem : expanded.problems) wrong(line, name, std::move(problem));
  if (!expanded.problems.empty() || expanded.has_unset) return std::nullopt;
  return expanded.text;
}

void TreeReader::check(const Problem& problem, const Node& node, int line, const std::string& name,
                       std::string_view takes) {
  if (problem) wrong(line, name, show(node.text) + " " + *problem + ": give " + std::string(takes));
}

void TreeReader::rate(const Node& node, int line, const std::string& name, std::optional<double>& result) {
  const std::optional<std::string> given = text(node, line, name, kRate);
  double value = 0;
  if (given) check(parse_number(*given, 0.1, 100'000, value), node, line, name, kRate);
  if (value > 0) result = value;
}

void TreeReader::whole(const Node& node, int line, const std::string& name, int min, int max,
                       std::optional<int>& result) {
  const std::string takes = "a whole number between " + std::to_string(min) + " and " + std::to_string(max);
  const std::optional<std::string> given = text(node, line, name, takes);
  int value = 0;
  if (!given) return;
  const Problem problem = parse_whole(*given, min, max, value);
  check(problem, node, line, name, takes);
  if (!problem) result = value;
}

std::optional<bool> TreeReader::flag(const Node& node, int line, const std::string& name) {
  constexpr std::string_view kFlag = "true or false";
  const std::optional<std::string> given = text(node, line, name, kFlag);
  if (!given) return std::nullopt;
  if (*given == "true" || *given == "false") return *given == "true";
  check("is not known here", node, line, name, kFlag);
  return std::nullopt;
}

void TreeReader::readable_file(const Node& node, int line, const std::string& name, std::string& result) {
  const auto given = text(node, line, name, kPath);
  if (!given) return;
  const std::filesystem::path path = resolve(context_.place.origin->folder, *given);
  const Result<std::string> first = read_first_line(path);
  if (!first) return wrong(line, name, "the file " + first.error().message);
  result = path.string();
}

}  // namespace payferry::settings
