#pragma once

#include <cstdint>
#include <string>

#include "intake/csv_lines.hpp"

namespace payferry::enqueue {

// A place between two lines of a list.
struct Place {
  std::uint64_t offset = 0;  // bytes before it
  std::uint64_t line = 0;    // the number of the physical line that follows; 0: before the first
  std::uint64_t lines = 0;   // data lines before it

  bool operator==(const Place&) const = default;
};

// What becomes of one line: a message, or a record of the rejects file.
struct Outgoing {
  Place behind;
  std::string body;    // empty: rejected
  std::string id;      // the same whenever the same line of the same list is sent
  std::string reject;  // with its line end

  bool is_message() const { return !body.empty(); }
  std::size_t size() const { return body.size() + reject.size(); }
};

// Of the line that was read last; without its place. What a run would reject is no message.
Outgoing outgoing_of(const intake::CsvLines& lines, const settings::TargetSettings& rules);

}  // namespace payferry::enqueue
