#pragma once

#include "simulator/message.hpp"
#include "simulator/world.hpp"

namespace payferry::simulator {

inline constexpr std::string_view control_prefix = "/_simulator/";

// The plane through which tests judge and steer; needs no key, counts on no limit.
//   GET  /_simulator/report            what happened and how the world stands
//   GET  /_simulator/attached          NDJSON: every attached clone
//   GET  /_simulator/requests          the latest requests
//   POST /_simulator/advance?seconds=  moves the clock
//   POST /_simulator/fault             adds a rule (JSON as in a script; several, one a line)
//   POST /_simulator/clear-faults
//   POST /_simulator/reset-counters
//   POST /_simulator/limits?global=&endpoint=&burst=   changes rates
//   POST /_simulator/key?state=ok|expired
//   POST /_simulator/account/{id}?state=ok|invalid|expired[:STATUS]|slow:MS
//   POST /_simulator/account/{id}?charges_enabled=true|false&country=XX&card_payments=STATE&
//        us_bank_account_ach_payments=STATE    what a read of it shows; STATE: active, inactive or pending
Response control(World& world, const Request& request);

}  // namespace payferry::simulator
