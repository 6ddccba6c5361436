#pragma once

#include <cstdint>
#include <string>

#include "notify/occasions.hpp"

namespace payferry::notify {

// One thing to be told, as it is sent: docs/schemas/notification.schema.json.
struct Notification {
  std::string id;  // the same however often it is sent: receivers know it again by that
  Event event = Event::started;
  std::string body;
};

// `number`: which of the run's notifications it is. `account`: for account_done, else empty.
Notification make_notification(Event event, const std::string& account, const telemetry::Snapshot& now,
                               std::int64_t wall_ms, std::uint64_t number);

// Of `payferry plan`: the state is what its --json prints.
Notification make_plan_notification(const std::string& job, const std::string& plan, std::int64_t wall_ms);

}  // namespace payferry::notify
