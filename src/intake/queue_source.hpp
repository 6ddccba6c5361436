#pragma once

#include <memory>

#include "intake/source.hpp"

namespace payferry::intake {

// The queue that the settings name. It is connected to for up to half a minute; what cannot succeed by
// waiting ends that at once. Errors: unreachable, untrusted, refused, usage (no such queue).
Result<std::unique_ptr<Source>> open_queue(const settings::Settings& settings);

}  // namespace payferry::intake
