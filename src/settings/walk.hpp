#pragma once

#include <vector>

#include "settings/mistakes.hpp"
#include "settings/schema.hpp"
#include "settings/yaml_tree.hpp"

namespace payferry::settings {

// A key of the schema and what stands there.
struct Found {
  const Key* key = nullptr;
  NodePtr node;  // a scalar; for a list also a sequence of at least one scalar
  Place place;   // of the key
};

// Every key of the schema that the file holds in the right shape. What is unknown, double, empty, of the
// wrong shape or in the wrong file becomes a mistake.
std::vector<Found> walk(const Node& root, const Origin& origin, Mistakes& mistakes);

}  // namespace payferry::settings
