#include "pipeline/first_contact.hpp"

#include "async/group.hpp"
#include "stripe/verdict.hpp"

namespace payferry::pipeline {
namespace {

using stripe::Kind;

constexpr std::chrono::milliseconds kFirstPause{250};

struct Attempt {
  Result<Contact> contact;
  bool again = false;
};

Attempt judge(const stripe::Verdict& verdict) {
  if (verdict.kind == Kind::done) {
    const auto* account = std::get_if<stripe::Account>(&verdict.object);
    if (account) return {Contact{account->id, "", account->country}, false};
  }
  const std::string detail = verdict.code + (verdict.message.empty() ? "" : ": " + verdict.message);
  if (verdict.kind == Kind::key_rejected || verdict.kind == Kind::account_lost)
    return {make_error(Errc::refused,
                       "Stripe refuses the API key (" + detail +
                           "); check stripe.api_key, and that a restricted key may read its own account"),
            false};
  if (verdict.kind == Kind::refused)
    return {make_error(Errc::refused,
                       "Stripe refuses to say whose key it is (" + detail + "); check stripe.api_base"),
            false};
  // Whoever redirects is no Stripe, and would be sent the key a second time.
  const bool redirect = verdict.status >= 300 && verdict.status < 400;
  const std::string status = verdict.status == 0 ? "" : ", HTTP " + std::to_string(verdict.status);
  return {make_error(Errc::unreachable,
                     "no usable answer from stripe.api_base (" + detail + status + ")" +
                         (redirect ? "; redirects are not followed: give the API's own address" : "")),
          !redirect};
}

async::Task<Attempt> ask(stripe::Reader& client, std::string api_version, const Overheard& overheard) {
  Result<stripe::Lease> lease = co_await client.connect();
  if (!lease) {
    Attempt failed{lease.error(), lease.error().code == Errc::unreachable};
    co_return failed;
  }
  stripe::Query query{Endpoint::get_own_account, "/v1/account", "", std::move(api_version)};
  const stripe::Exchange exchange = co_await client.ask(std::move(*lease), std::move(query));
  const stripe::Verdict verdict = stripe::classify(Endpoint::get_own_account, exchange);
  if (overheard) overheard(exchange, verdict);
  Attempt judged = judge(verdict);
  if (judged.contact && exchange.answer) judged.contact->date = exchange.answer->date;
  if (exchange.failure == "stopped") {
    judged.contact = make_error(Errc::stopped, "stopped");
    judged.again = false;
  }
  co_return judged;
}

async::Task<Result<Contact>> ask_until(stripe::Reader& client, async::Time& time, std::string api_version,
                                       SteadyTime until, const Overheard& overheard) {
  const std::unique_ptr<async::Alarm> alarm = time.make_alarm();
  Nanoseconds pause = kFirstPause;
  for (;;) {
    Attempt attempt = co_await ask(client, api_version, overheard);
    const SteadyTime next = time.clock().steady() + pause;
    if (!attempt.again || next >= until) co_return attempt.contact;
    co_await alarm->wait_until(next);
    pause *= 2;
  }
}

async::Task<void> abort_at(stripe::Reader& client, async::Alarm& alarm, SteadyTime until,
                           const bool& answered) {
  co_await alarm.wait_until(until);
  if (!answered) client.abort();
}

}  // namespace

async::Task<Result<Contact>> first_contact(boost::asio::io_context& context, stripe::Reader& client,
                                           async::Time& time, std::string api_version, Overheard overheard) {
  const SteadyTime until = time.clock().steady() + kFirstContact;
  const std::unique_ptr<async::Alarm> alarm = time.make_alarm();
  bool answered = false;
  async::Group watchdog(context, time);
  watchdog.spawn(abort_at(client, *alarm, until, answered));
  Result<Contact> contact = co_await ask_until(client, time, std::move(api_version), until, overheard);
  answered = true;
  alarm->wake();
  co_await watchdog.wait();
  if (!contact && contact.error().code == Errc::stopped && time.clock().steady() >= until)
    contact = make_error(Errc::unreachable,
                         "no answer from stripe.api_base within 25 seconds; check it, and the network");
  co_return contact;
}

}  // namespace payferry::pipeline
