#include "pipeline/account_guard.hpp"

namespace payferry::pipeline {

using async::Task;

Task<Guarded> AccountGuard::admit(AccountPlace& place, std::int64_t account_id, std::string account) {
  if (checks_.empty()) co_return Guarded::pass;
  const auto [found, first] = answers_.try_emplace(account_id);
  Answer& answer = found->second;
  if (answer.given) co_return *answer.given;
  if (!first) co_return co_await wait_for(answer);
  const Guarded given = co_await look(place, account_id, std::move(account));
  answer.given = given;
  if (given == Guarded::blocked) {
    place.closed = true;
    shared_.gate.close(place.index);
  }
  for (async::Alarm* alarm : answer.waiting) alarm->wake();
  co_return given;
}

void AccountGuard::ask_again(std::int64_t account_id) {
  const auto found = answers_.find(account_id);
  if (found == answers_.end() || !found->second.waiting.empty()) return;
  if (found->second.given == Guarded::left) answers_.erase(found);
}

Task<Guarded> AccountGuard::look(AccountPlace& place, std::int64_t account_id, std::string account) {
  for (const std::unique_ptr<AccountCheck>& check : checks_) {
    if (shared_.stop.requested() || place.closed) co_return Guarded::left;
    const Guarded given = co_await check->look(place, account_id, account);
    if (given != Guarded::pass) co_return given;
  }
  co_return Guarded::pass;
}

Task<Guarded> AccountGuard::wait_for(Answer& answer) {
  const std::unique_ptr<async::Alarm> alarm = shared_.time.make_alarm();
  answer.waiting.push_back(alarm.get());
  while (!answer.given) co_await alarm->wait_until(SteadyTime::max());
  std::erase(answer.waiting, alarm.get());
  co_return *answer.given;
}

}  // namespace payferry::pipeline
