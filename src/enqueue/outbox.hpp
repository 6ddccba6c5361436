#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "enqueue/outgoing.hpp"

namespace payferry::enqueue {

// Up to where everything is done, and what came of it.
struct Mark {
  Place place;
  std::uint64_t confirmed = 0;
  std::uint64_t rejected = 0;

  bool operator==(const Mark&) const = default;
};

// Pure: the lines between the last one whose progress is kept and the last one that was read, in order. What
// is sent and not kept is what a crash doubles; so it is all that fits in here.
class Outbox {
 public:
  // `most` lines, and no line more once they have `most_bytes`.
  Outbox(std::size_t most, std::size_t most_bytes, Mark begin)
      : most_(most), most_bytes_(most_bytes), mark_(begin) {}

  bool has_room() const { return slots_.size() < most_ && bytes_ < most_bytes_; }
  void add(Outgoing line);

  // The message that is to go next, the oldest of those that are to go again first; null: none.
  const Outgoing* next() const;
  // next() went, under this tag of the present connection.
  void sent(std::uint64_t tag);
  // The broker has this message, or all up to it.
  void confirmed(std::uint64_t tag, bool and_before);
  // It has not taken it, or all up to it: they go again.
  void refused(std::uint64_t tag, bool and_before);
  // The connection is gone, and its tags with it: what was not confirmed goes again.
  void lost();

  std::size_t unconfirmed() const { return sent_.size(); }
  // Lines that are done, with all before them, and not kept yet.
  std::size_t done() const { return done_; }
  bool empty() const { return slots_.empty(); }
  // Lines that are neither confirmed nor rejected.
  std::size_t open() const { return open_; }
  // Behind the last line that is done with all before it.
  const Mark& mark() const { return mark_; }
  // The progress up to mark() is about to be kept: the rejects among the lines that leave, in order.
  std::string take_done();

  // Messages that went more than once.
  std::uint64_t again() const { return again_; }

 private:
  struct Slot {
    Outgoing line;  // a message's body goes when it is confirmed
    bool is_message = true;
    bool is_done = false;
    bool went = false;
  };
  Slot& slot(std::uint64_t number) { return slots_[number - first_]; }
  void settle();

  std::size_t most_;
  std::size_t most_bytes_;
  std::deque<Slot> slots_;
  std::uint64_t first_ = 0;  // the number of slots_[0]
  std::size_t bytes_ = 0;
  std::size_t done_ = 0;
  std::size_t open_ = 0;
  std::set<std::uint64_t> waiting_;              // numbers of messages that are to go
  std::map<std::uint64_t, std::uint64_t> sent_;  // by tag
  Mark mark_;
  std::uint64_t again_ = 0;
};

}  // namespace payferry::enqueue
