#include "simulator/program_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <fstream>
#include <iostream>
#include <sstream>

#ifndef PAYFERRY_VERSION
#define PAYFERRY_VERSION "0"
#endif

namespace payferry::simulator {
namespace {

constexpr const char* about =
    "A stand-in for the Stripe endpoints that Payferry uses: accounts, customers, PaymentMethods, their "
    "cloning to\n"
    "connected accounts, idempotency keys, rate limits, locks, latency and every way to lose an answer. "
    "Nothing here\n"
    "talks to Stripe; state lives in memory.\n";

constexpr const char* examples =
    "Examples\n"
    "  payferry-simulator --accounts 3 --customers 1000 --csv customers.csv\n"
    "      then run a job on customers.csv with  stripe: { api_key: sk_test_x, api_base: "
    "http://127.0.0.1:12112 }\n"
    "  payferry-simulator --latency 80 --fault close_after=0.02 --fault clone/error_500_after=0.01\n"
    "  payferry-simulator --script faults.jsonl      one JSON object a line, for example\n"
    "      {\"step\":\"clone\",\"nth\":3,\"kind\":\"reset_after\"}\n"
    "      "
    "{\"step\":\"attach\",\"account\":\"acct_1…\",\"times\":0,\"kind\":\"refuse\",\"status\":400,\"code\":"
    "\"x\",\"message\":\"…\"}\n"
    "      Conditions: method, path (with {id}), step, account, contains (text in path or body), nth, times "
    "(0: for ever),\n"
    "      probability. Parameters: ms, reason, decline_code, should_retry, status, code, param, message, "
    "type.\n"
    "Faults\n"
    "  no effect, nothing stored:  rate_limit[:REASON|none] lock_timeout error_500_before error_503 "
    "idempotency_conflict\n"
    "                              key_mismatch reset_before close_before stall_before\n"
    "  stored under the key:       error_500_stored (no effect) error_500_after (effect) declined[:CODE]\n"
    "                              refuse:STATUS[/CODE] (401, 403, 409, 429 and 501-599 are not stored)\n"
    "  after the effect:           reset_after close_after truncated garbage stall late:MS slow:MS "
    "should_retry:BOOL\n"
    "Steps\n"
    "  clone create_customer attach set_default (= update_customer) detach retrieve_payment_method "
    "retrieve_customer\n"
    "  update_payment_method delete_customer list_customers list_payment_methods "
    "list_customer_payment_methods\n"
    "  list_payment_intents list_subscriptions retrieve_account retrieve_own_account\n"
    "Judge and steer, no key needed\n"
    "  GET  /_simulator/report | attached | requests\n"
    "  POST /_simulator/advance?seconds=N | fault (JSON as in a script) | clear-faults | reset-counters\n"
    "       /_simulator/limits?global=&endpoint=&burst= | key?state=ok|expired\n"
    "       "
    "/_simulator/use?account=&payment_method=&by=payment|canceled_payment|subscription|default_subscription\n"
    "       /_simulator/account/ID?state=ok|invalid|expired[:STATUS]|slow:MS\n"
    "       /_simulator/account/ID?charges_enabled=true|false&country=XX&card_payments=STATE&"
    "us_bank_account_ach_payments=STATE\n"
    "                                  what a read of it shows; STATE: active, inactive or pending\n";

struct Raw {
  std::string listen = "127.0.0.1:12112", scope = "platform", methods = "1", script;
  std::vector<std::string> faults, account_limits;
  bool fan_out = false, no_lock = false, version = false;
};

std::optional<std::size_t> whole(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Of a text like 0.5/s.
std::optional<double> per_second(std::string_view text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const std::string_view unit(end, text.data() + text.size());
  if (error != std::errc() || unit != "/s" || !(rate > 0 && rate <= 1e6)) return std::nullopt;
  return rate;
}

void declare_server(CLI::App& app, ProgramOptions& out, Raw& raw) {
  app.add_option("--listen", raw.listen, "Address and port; port 0 takes a free one")
      ->group("Server")
      ->capture_default_str();
  app.add_option("--port-file", out.port_file, "Write the port here once it listens")->group("Server");
  app.add_option("--report", out.report_file, "Write the report (JSON) here at the end")->group("Server");
  app.add_option("--tls-cert", out.server.tls_certificate, "Serve https: certificate chain, PEM")
      ->group("Server");
  app.add_option("--tls-key", out.server.tls_key, "Serve https: private key, PEM")->group("Server");
  app.add_option("--requests-per-connection", out.server.requests_per_connection,
                 "Close a connection after so many answers, unannounced (0: never)")
      ->group("Server");
  app.add_option("--idle-timeout", out.server.idle_timeout_ms,
                 "Close a connection after so many ms without a request (0: never)")
      ->group("Server");
}

void declare_stripe(CLI::App& app, ProgramOptions& out, Raw& raw) {
  WorldOptions& world = out.world;
  app.add_option("--api-key", world.api_key,
                 "The only key to accept (default: every sk_test_ and rk_test_ key)")
      ->group("Stripe");
  app.add_flag("--live", world.store.livemode, "Play live mode: live keys, livemode true")->group("Stripe");
  app.add_option("--limit-scope", raw.scope,
                 "Whose limits a call with Stripe-Account counts on: platform, account, none")
      ->check(CLI::IsMember({"platform", "account", "none"}))
      ->group("Stripe")
      ->capture_default_str();
  app.add_option("--limit-global", world.limits.global, "Requests per second")
      ->group("Stripe")
      ->capture_default_str();
  app.add_option("--limit-endpoint", world.limits.endpoint, "Requests per second and endpoint")
      ->group("Stripe")
      ->capture_default_str();
  app.add_option("--limit-burst", world.limits.burst, "What an idle endpoint lets through at once")
      ->group("Stripe")
      ->capture_default_str();
  app.add_option(
         "--account-limit", raw.account_limits,
         "acct_…=N/s, repeatable: requests per second of one account, all endpoints together, whatever "
         "the scope")
      ->allow_extra_args(false)
      ->group("Stripe");
  app.add_option("--limit-concurrency", world.limits.concurrency, "Requests at one time (0: no limit)")
      ->group("Stripe");
  app.add_option("--limit-endpoint-concurrency", world.limits.endpoint_concurrency,
                 "Requests at one time and endpoint (0: no limit)")
      ->group("Stripe");
  app.add_flag("--no-lock", raw.no_lock, "Let requests on one customer overlap")->group("Stripe");
  app.add_option("--latency", world.latency_ms, "Mean time to answer, ms")
      ->group("Stripe")
      ->capture_default_str();
  app.add_option("--latency-jitter", world.latency_jitter_ms, "… give or take, ms")
      ->group("Stripe")
      ->capture_default_str();
  app.add_option(
         "--state-error-code", world.store.state_error_code,
         "Code of wrong-state errors; Stripe mostly sends none, sometimes payment_method_unexpected_state")
      ->group("Stripe");
  app.add_option("--fault", raw.faults, "[STEP/]KIND[:PARAMETER]=PROBABILITY, repeatable; kinds below")
      ->allow_extra_args(false)
      ->group("Stripe");
  app.add_option("--script", raw.script, "Faults from a file of JSON lines")->group("Stripe");
}

void declare_seed(CLI::App& app, ProgramOptions& out, Raw& raw) {
  SeedOptions& seed = out.seed;
  const auto share = CLI::Range(0.0, 1.0);
  app.add_option("--seed", out.world.store.seed, "Everything drawn depends on it")
      ->group("World")
      ->capture_default_str();
  app.add_option("--accounts", seed.accounts, "Connected accounts")->group("World")->capture_default_str();
  app.add_option("--customers", seed.customers, "Customers of the platform")
      ->group("World")
      ->capture_default_str();
  app.add_option("--methods-per-customer", raw.methods, "N or MIN-MAX")
      ->group("World")
      ->capture_default_str();
  app.add_option("--bank-share", seed.bank_share, "Share of us_bank_account")
      ->check(share)
      ->group("World")
      ->capture_default_str();
  app.add_option("--other-types-share", seed.other_share,
                 "Share of link and sepa_debit, which cannot be cloned")
      ->check(share)
      ->group("World")
      ->capture_default_str();
  app.add_option("--declined-share", seed.declined_share, "Share that is declined (402) whenever attached")
      ->check(share)
      ->group("World")
      ->capture_default_str();
  app.add_option("--legacy-share", seed.legacy_share, "Share of cards with card_ ids")
      ->check(share)
      ->group("World")
      ->capture_default_str();
  app.add_option("--unattached", seed.unattached, "Originals without a customer")
      ->group("World")
      ->capture_default_str();
  app.add_flag("--any-originals", out.world.store.any_originals,
               "Take every well-formed id of a list made elsewhere for existing")
      ->group("World");
  app.add_option("--csv", out.csv_file, "Write the matching input list here")->group("World");
  app.add_flag("--csv-fan-out", raw.fan_out, "… without an account column")->group("World");
  app.add_option("--bad-lines", out.csv.bad_lines, "… with so many lines that cannot be read")
      ->group("World")
      ->capture_default_str();
  app.add_option("--missing", out.csv.missing, "… with so many lines whose original does not exist")
      ->group("World")
      ->capture_default_str();
  app.add_flag("--write-only", out.write_only, "Write the list and end")->group("World");
}

using Problem = std::optional<std::string>;

Problem set_listen(ProgramOptions& out, const Raw& raw) {
  const auto colon = raw.listen.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : whole(std::string_view(raw.listen).substr(colon + 1));
  if (!port || *port > 65535) return fmt::format("--listen {}: write ADDRESS:PORT", raw.listen);
  out.server.host = raw.listen.substr(0, colon);
  if (out.server.host.size() > 2 && out.server.host.front() == '[') {
    out.server.host = out.server.host.substr(1, out.server.host.size() - 2);
  }
  out.server.port = static_cast<std::uint16_t>(*port);
  return std::nullopt;
}

Problem set_methods(ProgramOptions& out, const Raw& raw) {
  const auto dash = raw.methods.find('-');
  const auto least = whole(std::string_view(raw.methods).substr(0, dash));
  const auto most = dash == std::string::npos ? least : whole(std::string_view(raw.methods).substr(dash + 1));
  if (!least || !most || *least > *most)
    return fmt::format("--methods-per-customer {}: write N or MIN-MAX", raw.methods);
  out.seed.methods_min = *least;
  out.seed.methods_max = *most;
  return std::nullopt;
}

Problem set_account_limits(ProgramOptions& out, const Raw& raw) {
  for (const std::string& text : raw.account_limits) {
    const auto equals = text.find('=');
    const auto rate =
        equals == std::string::npos ? std::nullopt : per_second(std::string_view(text).substr(equals + 1));
    if (!text.starts_with("acct_") || !rate)
      return fmt::format("--account-limit {}: write acct_…=N/s, as in acct_1Shop=0.5/s", text);
    out.world.limits.accounts[text.substr(0, equals)] = *rate;
  }
  return std::nullopt;
}

Problem set_faults(ProgramOptions& out, const Raw& raw) {
  for (const std::string& text : raw.faults) {
    auto rule = parse_fault_option(text);
    if (const auto* wrong = std::get_if<std::string>(&rule))
      return fmt::format("--fault {}: {}", text, *wrong);
    out.world.faults.push_back(std::move(std::get<FaultRule>(rule)));
  }
  if (raw.script.empty()) return std::nullopt;
  std::ifstream file(raw.script);
  if (!file) return fmt::format("--script {}: cannot be read", raw.script);
  std::ostringstream text;
  text << file.rdbuf();
  auto rules = parse_fault_script(text.str());
  if (const auto* wrong = std::get_if<std::string>(&rules))
    return fmt::format("--script {}: {}", raw.script, *wrong);
  // A script is precise and goes before what is left to chance.
  auto& list = std::get<std::vector<FaultRule>>(rules);
  out.world.faults.insert(out.world.faults.begin(), list.begin(), list.end());
  return std::nullopt;
}

Problem settle(ProgramOptions& out, const Raw& raw) {
  out.world.locks = !raw.no_lock;
  out.csv.with_account = !raw.fan_out;
  out.world.limits.scope = raw.scope == "none"      ? LimitScope::none
                           : raw.scope == "account" ? LimitScope::account
                                                    : LimitScope::platform;
  if (out.server.tls_certificate.empty() != out.server.tls_key.empty())
    return "--tls-cert and --tls-key go together";
  if (out.write_only && out.csv_file.empty()) return "--write-only needs --csv FILE";
  if (auto problem = set_listen(out, raw)) return problem;
  if (auto problem = set_methods(out, raw)) return problem;
  if (auto problem = set_account_limits(out, raw)) return problem;
  return set_faults(out, raw);
}

}  // namespace

std::variant<ProgramOptions, int> read_program_options(int argc, char** argv) {
  ProgramOptions out;
  Raw raw;
  CLI::App app(about, "payferry-simulator");
  app.footer(examples);
  app.set_version_flag("--version", "payferry-simulator " PAYFERRY_VERSION);
  declare_server(app, out, raw);
  declare_stripe(app, out, raw);
  declare_seed(app, out, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const auto problem = settle(out, raw)) {
    std::cerr << "payferry-simulator: " << *problem << '\n';
    return 2;
  }
  return out;
}

}  // namespace payferry::simulator
