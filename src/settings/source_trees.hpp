#pragma once

#include "settings/apply.hpp"

// What a job reads from.
namespace payferry::settings {

void to_amqp(const Node&, TreeContext&);

// Exactly one source; a queue's password where somebody connects to it (`needs_secret`).
void settle_source(const Merged& merged, const Origin& job, bool needs_secret, Draft& draft,
                   Mistakes& mistakes);

}  // namespace payferry::settings
