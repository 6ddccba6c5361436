#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// YAML as a plain tree with line numbers. yaml-cpp's own nodes keep one of several equal keys without a word;
// here every pair stays, in the file's order.
namespace payferry::settings {

struct Node;
// Shared where the text uses an alias; never a cycle.
using NodePtr = std::shared_ptr<const Node>;

enum class NodeKind { null, scalar, sequence, map };

struct Node {
  NodeKind kind = NodeKind::null;
  int line = 0;         // 1-based
  std::string text;     // scalar
  bool quoted = false;  // scalar: certainly meant as text
  std::string tag;      // a tag of the user's own, or empty
  std::vector<NodePtr> items;
  std::vector<std::pair<NodePtr, NodePtr>> pairs;
  int height = 1;  // of the tree below, aliases included
};

struct Tree {
  NodePtr root;  // null if there is a problem
  int line = 0;  // of the problem; 0: the file as a whole
  std::string problem;
};

inline constexpr int kMaxNesting = 16;

// Takes any bytes, never throws on them. Problems: text that is not UTF-8, bad YAML, nothing in it, more than
// one document, more than kMaxNesting levels, an alias inside its own anchor.
Tree parse_yaml(std::string_view text);

}  // namespace payferry::settings
