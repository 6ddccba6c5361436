#include "settings/walk.hpp"

#include <map>
#include <string>

#include "settings/suggest.hpp"
#include "settings/text.hpp"

namespace payferry::settings {
namespace {

std::string quote(std::string_view name) {
  return "`" + std::string(name) + "`";
}

// Where a name that is unknown here is known; empty if nowhere.
std::string home_of(std::string_view name) {
  if (const Key* key = find_key(name); key != nullptr && name.find('.') != std::string_view::npos) {
    return quote(leaf_of(key->name)) + " in the section " + quote(section_of(key->name));
  }
  for (const Key& key : schema()) {
    if (leaf_of(key.name) == name) {
      const std::string_view section = section_of(key.name);
      return quote(name) + (section.empty() ? " at the top" : " in the section " + quote(section));
    }
  }
  return {};
}

std::string unknown(std::string_view section, std::string_view name) {
  const std::string message = "unknown key " + show(name);
  if (name == "<<") return message + ": merge keys are not supported, write the keys out";
  const auto known_here = names_in(section);
  if (const auto meant = suggest(name, known_here)) return message + ": did you mean " + quote(*meant) + "?";
  if (const std::string home = home_of(name); !home.empty()) return message + ": did you mean " + home + "?";
  std::string list;
  for (const std::string_view known : known_here) {
    list += (list.empty() ? "" : ", ") + std::string(known);
  }
  return message + ": known " + (section.empty() ? "at the top" : "here") + " are " + list;
}

class Walk {
 public:
  Walk(const Origin& origin, Mistakes& mistakes) : origin_(origin), mistakes_(mistakes) {}

  void map(const Node& node, std::string_view section) {
    for (const auto& [name, value] : node.pairs) {
      const Place place{&origin_, name->line};
      if (name->kind != NodeKind::scalar || !name->tag.empty()) {
        mistakes_.add(place, section, "a key here is not a plain word: write `key: value`");
        continue;
      }
      pair(section, name->text, value, place);
    }
  }

  std::vector<Found> take() { return std::move(found_); }

 private:
  void pair(std::string_view section, const std::string& name, const NodePtr& value, const Place& place) {
    const std::string dotted = section.empty() ? name : std::string(section) + "." + name;
    // A dotted name at the top is no key: `limits.global: 5` stands for nothing.
    const bool is_dotted = name.find('.') != std::string::npos;
    const Key* const key = is_dotted ? nullptr : find_key(dotted);
    const bool opens_section = section.empty() && is_section(name);
    if (key == nullptr && !opens_section) {
      mistakes_.add(place, shown_key(dotted), unknown(section, name));
      return;
    }
    const auto [first, is_new] = seen_.emplace(dotted, place.line);
    if (!is_new) {
      mistakes_.add(
          place, dotted,
          "stands here a second time (first in line " + std::to_string(first->second) + "): keep one");
    }
    if (opens_section) {
      open_section(name, *value, place);
    } else if (is_new) {
      leaf(*key, value, place);
    }
  }

  // A key's name may be a secret that went astray.
  static std::string shown_key(const std::string& dotted) {
    std::string shown = show(dotted);
    if (shown.size() > 1 && shown.front() == '`') shown = shown.substr(1, shown.size() - 2);
    return shown;
  }

  void open_section(const std::string& name, const Node& value, const Place& place) {
    if (!value.tag.empty()) return tagged(name, value, place);
    if (value.kind == NodeKind::map) return map(value, name);
    const std::string mend = ": give its keys, indented, in the lines below, or remove it";
    const bool empty = value.kind == NodeKind::null || (value.kind == NodeKind::scalar && value.text.empty());
    mistakes_.add(place, name, (empty ? "the section is empty" : "is a section, not a value") + mend);
  }

  void leaf(const Key& key, const NodePtr& value, const Place& place) {
    const std::size_t before = found_.size();
    if (key.job_only && !origin_.is_job) {
      mistakes_.add(place, key.name, "belongs in the job file: remove it here");
    } else if (key.tree) {
      if (is_map(key, *value, place)) found_.push_back({&key, value, place});
    } else if (key.is_list && value->kind == NodeKind::sequence) {
      if (is_list_of_scalars(key, *value, place)) found_.push_back({&key, value, place});
    } else if (is_scalar(key, *value, place)) {
      found_.push_back({&key, value, place});
    }
    if (found_.size() == before) found_.push_back({&key, nullptr, place});
  }

  bool is_map(const Key& key, const Node& value, const Place& place) {
    if (!value.tag.empty()) return tagged(key.name, value, place), false;
    if (value.kind == NodeKind::map) return true;
    return wrong(key, place, value.kind == NodeKind::null ? "is empty" : "holds no keys"), false;
  }

  bool is_list_of_scalars(const Key& key, const Node& value, const Place& place) {
    if (!value.tag.empty()) return tagged(key.name, value, place), false;
    if (value.items.empty()) return wrong(key, place, "the list is empty"), false;
    bool good = true;
    for (const NodePtr& item : value.items) {
      // yaml-cpp gives an empty item the line of what follows it.
      const Place at = item->kind == NodeKind::null ? place : Place{&origin_, item->line};
      good = is_scalar(key, *item, at) && good;
    }
    return good;
  }

  bool is_scalar(const Key& key, const Node& value, const Place& place) {
    if (!value.tag.empty()) return tagged(key.name, value, place), false;
    switch (value.kind) {
      case NodeKind::scalar:
        if (!value.text.empty()) return true;
        [[fallthrough]];
      case NodeKind::null:
        return wrong(key, place, key.is_list ? "holds an empty value" : "is empty"), false;
      case NodeKind::sequence:
        return wrong(key, place, key.is_list ? "holds a list in the list" : "is a list, not one value"),
               false;
      case NodeKind::map:
        return wrong(key, place, key.is_list ? "holds keys, not values" : "is a section, not a value"), false;
    }
    return false;
  }

  void wrong(const Key& key, const Place& place, std::string_view what) {
    mistakes_.add(place, key.name, std::string(what) + ": give " + std::string(key.takes));
  }

  void tagged(std::string_view key, const Node& value, const Place& place) {
    mistakes_.add(place, key, "the tag " + show(value.tag) + " means nothing here: remove it");
  }

  const Origin& origin_;
  Mistakes& mistakes_;
  std::map<std::string, int> seen_;
  std::vector<Found> found_;
};

}  // namespace

std::vector<Found> walk(const Node& root, const Origin& origin, Mistakes& mistakes) {
  if (root.kind != NodeKind::map) {
    mistakes.add({&origin, root.line}, "",
                 "is not a list of keys and values: write `key: value`, one a line");
    return {};
  }
  Walk walk(origin, mistakes);
  walk.map(root, "");
  return walk.take();
}

}  // namespace payferry::settings
