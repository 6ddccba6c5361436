#include "pipeline/look_around.hpp"

#include <algorithm>

#include "pipeline/first_contact.hpp"
#include "plan/request.hpp"
#include "stripe/verdict.hpp"
#include "throttle/bucket.hpp"

namespace payferry::pipeline {

using async::Task;
using stripe::Kind;
using stripe::Verdict;

namespace {

constexpr int kAttempts = 4;
constexpr std::chrono::seconds kPause{1};

class Asker {
 public:
  Asker(stripe::Reader& reader, async::Time& time, const settings::Settings& settings)
      : reader_(reader),
        time_(time),
        alarm_(time.make_alarm()),
        version_(settings.stripe.api_version),
        bucket_(std::min(settings.limits.global, settings.limits.endpoint)) {}

  // An answer, after a few attempts where Stripe asks to wait or does not answer.
  Task<Verdict> ask(Endpoint endpoint, std::string path) {
    Verdict verdict;
    for (int attempt = 1;; ++attempt) {
      co_await pace();
      verdict = co_await ask_once(endpoint, path);
      const bool again = verdict.kind == Kind::throttled || verdict.kind == Kind::unknown;
      if (!again || attempt == kAttempts) co_return verdict;
      co_await alarm_->wait_until(time_.clock().steady() + kPause);
    }
  }

 private:
  Task<void> pace() {
    const SteadyTime at = bucket_.next_at(time_.clock().steady());
    if (at > time_.clock().steady()) co_await alarm_->wait_until(at);
    bucket_.take(time_.clock().steady());
  }

  Task<Verdict> ask_once(Endpoint endpoint, std::string path) {
    Result<stripe::Lease> lease = co_await reader_.connect();
    if (!lease) {
      Verdict none;
      none.code = "not_reachable";
      none.message = lease.error().message;
      co_return none;
    }
    stripe::Query query{endpoint, std::move(path), "", version_};
    const stripe::Exchange exchange = co_await reader_.ask(std::move(*lease), std::move(query));
    co_return stripe::classify(endpoint, exchange);
  }

  stripe::Reader& reader_;
  async::Time& time_;
  const std::unique_ptr<async::Alarm> alarm_;
  const std::string version_;
  throttle::Bucket bucket_;
};

LookedAtAccount judge(const std::string& account, const Verdict& verdict, const std::string& country,
                      const std::vector<std::string>& types) {
  LookedAtAccount looked;
  looked.account = account;
  looked.readable = plan::after_account_read(verdict, account) == plan::Seen::account;
  if (looked.readable)
    looked.readiness = plan::judge_account(std::get<stripe::Account>(verdict.object), country, types);
  else
    looked.readiness.not_ready = {verdict.code, verdict.message};
  return looked;
}

void count(const Verdict& verdict, OriginalsSample& sample) {
  ++sample.asked;
  const auto* method = std::get_if<stripe::PaymentMethod>(&verdict.object);
  if (verdict.kind != Kind::done || !method) return;
  ++sample.found;
  if (!method->customer.empty()) ++sample.attached;
  ++sample.types[method->details.type];
}

Error refusal(const std::string& message) {
  return make_error(Errc::refused, message);
}

}  // namespace

Task<Result<LookAround>> look_around(boost::asio::io_context& context, stripe::Reader& reader,
                                     async::Time& time, const settings::Settings& settings,
                                     std::vector<std::string> accounts, std::vector<std::string> originals) {
  const Result<Contact> contact = co_await first_contact(context, reader, time, settings.stripe.api_version);
  if (!contact) co_return contact.error();
  const std::string& expected = settings.stripe.platform_account;
  if (!expected.empty() && expected != contact->platform)
    co_return refusal("the API key belongs to " + contact->platform + ", but stripe.platform_account says " +
                      expected);
  LookAround seen;
  seen.platform = contact->platform;
  seen.country = contact->country;
  Asker asker(reader, time, settings);
  for (const std::string& account : accounts) {
    std::string path = "/v1/accounts/" + plan::percent_encoded(account);
    const Verdict verdict = co_await asker.ask(Endpoint::get_account, std::move(path));
    if (plan::after_account_read(verdict, account) == plan::Seen::refused)
      co_return refusal("Stripe refuses the API key (" + verdict.code + "): " + verdict.message);
    seen.accounts.push_back(judge(account, verdict, seen.country, settings.target.types));
  }
  for (const std::string& original : originals) {
    std::string path = "/v1/payment_methods/" + plan::percent_encoded(original);
    const Verdict verdict = co_await asker.ask(Endpoint::get_payment_method, std::move(path));
    count(verdict, seen.sample);
  }
  co_return seen;
}

}  // namespace payferry::pipeline
