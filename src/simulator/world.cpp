#include "simulator/world.hpp"

#include "simulator/random.hpp"

namespace payferry::simulator {

World::World(WorldOptions options)
    : options_(std::move(options)),
      store_(options_.store),
      limiter_(options_.limits),
      keys_(options_.key_lifetime_s * 1'000'000),
      faults_(mix(options_.store.seed, "faults")),
      request_ids_(mix(options_.store.seed, "requests")) {
  for (const FaultRule& rule : options_.faults) faults_.add(rule);
  if (!options_.clock) {
    options_.clock = [] {
      const auto since = std::chrono::system_clock::now().time_since_epoch();
      return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
    };
  }
}

std::int64_t World::now_us() const {
  return options_.clock() + offset_us_;
}

void World::reset_counters() {
  counters_ = Counters{};
  log_.clear();
}

Delivery World::handle(Request request) {
  Pending pending = begin(std::move(request));
  return finish(pending);
}

void World::injected(const Pending& pending) {
  ++counters_.faults[std::string(name_of(pending.fault->kind))];
}

// Executes, and decides what the endpoint answers: this is what a repetition will be told, too.
StoredAnswer World::run(Pending& pending) {
  const auto failed = [&](const ApiError& error) {
    return StoredAnswer{error.status, error_body(error, pending.request_id, options_.store.livemode),
                        pending.request_id, error.status >= 500 ? std::optional(false) : error.should_retry};
  };
  const Endpoint endpoint = pending.route->endpoint;
  const bool strikes = pending.fault && pending.fault->in_execution();
  if (strikes) injected(pending);
  if (strikes && pending.fault->kind != FaultKind::error_500_after) {
    const Fault& fault = *pending.fault;
    if (fault.kind == FaultKind::refuse) return failed(fault.answer);
    if (fault.kind == FaultKind::error_500_stored) return failed(errors::internal(500));
    return failed(errors::declined(fault.reason.empty() ? "generic_decline" : fault.reason));
  }
  const Call call{store_,          *pending.account,    pending.params, pending.route->id,
                  pending.api_key, now_us() / 1'000'000};
  Answer answer = execute(endpoint, call);
  if (auto* error = std::get_if<ApiError>(&answer)) return failed(*error);
  if (pending.request.method != "GET") {
    ++counters_.of(endpoint).writes;
    if (endpoint == Endpoint::clone) ++counters_.clones;
    if (endpoint == Endpoint::create_customer) ++counters_.customers_created[pending.account->id];
  }
  if (strikes) return failed(errors::internal(500));
  return {200, std::move(std::get<std::string>(answer)), pending.request_id, std::nullopt};
}

Delivery World::finish(Pending& pending) {
  Delivery delivery;
  Response& response = delivery.response;
  response.headers = {{"Date", http_date(now_us() / 1'000'000)},
                      {"Content-Type", "application/json"},
                      {"Stripe-Version", pending.version}};
  if (!pending.account_header.empty())
    response.headers.emplace_back("Stripe-Account", pending.account_header);
  const bool keyed = pending.request.method == "POST" && !pending.key.empty();
  if (keyed) response.headers.emplace_back("Idempotency-Key", pending.key);

  StoredAnswer answer;
  if (pending.refusal) {
    const ApiError& error = *pending.refusal;
    const std::string& id = error.without_request_id ? std::string() : pending.request_id;
    answer = {error.status, error_body(error, id, options_.store.livemode), id, error.should_retry};
    if (error.status == 429) {
      if (!error.limited_reason.empty()) {
        response.headers.emplace_back("Stripe-Rate-Limited-Reason", error.limited_reason);
        ++counters_.rate_limited[error.limited_reason];
      }
      counters_.lock_timeouts += error.code == "lock_timeout" ? 1 : 0;
    }
  } else if (pending.replay) {
    answer = *pending.replay;
    response.headers.emplace_back("Idempotent-Replayed", "true");
    response.headers.emplace_back("Original-Request", answer.request_id);
    answer.request_id = pending.request_id;
  } else if (pending.executing) {
    answer = run(pending);
    if (keyed) keys_.store(pending.account->id, pending.key, answer);
  }
  if (pending.executing && !pending.lock.empty()) locked_.erase(pending.lock);
  if (pending.entered) {
    limiter_.leave(pending.account_header,
                   pending.route ? std::optional(pending.route->endpoint) : std::nullopt);
  }
  response.status = answer.status;
  response.body = std::move(answer.body);
  if (!answer.request_id.empty()) response.headers.emplace_back("Request-Id", answer.request_id);
  if (answer.should_retry)
    response.headers.emplace_back("Stripe-Should-Retry", *answer.should_retry ? "true" : "false");
  deliver(pending, delivery);
  note(pending, delivery);
  return delivery;
}

// Faults on the way back; a request that was refused before it began gets its refusal in peace.
void World::deliver(Pending& pending, Delivery& delivery) {
  if (!pending.fault || pending.refusal) return;
  const Fault& fault = *pending.fault;
  if (fault.in_execution()) return;
  if (!fault.before()) injected(pending);
  switch (fault.kind) {
    case FaultKind::reset_before:
    case FaultKind::reset_after:
    case FaultKind::late:
      delivery.wire = Wire::reset;
      return;
    case FaultKind::close_before:
    case FaultKind::close_after:
      delivery.wire = Wire::close;
      return;
    case FaultKind::stall_before:
    case FaultKind::stall:
      delivery.wire = Wire::stall;
      return;
    case FaultKind::truncated:
      delivery.wire = Wire::truncate;
      return;
    case FaultKind::garbage:
      delivery.response.status = 200;
      delivery.response.body = "<html><body>It works!</body></html>";
      return;
    case FaultKind::should_retry:
      delivery.response.headers.emplace_back("Stripe-Should-Retry", fault.should_retry ? "true" : "false");
      return;
    default:
      return;
  }
}

void World::note(const Pending& pending, const Delivery& delivery) {
  const auto endpoint = pending.route ? std::optional(pending.route->endpoint) : std::nullopt;
  const bool decided = pending.refusal || pending.replay || pending.executing;
  ++counters_.of(endpoint).by_status[decided ? delivery.response.status : 0];
  if (options_.log_size == 0) return;
  const Request& request = pending.request;
  const std::string* agent = find_header(request.headers, "User-Agent");
  const std::string* id = find_header(delivery.response.headers, "Request-Id");
  const bool answered = delivery.wire == Wire::answer || delivery.wire == Wire::truncate;
  log_.push_back({pending.arrived_us, now_us(), request.method, request.target, pending.account_header,
                  pending.key, mask_key(pending.api_key), pending.version, agent ? *agent : "", request.body,
                  id ? *id : "", pending.fault ? std::string(name_of(pending.fault->kind)) : "",
                  answered ? delivery.response.status : 0, pending.replay != nullptr});
  if (log_.size() > options_.log_size) log_.pop_front();
}

}  // namespace payferry::simulator
