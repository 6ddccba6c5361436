#pragma once

#include <sys/stat.h>

#include <string>

#include "core/result.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// What tells one state of a regular file from another: size, time of the last change, and a digest of its
// first and last 64 KiB. Leaves the descriptor's place alone. Errors: io, errno tells why.
Result<std::string> identity_of_file(int descriptor, const struct stat& status);

// A digest of the settings that decide what a line becomes: under other ones a file is another input, which
// is read from its start. The order of accounts and types does not matter.
std::string digest_of_admission(const settings::TargetSettings& target);

}  // namespace payferry::intake
