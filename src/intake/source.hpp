#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/records.hpp"
#include "core/result.hpp"
#include "settings/settings.hpp"

// Where lines come from. Blocking: a source is read on a thread of its own.
namespace payferry::intake {

// What one read brought, in order. `position` stands for everything up to and including this batch.
struct Batch {
  std::vector<Entry> entries;
  std::vector<Reject> rejects;
  std::uint64_t lines = 0;  // data lines (records) read in this batch
  std::uint64_t read =
      0;  // entries of these lines after fan-out, a rejected line counting one: the reader's own counter
  std::string position;  // opaque; durable together with the admission of the batch
  bool end = false;      // nothing follows
  std::string notice;    // what whoever looks after the run should know; mostly empty
};

class Source {
 public:
  virtual ~Source() = default;

  // What the position is bound to: changes whenever the input does. Empty: an input without an identity
  // (standard input), read from its start each time.
  virtual std::string identity() const = 0;
  // The names of the input's columns, in order; empty for a source without columns.
  virtual const std::vector<std::string>& columns() const = 0;
  // Reading takes lines away from it, so that it has no start to be read from again.
  virtual bool is_queue() const { return false; }
  // Go on after this position, which came from a batch of an input with the same identity. False: this kind
  // of input has no position to seek to (.gz, standard input); it is read from its start.
  virtual Result<bool> seek(const std::string& position) = 0;
  // Up to max_lines lines; fewer when that is all there is for now. Blocks. Errors: io; stopped after
  // interrupt().
  virtual Result<Batch> next(std::size_t max_lines) = 0;
  // The admission of everything up to this position is durable: the ledger owes it from now on, a queue may
  // forget it.
  virtual void acknowledge(const std::string& position) = 0;
  // Nothing more is read or acknowledged: a queue gets back what was not. On the thread that reads.
  virtual void finish() {}
  // Makes a blocked or later next() return `stopped`. Callable from any thread.
  virtual void interrupt() noexcept = 0;
};

// The source that the job file names. Errors: usage (a header without the needed columns, a directory, no
// such queue), io (cannot be opened), unreachable, untrusted, refused (a queue).
Result<std::unique_ptr<Source>> open_source(const settings::Settings& settings);

}  // namespace payferry::intake
