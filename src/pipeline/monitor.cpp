#include "pipeline/monitor.hpp"

#include <algorithm>

#include "plan/advance.hpp"

namespace payferry::pipeline {

using telemetry::Count;

namespace {

constexpr std::chrono::seconds kPaceWindow{10};

std::size_t index_of(auto value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

Monitor::Monitor(const settings::Settings& settings, const Clock& clock, telemetry::Log& log,
                 telemetry::Metrics& metrics)
    : settings_(settings), clock_(clock), log_(log), metrics_(metrics), started_(clock.steady()) {
  now_.job = settings.job;
  now_.started_wall_ms = clock.wall_ms();
}

void Monitor::admitted(const ledger::Admission& admission, const ledger::Admitted& counts) {
  now_.input_lines += admission.lines;
  now_.input_complete = now_.input_complete || admission.end;
  now_.items.read += admission.read;
  now_.items.rejected += counts.rejected;
  now_.items.duplicate += counts.duplicate;
  now_.items.skipped += counts.skipped;
  for (const State state : kStates)
    count_state(state, static_cast<Count>(counts.known_by_state[index_of(state)]));
  count_pending();
  for (const Reject& reject : admission.rejects)
    log_.warn("line_rejected", {{"line", reject.line}, {"code", reject.code}, {"message", reject.message}});
  if (counts.differing > 0)
    log_.warn(
        "lines_differ",
        {{"count", counts.differing},
         {"message", "lines say something else than what was done for them earlier; what was done stands"}});
  if (counts.amended > 0) log_.info("items_amended", {{"count", counts.amended}});
}

void Monitor::count_state(State state, Count count) {
  if (state == State::succeeded) now_.items.succeeded += count;
  if (state == State::skipped) now_.items.skipped += count;
  if (state == State::failed) now_.items.failed += count;
}

void Monitor::count_pending() {
  const Count elsewhere = now_.items.ended();
  now_.items.pending = now_.items.read > elsewhere ? now_.items.read - elsewhere : 0;
}

void Monitor::answered(const std::string& account, Endpoint endpoint, const stripe::Exchange& exchange,
                       const stripe::Verdict& verdict) {
  telemetry::RequestCounts& requests = now_.requests;
  const auto sends = static_cast<Count>(exchange.sends);
  requests.total += sends;
  requests.by_endpoint[index_of(endpoint)] += sends;
  if (sends > 1) requests.retries += sends - 1;
  ++requests.by_class[index_of(endpoint)][index_of(verdict.kind)];
  if (verdict.kind == stripe::Kind::throttled) {
    ++requests.rate_limited;
    requests.rate_limited_by_reason.add(stripe::to_string(verdict.throttle));
  }
  note_error(account, endpoint, exchange, verdict);
  if (exchange.answer) {
    asked_in_vain_since_.reset();
    metrics_.observe_request(endpoint, exchange.latency);
  } else {
    asked_in_vain(exchange.latency);
  }
  if (log_.shows(telemetry::LogLevel::debug))
    log_.debug("answered", {{"endpoint", to_string(endpoint)},
                            {"outcome", stripe::to_string(verdict.kind)},
                            {"code", verdict.code},
                            {"request_id", verdict.request_id}});
  if (verdict.kind == stripe::Kind::unknown)
    log_.warn("answer_unknown", {{"account", account},
                                 {"endpoint", to_string(endpoint)},
                                 {"code", verdict.code},
                                 {"message", verdict.message},
                                 {"request_id", verdict.request_id}});
}

void Monitor::note_error(const std::string& account, Endpoint endpoint, const stripe::Exchange& exchange,
                         const stripe::Verdict& verdict) {
  if (verdict.kind == stripe::Kind::done || verdict.kind == stripe::Kind::throttled) return;
  const std::string& code = verdict.code.empty() ? exchange.failure : verdict.code;
  now_.notables.saw({clock_.wall_ms(), account, endpoint, std::string(stripe::to_string(verdict.kind)), code,
                     verdict.request_id});
}

void Monitor::note_trouble(const std::string& account, const char* state, const std::string& code) {
  now_.notables.in_trouble({account, state, code, clock_.wall_ms()});
}

// The silence begins with the first question that stayed open: before it nobody may have asked for hours.
void Monitor::asked_in_vain(Nanoseconds waited) {
  if (!asked_in_vain_since_) asked_in_vain_since_ = clock_.steady() - waited;
}

void Monitor::sent_again(Endpoint) {
  ++now_.requests.retries;
}

void Monitor::no_connection(const Error& error) {
  asked_in_vain({});
  if (error.code != Errc::stopped) log_.warn("no_connection", {{"message", error.message}});
}

void Monitor::ended(const Item& item) {
  count_state(item.state);
  count_pending();
  if (item.state == State::succeeded) {
    ++now_.run_succeeded;
    now_.last_success_wall_ms = clock_.wall_ms();
    look_at_authorisation(item);
  }
  if (item.state != State::failed) return;
  ++now_.run_failed;
  now_.failures.add(item.reason);
  log_.warn("item_failed", {{"account", item.account},
                            {"item", item.payment_method},
                            {"step", to_string(item.step)},
                            {"code", item.reason},
                            {"message", item.message},
                            {"request_id", item.request_id}});
}

void Monitor::taken_back(const Item& item) {
  if (item.state == State::succeeded) {
    ++(item.reason == plan::kInUse ? kept_attached_.in_use : kept_attached_.refused);
  } else {
    if (now_.items.succeeded > 0) --now_.items.succeeded;
    count_state(item.state);
  }
  if (item.state == State::skipped) {
    ++now_.detached;
    now_.last_success_wall_ms = clock_.wall_ms();
    return;
  }
  if (item.state == State::failed) now_.failures.add(item.reason);
  log_.warn("not_detached", {{"account", item.account},
                             {"item", item.payment_method},
                             {"clone", item.clone_id},
                             {"code", item.reason},
                             {"message", item.message},
                             {"request_id", item.request_id}});
}

void Monitor::parked(const Item& item) {
  now_.pending_reasons.add(item.reason);
  log_.warn("item_parked", {{"account", item.account},
                            {"item", item.payment_method},
                            {"step", to_string(item.step)},
                            {"code", item.reason}});
}

void Monitor::account_lost(const std::string& account, const stripe::Verdict& verdict) {
  ++now_.accounts_in_trouble;
  note_trouble(account, "lost", verdict.code);
  log_.error("account_lost", {{"account", account}, {"code", verdict.code}, {"message", verdict.message}});
}

void Monitor::several_customers(const std::string& account, const std::string& customer,
                                const std::string& taken, int count) {
  log_.warn("several_customers",
            {{"account", account},
             {"customer", customer},
             {"taken", taken},
             {"count", count},
             {"message", "several customers were made for one of the platform's; the oldest is used"}});
}

void Monitor::account_found(const std::string& account) {
  log_.info("account_found", {{"account", account}});
}

void Monitor::account_done(const std::string& account) {
  log_.debug("account_done", {{"account", account}});
  if (tell_account_done_) tell_account_done_(account);
}

void Monitor::source_notice(const std::string& message) {
  log_.warn("source_notice", {{"message", message}});
}

void Monitor::remarked(const std::string& account, const plan::Remark& remark, bool blocks) {
  now_.warnings.add(remark.code);
  if (blocks) {
    ++now_.accounts_in_trouble;
    note_trouble(account, "blocked", remark.code);
    log_.error("account_blocked", {{"account", account}, {"code", remark.code}, {"message", remark.message}});
  } else {
    log_.warn(remark.code, {{"account", account}, {"message", remark.message}});
  }
}

void Monitor::breaker(const std::string& account, plan::Breakers::Act act, Nanoseconds pause) {
  using Act = plan::Breakers::Act;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause).count();
  if (act == Act::hold) {
    if (held_.insert(account).second) ++now_.accounts_in_trouble;
    note_trouble(account, "held", "");
    log_.warn("account_held",
              {{"account", account},
               {"seconds", seconds},
               {"message", "the account fails while others work; it is probed after a pause"}});
  } else if (act == Act::release) {
    if (held_.erase(account) > 0) --now_.accounts_in_trouble;
    now_.notables.recovered(account);
    log_.info("account_released", {{"account", account}});
  } else {
    note_trouble(account, "left", "");
    log_.error("account_left", {{"account", account},
                                {"message", "the account still fails; its items are left for another run"}});
  }
}

// Once a run, for the log; the count is for the summary.
void Monitor::look_at_authorisation(const Item& item) {
  if (item.details.type != "us_bank_account") return;
  const std::optional<plan::Remark> missing = plan::missing_authorisation(settings_.target.ach_authorised);
  if (!missing) return;
  if (now_.warnings.of(missing->code) == 0) log_.warn(missing->code, {{"message", missing->message}});
  now_.warnings.add(missing->code);
}

void Monitor::counterparts_found(const std::string& account, std::uint64_t links) {
  log_.info("counterparts_found", {{"account", account}, {"links", links}});
}

void Monitor::take(const ledger::Tally& tally) {
  now_.counting = false;
  now_.input_lines = tally.lines;
  now_.input_complete = tally.complete;
  now_.items = {tally.read,
                tally.rejected,
                tally.duplicate,
                tally.count(State::succeeded),
                tally.count(State::skipped),
                tally.count(State::failed),
                tally.count(State::blocked),
                tally.count(State::pending)};
  now_.failures = {};
  for (const auto& [code, count] : tally.failures) now_.failures.add(code, count);
  now_.customers_created = tally.customers_created;
  now_.customers_reused = tally.customers_reused;
  now_.possible_orphans = tally.possible_orphans;
}

void Monitor::counted_earlier(const ledger::Tally& tally) {
  now_.input_lines += tally.lines;
  now_.input_complete = now_.input_complete || tally.complete;
  now_.items.read += tally.read;
  now_.items.rejected += tally.rejected;
  now_.items.duplicate += tally.duplicate;
  for (const State state : kStates) count_state(state, tally.count(state));
  count_pending();
  for (const auto& [code, count] : tally.failures) now_.failures.add(code, count);
  now_.customers_created += tally.customers_created;
  now_.customers_reused += tally.customers_reused;
  now_.possible_orphans += tally.possible_orphans;
  now_.counting = false;
}

void Monitor::stood_at(const ledger::Tally& tally) {
  take(tally);
  now_.pending_reasons = {};
  for (const auto& [reason, count] : tally.pending_reasons) now_.pending_reasons.add(reason, count);
}

void Monitor::were_put_back(std::int64_t items) {
  now_.run_failed -= std::min(now_.run_failed, static_cast<Count>(items));
}

void Monitor::ended_with(const ledger::Tally& tally) {
  stood_at(tally);
  now_.run_blocked = now_.items.blocked;
}

void Monitor::concluded(Outcome outcome, const std::string& reason) {
  now_.outcome = outcome;
  now_.reason = reason;
  now_.ended_wall_ms = clock_.wall_ms();
}

void Monitor::stops(const std::string& reason) {
  now_.stopping = true;
  now_.reason = reason;
}

void Monitor::steered(const telemetry::SteeredChange& change) {
  now_.notables.steered(change);
  // Rates of single endpoints count as one kind: endpoint.clone as endpoint.
  now_.steered.add(change.what.substr(0, change.what.find('.')));
  now_.last_steered_wall_ms = change.at_ms;
  log_.info("steered", {{"who", change.who},
                        {"what", change.what},
                        {"account", change.account},
                        {"before", change.before},
                        {"after", change.after}});
}

void Monitor::measure_rate() {
  const SteadyTime now = clock_.steady();
  const Count ended = now_.run_succeeded + now_.run_failed + now_.detached;
  pace_.emplace_back(now, ended);
  while (pace_.size() > 2 && now - pace_[1].first >= kPaceWindow) pace_.pop_front();
  const double seconds = std::chrono::duration<double>(now - pace_.front().first).count();
  if (seconds > 0) now_.ended_per_second = static_cast<double>(ended - pace_.front().second) / seconds;
}

telemetry::Snapshot Monitor::snapshot(const Gate* gate) {
  measure_rate();
  const SteadyTime now = clock_.steady();
  now_.seconds = std::chrono::duration<double>(now - started_).count();
  now_.seconds_left = telemetry::estimate_seconds_left(now_);
  telemetry::RateLimits& limits = now_.limits;
  limits.configured.fill(settings_.limits.endpoint);
  limits.configured[0] = settings_.limits.global;
  for (const auto& [endpoint, rate] : settings_.limits.endpoints)
    limits.configured[1 + index_of(endpoint)] = rate;
  if (limits.current[0] <= 0) limits.current = limits.wanted = limits.configured;
  now_.breakers_open = held_.size();
  now_.in_flight = gate ? gate->throttle().in_flight() : 0;
  now_.moving = gate != nullptr;
  now_.held_by.clear();
  if (gate) look_at_gate(*gate, now);
  now_.notables.sample({now_.seconds, now_.run_succeeded + now_.run_failed + now_.detached, now_.run_failed,
                        now_.requests.total, now_.requests.rate_limited, now_.in_flight});
  return now_;
}

void Monitor::look_at_gate(const Gate& gate, SteadyTime now) {
  const throttle::Throttle& throttle = gate.throttle();
  const throttle::Controls& controls = throttle.controls();
  telemetry::RateLimits& limits = now_.limits;
  limits.wanted[0] = controls.global;
  limits.current[0] = throttle.global_rate(now);
  for (std::size_t i = 0; i < kEndpointCount; ++i) {
    const Endpoint endpoint = static_cast<Endpoint>(i);
    limits.wanted[1 + i] = controls.rate_of(endpoint);
    limits.current[1 + i] = throttle.endpoint_rate(endpoint, now);
  }
  for (const throttle::Learnt& learnt : throttle.learnt(now))
    if (learnt.account == throttle::kPlatform)
      limits.refused_at[learnt.endpoint ? 1 + index_of(*learnt.endpoint) : 0] = learnt.refused_at;
  now_.in_flight_limit = throttle.in_flight_limit();
  now_.held_by = throttle.what_throttles(now);
  now_.paused = controls.paused;
  now_.skipped_accounts = gate.steering().wanted_by(throttle::Writer::hand).skipped;
  for (std::size_t i = 1; i < throttle::kCauseCount; ++i) {
    const auto cause = static_cast<throttle::Cause>(i);
    const Nanoseconds waited = throttle.waits().total(cause, now);
    now_.throttle_wait_seconds[std::string(throttle::to_string(cause))] =
        std::chrono::duration<double>(waited).count();
  }
}

std::optional<Nanoseconds> Monitor::without_answer() const {
  if (!asked_in_vain_since_) return std::nullopt;
  return clock_.steady() - *asked_in_vain_since_;
}

}  // namespace payferry::pipeline
