// What a request passes before it is executed, in Stripe's order: the key, the limits, the account, the
// parameters, the idempotency key, the lock.
#include <fmt/format.h>

#include <algorithm>

#include "simulator/auth.hpp"
#include "simulator/validate.hpp"
#include "simulator/world.hpp"

namespace payferry::simulator {
namespace {

constexpr std::string_view default_version = "2026-09-30.endive";

std::string header_or(const Request& request, std::string_view name, std::string_view otherwise = {}) {
  const std::string* value = find_header(request.headers, name);
  return value ? *value : std::string(otherwise);
}

bool plausible_version(std::string_view version) {
  const std::string_view pattern = "0000-00-00";
  if (version.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool digit = version[i] >= '0' && version[i] <= '9';
    if (pattern[i] == '0' ? !digit : version[i] != pattern[i]) return false;
  }
  return version.size() == pattern.size() || (version[10] == '.' && version.size() > 11);
}

// Endpoint, path and parameters in any order. The account is part of the namespace instead.
std::uint64_t digest_of(const Pending& pending) {
  auto pairs = pending.params.pairs;
  std::sort(pairs.begin(), pairs.end());
  std::uint64_t digest = mix(0, pending.request.method + ' ' + pending.path);
  for (const auto& [name, value] : pairs) digest = mix(mix(digest, name), value);
  return digest;
}

bool form_encoded(const Request& request) {
  const std::string type = header_or(request, "Content-Type");
  return type.substr(0, type.find(';')) == "application/x-www-form-urlencoded";
}

}  // namespace

Pending World::begin(Request request) {
  Pending pending;
  pending.request = std::move(request);
  pending.arrived_us = now_us();
  const auto question = pending.request.target.find('?');
  pending.path = pending.request.target.substr(0, question);
  pending.route = find_route(pending.request.method, pending.path);
  pending.account_header = header_or(pending.request, "Stripe-Account");
  pending.version = header_or(pending.request, "Stripe-Version", default_version);
  pending.key = header_or(pending.request, "Idempotency-Key");
  pending.api_key = key_of(pending.request);
  pending.request_id = request_ids_.request();
  const auto endpoint = pending.route ? std::optional(pending.route->endpoint) : std::nullopt;
  auto& counted = counters_.of(endpoint);
  ++counted.requests;
  counted.window.add(now_us());
  counters_.window.add(now_us());
  if (pending.request.method == "POST") {
    counters_.posts_without_account += pending.account_header.empty() ? 1 : 0;
    counters_.posts_without_key += pending.key.empty() ? 1 : 0;
  }
  const FaultQuery query{pending.request.method, endpoint, pending.account_header, pending.request.target,
                         pending.request.body};
  pending.fault = faults_.pick(query, ++sequence_);
  pending.refusal = admit(pending);
  choose_delay(pending);
  return pending;
}

World::Refusal World::admit(Pending& pending) {
  if (auto refusal = authenticate(pending)) return refusal;
  const auto endpoint = pending.route ? std::optional(pending.route->endpoint) : std::nullopt;
  if (auto reason = limiter_.enter(pending.account_header, endpoint, now_us()))
    return errors::rate_limited(*reason);
  pending.entered = true;
  if (auto refusal = find_account(pending)) return refusal;
  if (!pending.route) return errors::unrecognized_url(pending.request.method, pending.path);
  if (auto refusal = read_parameters(pending)) return refusal;
  if (auto refusal = inject_before(pending)) return refusal;
  if (pending.fault && pending.fault->before()) return std::nullopt;  // cut off, with nothing begun
  if (auto refusal = claim_key(pending)) return refusal;
  if (pending.replay) return std::nullopt;
  if (auto refusal = take_lock(pending)) return refusal;
  if (pending.request.method == "POST" && !pending.key.empty()) {
    keys_.begin(pending.account->id, pending.key, pending.digest, now_us());
  }
  pending.executing = true;
  return std::nullopt;
}

World::Refusal World::authenticate(Pending& pending) const {
  if (auto refusal = refuse_key(pending.api_key, options_.api_key, options_.store.livemode)) return refusal;
  if (key_expired_) return errors::expired_key(pending.api_key);
  return std::nullopt;
}

World::Refusal World::find_account(Pending& pending) {
  const std::string& wanted = pending.account_header;
  if (wanted.empty() || wanted == store_.platform().id) {
    pending.account = &store_.platform();
    return std::nullopt;
  }
  pending.account = store_.find_account(wanted);
  if (!pending.account || pending.account->access == Access::invalid) {
    return errors::account_invalid(pending.api_key, wanted);
  }
  if (pending.account->access == Access::expired) {
    return errors::platform_key_expired(pending.api_key, pending.account->expired_status);
  }
  return std::nullopt;
}

World::Refusal World::read_parameters(Pending& pending) {
  const Request& request = pending.request;
  if (!plausible_version(pending.version)) {
    return errors::bad_request(fmt::format("Invalid Stripe API version: {}", pending.version));
  }
  const std::string* key = find_header(request.headers, "Idempotency-Key");
  if (key && (key->empty() || key->size() > 255)) {
    return errors::bad_request("An idempotency key has from 1 to 255 characters.");
  }
  const bool post = request.method == "POST";
  if (post && !request.body.empty() && !form_encoded(request)) {
    return errors::bad_request(
        "Invalid request: unsupported content type; parameters of this API are sent as "
        "application/x-www-form-urlencoded.");
  }
  const auto question = request.target.find('?');
  if (question != std::string::npos) {
    const auto query = std::string_view(request.target).substr(question + 1);
    if (auto error = decode_form(query, pending.params)) return error;
  }
  if (auto error = decode_form(request.body, pending.params)) return error;
  if (auto error = validate(pending.route->endpoint, pending.params)) return error;
  pending.digest = digest_of(pending);
  return std::nullopt;
}

World::Refusal World::inject_before(Pending& pending) {
  if (!pending.fault || !pending.fault->before()) return std::nullopt;
  injected(pending);
  const Fault& fault = *pending.fault;
  switch (fault.kind) {
    case FaultKind::rate_limit:
      return errors::rate_limited(fault.reason.empty()     ? "endpoint-rate"
                                  : fault.reason == "none" ? ""
                                                           : fault.reason);
    case FaultKind::lock_timeout:
      return errors::lock_timeout();
    case FaultKind::error_500_before:
      return errors::internal(500);
    case FaultKind::error_503:
      return errors::internal(503);
    case FaultKind::idempotency_conflict:
      return errors::key_in_use(pending.key);
    case FaultKind::key_mismatch:
      return errors::key_mismatch(pending.key);
    case FaultKind::refuse:
      return fault.answer;
    default:
      return std::nullopt;
  }
}

World::Refusal World::claim_key(Pending& pending) {
  if (pending.request.method != "POST" || pending.key.empty()) return std::nullopt;
  auto found = keys_.find(pending.account->id, pending.key, pending.digest, now_us());
  switch (found.state) {
    case IdempotencyStore::State::fresh:
      return std::nullopt;
    case IdempotencyStore::State::replay:
      ++counters_.idempotent_replays;
      pending.replay = std::move(found.answer);
      return std::nullopt;
    case IdempotencyStore::State::mismatch:
      ++counters_.key_mismatches;
      return errors::key_mismatch(pending.key);
    case IdempotencyStore::State::in_use:
      ++counters_.keys_in_use;
      return errors::key_in_use(pending.key);
  }
  return std::nullopt;
}

std::string World::customer_to_lock(const Pending& pending) {
  switch (pending.route->endpoint) {
    case Endpoint::attach:
      return pending.params.get("customer");
    case Endpoint::update_customer:
    case Endpoint::delete_customer:
      return pending.route->id;
    case Endpoint::detach:
    case Endpoint::update_payment_method: {
      const PaymentMethod* method = store_.find_method(*pending.account, pending.route->id);
      return method && method->customer ? method->customer->id : std::string();
    }
    default:
      return {};
  }
}

World::Refusal World::take_lock(Pending& pending) {
  if (!options_.locks) return std::nullopt;
  const std::string customer = customer_to_lock(pending);
  if (customer.empty()) return std::nullopt;
  std::string name = pending.account->id + '/' + customer;
  if (!locked_.insert(name).second) {
    return errors::lock_timeout();
  }
  pending.lock = std::move(name);
  return std::nullopt;
}

void World::choose_delay(Pending& pending) {
  if (pending.refusal) return;
  const bool cut_off = pending.fault && pending.fault->before();
  double ms = 0;
  if (!cut_off) {
    const double draw = fraction(mix(mix(options_.store.seed, "latency"), sequence_));
    ms = options_.latency_ms + options_.latency_jitter_ms * (2 * draw - 1);
    ms += static_cast<double>(pending.account->slow_ms);
  }
  if (pending.fault && (pending.fault->kind == FaultKind::slow || pending.fault->kind == FaultKind::late)) {
    ms += static_cast<double>(pending.fault->delay_ms);
    if (pending.fault->kind == FaultKind::late) pending.early = Wire::reset;
  }
  pending.delay = std::chrono::microseconds(static_cast<std::int64_t>(std::max(0.0, ms) * 1000));
}

}  // namespace payferry::simulator
