#include "simulator/control.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

namespace payferry::simulator {
namespace {

Response json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

Response done() {
  return json(200, "{\"ok\":true}");
}

Response wrong(std::string_view what) {
  Json out;
  out.open().field("ok", false).field("error", what).close();
  return json(400, out.take());
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Response advance(World& world, const Params& params) {
  const auto seconds = whole(params.get("seconds"));
  if (!seconds || *seconds < 0) return wrong("seconds must be a whole number, 0 or more");
  world.advance(*seconds);
  return done();
}

Response add_faults(World& world, const Request& request) {
  auto rules = parse_fault_script(request.body);
  if (const auto* error = std::get_if<std::string>(&rules)) return wrong(*error);
  for (FaultRule& rule : std::get<std::vector<FaultRule>>(rules)) world.faults().add(std::move(rule));
  return done();
}

Response change_limits(World& world, const Params& params) {
  Limits limits = world.limiter().limits();
  for (const auto& [name, value] : params.pairs) {
    const double number = std::atof(value.c_str());
    if (name == "global")
      limits.global = number;
    else if (name == "endpoint")
      limits.endpoint = number;
    else if (name == "burst")
      limits.burst = number;
    else
      return wrong("limits knows global, endpoint and burst");
  }
  world.limiter().change(limits);
  return done();
}

Response change_key(World& world, const Params& params) {
  const std::string state = params.get("state");
  if (state != "ok" && state != "expired") return wrong("state must be ok or expired");
  world.expire_key(state == "expired");
  return done();
}

bool change_capability(std::string& capability, const std::string& state) {
  if (state != "active" && state != "inactive" && state != "pending") return false;
  capability = state;
  return true;
}

// What a read of the account shows; it changes nothing about what may be done there.
bool change_face(Account& account, const std::string& name, const std::string& value) {
  if (name == "charges_enabled" && (value == "true" || value == "false")) {
    account.charges_enabled = value == "true";
    return true;
  }
  if (name == "country" && value.size() == 2) {
    account.country = value;
    return true;
  }
  if (name == "card_payments") return change_capability(account.card_payments, value);
  if (name == "us_bank_account_ach_payments") return change_capability(account.ach_payments, value);
  return false;
}

Response change_state(Account* account, const std::string& state) {
  const auto colon = state.find(':');
  const std::string name = state.substr(0, colon);
  const std::string parameter = colon == std::string::npos ? "" : state.substr(colon + 1);
  const std::int64_t number = whole(parameter).value_or(-1);
  if (name == "ok") {
    account->access = Access::ok;
    account->slow_ms = 0;
  } else if (name == "invalid") {
    account->access = Access::invalid;
  } else if (name == "expired" && (parameter.empty() || number == 401 || number == 403)) {
    account->access = Access::expired;
    account->expired_status = parameter.empty() ? 401 : static_cast<int>(number);
  } else if (name == "slow" && number >= 0) {
    account->slow_ms = number;
  } else {
    return wrong("state must be ok, invalid, expired, expired:STATUS or slow:MS");
  }
  return done();
}

Response change_account(World& world, const std::string& id, const Params& params) {
  Account* account = world.store().find_account(id);
  if (!account) return wrong("no such account");
  if (params.pairs.empty()) return wrong("state, charges_enabled, country or a capability is needed");
  for (const auto& [name, value] : params.pairs) {
    if (name == "state") {
      const Response changed = change_state(account, value);
      if (changed.status != 200) return changed;
    } else if (!change_face(*account, name, value)) {
      return wrong(
          "an account has charges_enabled=true|false, country=XX and card_payments or "
          "us_bank_account_ach_payments=active|inactive|pending");
    }
  }
  return done();
}

// What a platform does with a clone: a payment, a subscription that names it, one that charges the default.
Response use(World& world, const Params& params) {
  Account* account = world.store().find_account(params.get("account"));
  PaymentMethod* method =
      account ? world.store().find_method(*account, params.get("payment_method")) : nullptr;
  if (!method || !method->customer) return wrong("account and payment_method must name an attached method");
  const std::string by = params.get("by");
  IdMaker& ids = world.store().ids;
  const std::int64_t now = world.now_us() / 1'000'000;
  if (by == "payment" || by == "canceled_payment")
    account->payments.push_back(
        {ids.payment_intent(), now, method->customer, method->id, by == "canceled_payment"});
  else if (by == "subscription")
    account->subscriptions.push_back({ids.subscription(), now, method->customer, method->id});
  else if (by == "default_subscription")
    account->subscriptions.push_back({ids.subscription(), now, method->customer, ""});
  else
    return wrong("by must be payment, canceled_payment, subscription or default_subscription");
  return done();
}

Response read(World& world, std::string_view what) {
  if (what == "report") return json(200, report_body(world.store(), world.counters()));
  if (what == "requests") return json(200, request_log_body(world.log()));
  if (what == "attached")
    return {200, {{"Content-Type", "application/x-ndjson"}}, attached_lines(world.store())};
  return json(404, "{\"ok\":false,\"error\":\"GET knows report, attached and requests\"}");
}

}  // namespace

Response control(World& world, const Request& request) {
  const auto question = request.target.find('?');
  const std::string path = request.target.substr(0, question);
  Params params;
  if (question != std::string::npos &&
      decode_form(std::string_view(request.target).substr(question + 1), params)) {
    return wrong("the query cannot be read");
  }
  const std::string what = path.substr(control_prefix.size());
  if (request.method == "GET") return read(world, what);
  if (request.method != "POST") return json(405, "{\"ok\":false,\"error\":\"GET or POST\"}");
  if (what == "advance") return advance(world, params);
  if (what == "fault") return add_faults(world, request);
  if (what == "limits") return change_limits(world, params);
  if (what == "key") return change_key(world, params);
  if (what == "use") return use(world, params);
  if (what.rfind("account/", 0) == 0) return change_account(world, what.substr(8), params);
  if (what == "clear-faults") return world.faults().clear(), done();
  if (what == "reset-counters") return world.reset_counters(), done();
  return json(404, "{\"ok\":false,\"error\":\"no such control\"}");
}

}  // namespace payferry::simulator
