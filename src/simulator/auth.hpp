#pragma once

#include <optional>
#include <string>

#include "simulator/errors.hpp"
#include "simulator/message.hpp"

namespace payferry::simulator {

// The API key of a Bearer or Basic authorization; empty if there is none.
std::string key_of(const Request& request);

// Nothing if the key may be used. `expected` empty: every secret or restricted key of the mode.
std::optional<ApiError> refuse_key(const std::string& key, const std::string& expected, bool livemode);

}  // namespace payferry::simulator
