#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// What tells one state of a regular file from another: size, the times of the last change, and a digest of
// its first and last 64 KiB. Of the times mtime can be set back, as editors and copying tools do; ctime
// cannot. It moves on a chmod or rename too: then the file is read again, which costs a look-up for each
// line. Leaves the descriptor's place alone. Errors: io, errno tells why.
Result<std::string> identity_of_file(int descriptor, const struct stat& status);

// A digest of the settings that decide what a line becomes: under other ones a file is another input, which
// is read from its start. The order of accounts and types does not matter.
std::string digest_of_admission(const settings::TargetSettings& target);

// Of a queue, by the words that name it at its broker. In two parts, as a file's.
std::string identity_of_queue(const std::string& kind, const std::string& where, const std::string& name,
                              const settings::TargetSettings& target);

// In words, what tells a source's identity() from an earlier one of the same job.
std::string_view what_changed(std::string_view before, std::string_view now);

}  // namespace payferry::intake
