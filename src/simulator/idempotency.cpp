#include "simulator/idempotency.hpp"

namespace payferry::simulator {
namespace {

std::string name_of(const std::string& account, const std::string& key) {
  return account + '\n' + key;
}

}  // namespace

void IdempotencyStore::forget_expired(std::int64_t now) {
  while (!by_age_.empty() && by_age_.front().first + lifetime_ <= now) {
    const auto found = records_.find(by_age_.front().second);
    const bool same_use = found != records_.end() && found->second.first_used == by_age_.front().first;
    if (same_use && found->second.answer) records_.erase(found);
    by_age_.pop_front();
  }
}

IdempotencyStore::Found IdempotencyStore::find(const std::string& account, const std::string& key,
                                               std::uint64_t digest, std::int64_t now) {
  forget_expired(now);
  const auto found = records_.find(name_of(account, key));
  if (found == records_.end()) return {};
  const Record& record = found->second;
  if (record.digest != digest) return {State::mismatch, nullptr};
  if (!record.answer) return {State::in_use, nullptr};
  return {State::replay, record.answer};
}

void IdempotencyStore::begin(const std::string& account, const std::string& key, std::uint64_t digest,
                             std::int64_t now) {
  std::string name = name_of(account, key);
  records_[name] = Record{digest, now, nullptr};
  by_age_.emplace_back(now, std::move(name));
}

void IdempotencyStore::store(const std::string& account, const std::string& key, StoredAnswer answer) {
  const auto found = records_.find(name_of(account, key));
  if (found != records_.end()) found->second.answer = std::make_shared<const StoredAnswer>(std::move(answer));
}

void IdempotencyStore::release(const std::string& account, const std::string& key) {
  records_.erase(name_of(account, key));
}

}  // namespace payferry::simulator
