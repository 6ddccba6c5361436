#pragma once

#include "settings/apply.hpp"

// The keys of `limits` that hold keys themselves.
namespace payferry::settings {

void to_endpoints(const Node&, TreeContext&);
void to_account_limits(const Node&, TreeContext&);
void to_schedule(const Node&, TreeContext&);

}  // namespace payferry::settings
