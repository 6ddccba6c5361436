#include "settings/apply.hpp"

#include "settings/text.hpp"
#include "settings/variables.hpp"

namespace payferry::settings {
namespace {

// What a message calls the value. Variables' values are never repeated, nor is anything under a secret key.
std::string name_of(const Key& key, const Value& value) {
  const bool only_a_variable = value.raw.starts_with("${") && value.raw.find('}') == value.raw.size() - 1;
  if (LedgerPlace::names_server(value.raw) || LedgerPlace::names_server(value.text)) return "the address";
  if (key.secret) return only_a_variable ? "the value of " + show(value.raw) : "the value";
  if (value.has_variables) return "the value of " + show(value.raw);
  return show(value.text);
}

Problem understand(const Key& key, const Value& value, Draft& draft) {
  if (value.text.empty()) return "is empty";
  if (has_control_characters(value.text)) return "holds a line end or another control character";
  return key.convert(value, draft);
}

void apply_scalar(const Found& found, const Node& node, const Place& place, Weight weight,
                  const Environment& environment, Draft& draft, Mistakes& mistakes) {
  const Key& key = *found.key;
  Expanded expanded = expand(node.text, environment);
  const bool lenient = weight != Weight::effective;
  const bool left_out = expanded.has_variables && (expanded.has_unset || expanded.text.empty());
  if (lenient && (left_out || (expanded.has_variables && weight == Weight::overridden))) return;
  for (std::string& problem : expanded.problems) mistakes.add(place, key.name, std::move(problem));
  if (!expanded.problems.empty()) return;
  const Value value{std::move(expanded.text), node.text, node.quoted, expanded.has_variables,
                    place.origin->folder};
  if (const Problem problem = understand(key, value, draft)) {
    mistakes.add(place, key.name, name_of(key, value) + " " + *problem + ": give " + std::string(key.takes));
  }
}

}  // namespace

void apply(const Found& found, Weight weight, const Environment& environment, Draft& draft,
           Mistakes& mistakes) {
  if (!found.node) return;
  // The default list gives way to the file's.
  if (found.key->name == "target.types") draft.settings.target.types.clear();
  if (found.key->name == "notify.events") draft.settings.notify.events.clear();
  if (found.key->tree) {
    TreeContext context{found.place, environment, draft, mistakes};
    found.key->tree(*found.node, context);
    return;
  }
  if (found.node->kind == NodeKind::scalar) {
    apply_scalar(found, *found.node, found.place, weight, environment, draft, mistakes);
    return;
  }
  for (const NodePtr& item : found.node->items) {
    const Place place{found.place.origin, item->line};
    apply_scalar(found, *item, place, weight, environment, draft, mistakes);
  }
}

}  // namespace payferry::settings
