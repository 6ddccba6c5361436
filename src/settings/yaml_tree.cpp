#include "settings/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <unordered_map>

#include "settings/text.hpp"

namespace payferry::settings {
namespace {

// yaml-cpp can only be left by an exception; it ends in parse_yaml.
struct Refusal {
  int line;
  std::string message;
};

int line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : mark.line + 1;
}

bool is_standard(const std::string& tag) {
  return tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:");
}

[[noreturn]] void refuse_depth(int line) {
  throw Refusal{line, "is nested too deeply here: a settings file has sections, keys and lists, no more"};
}

// The parser recurses once a level, and so does a tree's destructor: both are bounded by kMaxNesting.
class TreeBuilder final : public YAML::EventHandler {
 public:
  NodePtr root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      throw Refusal{line_of(mark),
                    "has a second document here (`---`, `...` or stray text after the first): keep one"};
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(NodeKind::null, mark, ""), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const auto node = make(NodeKind::scalar, mark, tag);
    node->text = value;
    node->quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    add(node, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw Refusal{line_of(mark), "has an alias inside its own anchor here"};
    add(known->second, 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(NodeKind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(NodeKind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor;
    NodePtr key;  // of a map's pair whose value is still to come
  };

  static std::shared_ptr<Node> make(NodeKind kind, const YAML::Mark& mark, const std::string& tag) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->line = line_of(mark);
    if (!is_standard(tag)) node->tag = tag;
    return node;
  }

  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (open_.size() >= kMaxNesting) refuse_depth(line_of(mark));
    open_.push_back({make(kind, mark, tag), anchor, nullptr});
  }

  void close() {
    const Frame frame = std::move(open_.back());
    open_.pop_back();
    add(frame.node, frame.anchor);
  }

  void add(const NodePtr& node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root = node;
      return;
    }
    Frame& parent = open_.back();
    parent.node->height = std::max(parent.node->height, node->height + 1);
    if (parent.node->height > kMaxNesting) refuse_depth(node->line);
    if (parent.node->kind == NodeKind::sequence) {
      parent.node->items.push_back(node);
    } else if (!parent.key) {
      parent.key = node;
    } else {
      parent.node->pairs.emplace_back(std::move(parent.key), node);
      parent.key = nullptr;
    }
  }

  int documents_ = 0;
  std::vector<Frame> open_;
  std::unordered_map<YAML::anchor_t, NodePtr> anchors_;
};

NodePtr build(std::string_view text) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  TreeBuilder builder;
  while (parser.HandleNextDocument(builder)) {
  }
  return builder.root;
}

std::string invalid(const std::string& reason) {
  std::string shown = show(reason);
  std::erase(shown, '`');
  return "is not valid YAML here (" + shown +
         "): check the indentation, the quotes and the blank after each colon";
}

}  // namespace

Tree parse_yaml(std::string_view text) {
  if (const auto bad = find_bad_text(text)) return {nullptr, bad->line, bad->message};
  try {
    NodePtr root = build(text);
    if (!root || root->kind == NodeKind::null) return {nullptr, 0, "is empty: give at least one key"};
    return {std::move(root), 0, ""};
  } catch (const Refusal& refusal) {
    return {nullptr, refusal.line, refusal.message};
  } catch (const YAML::Exception& error) {
    return {nullptr, line_of(error.mark), invalid(error.msg)};
  } catch (const std::exception& error) {
    return {nullptr, 0, invalid(error.what())};
  }
}

}  // namespace payferry::settings
