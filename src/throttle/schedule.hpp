#pragma once

#include <cstdint>

#include "throttle/steering.hpp"

namespace payferry::throttle {

// What the job file wants of single accounts.
Changes changes_from(const settings::LimitSettings& limits);

// What the timetable wants at this moment: the first of its windows that holds it, by the clock on the wall
// of its zone. A window that runs past midnight belongs to the day on which it begins. So an hour that a
// change to winter time repeats counts twice, and one that is left out in spring not at all.
Changes changes_at(const settings::LimitSchedule& schedule, std::int64_t wall_ms);

}  // namespace payferry::throttle
