#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "intake/kafka_handles.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// Looks whether the topics are there, for some seconds; `queue` is where the client reports. Errors:
// unreachable, untrusted (also: a broker that names itself by another machine's address, without TLS),
// refused, usage (a topic that is not there).
Result<void> find_topics(rd_kafka_t* client, rd_kafka_queue_t* queue,
                         const settings::KafkaSettings& settings);

// Any broker answers within half a second.
bool is_anybody_there(rd_kafka_t* client);

// Pure: since when no broker is there. The library does not say when one is back, so that somebody has to
// ask.
class KafkaContact {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // A connection was lost; others may stand.
  void doubt(Moment now, std::string why);
  bool is_in_doubt() const { return since_.has_value(); }
  // A broker has to be asked now.
  bool is_due(Moment now) const { return since_ && now >= next_; }
  // What the asking said; true: something has changed. One silence is no loss yet.
  bool asked(Moment now, bool anybody);
  const std::string& why() const { return why_; }
  // Of a loss.
  std::optional<Moment> since() const { return lost_ ? since_ : std::nullopt; }

 private:
  std::optional<Moment> since_;
  Moment next_{};
  int silences_ = 0;  // in a row
  bool lost_ = false;
  std::string why_;
};

}  // namespace payferry::intake
