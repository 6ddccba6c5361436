#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "core/result.hpp"

namespace payferry::settings {

inline constexpr std::size_t kMaxFileSize = 1024 * 1024;

// The whole file. Errors (io): not there, a directory, not readable, or larger than kMaxFileSize; the message
// reads on from the file's name ("is a directory: …").
Result<std::string> read_file(const std::filesystem::path& path);

// The first line without the blanks around it. Errors as above; an empty line is no error.
Result<std::string> read_first_line(const std::filesystem::path& path);

// Whether anyone but the owner may do anything with the file.
bool is_open_to_others(const std::filesystem::path& path);

// The path as it is meant in a file that lies in `folder`; absolute and without dots.
std::filesystem::path resolve(const std::filesystem::path& folder, const std::filesystem::path& path);
std::filesystem::path to_absolute(const std::filesystem::path& path);

}  // namespace payferry::settings
