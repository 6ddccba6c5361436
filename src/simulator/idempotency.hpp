#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace payferry::simulator {

// What is kept of a finished request and given again to every repetition.
struct StoredAnswer {
  int status = 200;
  std::string body;
  std::string request_id;
  std::optional<bool> should_retry;
};

// The keys of one Stripe, in one namespace per acting account. A key lives for `lifetime` after its first
// use; Stripe promises at least 24 hours, and a key may live longer, but never here.
class IdempotencyStore {
 public:
  explicit IdempotencyStore(std::int64_t lifetime_us) : lifetime_(lifetime_us) {}

  enum class State { fresh, replay, mismatch, in_use };
  struct Found {
    State state = State::fresh;
    std::shared_ptr<const StoredAnswer> answer;  // with replay
  };

  // `digest` stands for endpoint, path and parameters. Time in microseconds.
  Found find(const std::string& account, const std::string& key, std::uint64_t digest, std::int64_t now);
  // From now on in use, until it is stored or released.
  void begin(const std::string& account, const std::string& key, std::uint64_t digest, std::int64_t now);
  void store(const std::string& account, const std::string& key, StoredAnswer answer);
  // Execution never began: the key is as new.
  void release(const std::string& account, const std::string& key);
  std::size_t size() const { return records_.size(); }

 private:
  struct Record {
    std::uint64_t digest = 0;
    std::int64_t first_used = 0;
    std::shared_ptr<const StoredAnswer> answer;  // none while in use
  };

  void forget_expired(std::int64_t now);

  std::int64_t lifetime_;
  std::unordered_map<std::string, Record> records_;
  std::deque<std::pair<std::int64_t, std::string>> by_age_;
};

}  // namespace payferry::simulator
