#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "settings/apply.hpp"

namespace payferry::settings {

// One map below a key: its pairs by name, each once; what is wrong becomes a mistake under the key's own
// name.
class TreeReader {
 public:
  TreeReader(TreeContext& context, std::string path) : context_(context), path_(std::move(path)) {}

  void wrong(int line, const std::string& name, const std::string& message);

  // Calls `take(name, value, line)` for each pair.
  template <class Take>
  void each(const Node& node, const std::string& mend, Take take) {
    if (node.kind != NodeKind::map || !node.tag.empty())
      return wrong(node.line, "", "holds no keys: " + mend);
    if (node.pairs.empty()) return wrong(node.line, "", "is empty: " + mend);
    std::set<std::string> seen;
    for (const auto& [name, value] : node.pairs) {
      if (name->kind != NodeKind::scalar) {
        wrong(name->line, "", "a key here is not a plain word: write `key: value`");
      } else if (!seen.insert(name->text).second) {
        wrong(name->line, name->text, "stands here a second time: keep one");
      } else {
        take(name->text, *value, name->line);
      }
    }
  }

  void unknown(int line, const std::string& name, const std::vector<std::string_view>& known);

  // The scalar with its variables filled in; none after a mistake.
  std::optional<std::string> text(const Node& node, int line, const std::string& name,
                                  std::string_view takes);
  void check(const Problem& problem, const Node& node, int line, const std::string& name,
             std::string_view takes);
  void rate(const Node& node, int line, const std::string& name, std::optional<double>& result);
  void whole(const Node& node, int line, const std::string& name, int min, int max,
             std::optional<int>& result);
  std::optional<bool> flag(const Node& node, int line, const std::string& name);

  // The path of a file, relative to the settings file's folder, that is there; becomes absolute.
  void readable_file(const Node& node, int line, const std::string& name, std::string& result);

  TreeReader below(const std::string& name) const { return {context_, path_ + "." + name}; }
  const TreeContext& context() const { return context_; }

 private:
  TreeContext& context_;
  std::string path_;
};

}  // namespace payferry::settings
