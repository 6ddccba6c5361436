#pragma once

#include <chrono>
#include <memory>

#include "intake/queue_link.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// A consumer of Kafka, which makes lost connections again by itself: only a loss of all brokers for `outage`
// ends it. Its TLS is 1.2 or later, certificate and hosts verified. Sees that the topics are there. Errors:
// unreachable (worth another try), untrusted, refused (login, or rights), usage (no such topic); none repeats
// a password.
Result<std::unique_ptr<QueueLink>> open_kafka(const settings::KafkaSettings& settings,
                                              std::chrono::milliseconds outage);

}  // namespace payferry::intake
