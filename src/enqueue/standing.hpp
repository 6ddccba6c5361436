#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/words.hpp"
#include "enqueue/outbox.hpp"

namespace payferry::enqueue {

// How far a list has come; what progress and summary tell.
struct Standing {
  std::uint64_t lines = 0;        // read, over all runs of this list
  Mark kept;                      // what another run would go on behind
  std::uint64_t unconfirmed = 0;  // lines that were read, and neither confirmed nor rejected
  bool complete = false;          // nothing of the list is left
  std::uint64_t size = 0;         // of the list in bytes; 0: not known
  std::string held_by;            // why nothing goes; mostly empty
  // Of this run.
  std::uint64_t sent = 0;
  std::uint64_t sent_again = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t rejected = 0;
};

// What it is told about, beside how far it came.
struct Subject {
  std::string job;
  std::string list;  // "-": standard input
  std::string queue;
  std::string rejects_file;
  std::vector<std::string> dropped_columns;
};

// How it ended.
struct Ending {
  Outcome outcome = Outcome::internal;
  std::string reason;  // for the user; empty where there is nothing to explain
};

// "1,234 confirmed (61 %) · 5120.3/s · 3 rejected · held by the broker · 0:38 left", without a line end.
std::string progress_line(const Standing& now, double seconds);
// What --summary writes (docs/schemas/enqueue.schema.json).
std::string summary_json(const Standing& now, const Subject& subject, const Ending& ending, double seconds);

}  // namespace payferry::enqueue
