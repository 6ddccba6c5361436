#pragma once

#include "settings/apply.hpp"

namespace payferry::settings {

// The keys of source.kafka.
void to_kafka(const Node&, TreeContext&);

}  // namespace payferry::settings
