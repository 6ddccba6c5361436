#include "settings/converters.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/ids.hpp"
#include "settings/address.hpp"
#include "settings/files.hpp"

namespace payferry::settings {
namespace {

using std::chrono::hours;
constexpr Milliseconds kInstant{1};
constexpr Milliseconds kDay = hours(24);
constexpr Milliseconds kYear = hours(24) * 365;

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

template <class Word>
Problem pick(const Value& value, std::initializer_list<std::pair<std::string_view, Word>> words,
             Word& chosen) {
  for (const auto& [name, word] : words) {
    if (value.text != name) continue;
    chosen = word;
    return std::nullopt;
  }
  return "is not known here";
}

// "8" in quotes is text to YAML; "${RATE}" in quotes is the usual way to write a variable.
Problem check_not_text(const Value& value) {
  if (value.quoted && !value.has_variables) return "is text because of its quotes, not a number";
  return std::nullopt;
}

Problem number(const Value& value, double& result) {
  if (auto problem = check_not_text(value)) return problem;
  return parse_number(value.text, 0.1, 100'000, result);
}

Problem whole(const Value& value, int min, int max, int& result) {
  if (auto problem = check_not_text(value)) return problem;
  return parse_whole(value.text, min, max, result);
}

constexpr std::string_view kTwice = "stands in the list twice";

}  // namespace

Problem to_job(const Value& value, Draft& draft) {
  constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (value.text.size() > 64 || value.text.front() == '-' || !consists_of(value.text, kCharacters)) {
    return "is not a job's name";
  }
  draft.settings.job = value.text;
  return std::nullopt;
}

Problem to_csv(const Value& value, Draft& draft) {
  draft.settings.source.csv = value.text == "-" ? "-" : resolve(value.folder, value.text).string();
  return std::nullopt;
}

Problem to_idle_exit(const Value& value, Draft& draft) {
  draft.settings.source.idle_exit.reset();
  if (value.text == "none") return std::nullopt;
  Milliseconds idle{0};
  if (auto problem = parse_duration(value.text, Milliseconds(1000), kDay, idle)) return problem;
  draft.settings.source.idle_exit = idle;
  return std::nullopt;
}

Problem to_api_key_file(const Value& value, Draft& draft) {
  draft.api_key_file = resolve(value.folder, value.text);
  return std::nullopt;
}

Problem to_api_base(const Value& value, Draft& draft) {
  return parse_base_url(value.text, draft.settings.stripe.api_base);
}

Problem to_api_version(const Value& value, Draft& draft) {
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
  if (!consists_of(value.text, kCharacters)) return "is not a version";
  draft.settings.stripe.api_version = value.text;
  return std::nullopt;
}

Problem to_ca_file(const Value& value, Draft& draft) {
  draft.settings.stripe.ca_file = resolve(value.folder, value.text).string();
  return std::nullopt;
}

Problem to_platform_account(const Value& value, Draft& draft) {
  if (!is_account_id(value.text)) return "is not an account's id";
  draft.settings.stripe.platform_account = value.text;
  return std::nullopt;
}

Problem to_timeout(const Value& value, Draft& draft) {
  return parse_duration(value.text, std::chrono::seconds(1), std::chrono::minutes(10),
                        draft.settings.stripe.timeout);
}

Problem to_accounts(const Value& value, Draft& draft) {
  if (!is_account_id(value.text)) return "is not an account's id";
  if (!draft.accounts.insert(value.text).second) return std::string(kTwice);
  draft.settings.target.accounts.push_back(value.text);
  return std::nullopt;
}

Problem to_types(const Value& value, Draft& draft) {
  if (value.text != "card" && value.text != "us_bank_account") {
    return "cannot be cloned: Stripe clones only cards and US bank accounts";
  }
  auto& types = draft.settings.target.types;
  if (std::find(types.begin(), types.end(), value.text) != types.end()) return std::string(kTwice);
  types.push_back(value.text);
  return std::nullopt;
}

Problem to_customer(const Value& value, Draft& draft) {
  return pick(
      value,
      {{"create", CustomerRule::create}, {"existing", CustomerRule::existing}, {"none", CustomerRule::none}},
      draft.settings.target.customer);
}

Problem to_set_default(const Value& value, Draft& draft) {
  return pick(value,
              {{"marked", DefaultRule::marked}, {"first", DefaultRule::first}, {"none", DefaultRule::none}},
              draft.settings.target.set_default);
}

Problem to_unattached(const Value& value, Draft& draft) {
  return pick(value, {{"refuse", UnattachedRule::refuse}, {"consume", UnattachedRule::consume}},
              draft.settings.target.unattached_originals);
}

Problem to_preflight(const Value& value, Draft& draft) {
  // YAML knows off as another word for false.
  if (value.text == "false") {
    draft.settings.target.preflight = PreflightRule::off;
    return std::nullopt;
  }
  return pick(value,
              {{"warn", PreflightRule::warn}, {"block", PreflightRule::block}, {"off", PreflightRule::off}},
              draft.settings.target.preflight);
}

Problem to_ach_authorised(const Value& value, Draft& draft) {
  constexpr std::size_t kLongest = 500;
  if (value.text.size() > kLongest) return "is longer than 500 bytes";
  // Nobody vouches with a switch.
  for (const std::string_view word : {"true", "false", "yes", "no", "on", "off", "none", "null", "~"})
    if (value.text == word) return "names nobody";
  draft.settings.target.ach_authorised = value.text;
  return std::nullopt;
}

Problem to_customers_file(const Value& value, Draft& draft) {
  if (value.text == "-") return "is standard input, which cannot be read twice";
  draft.settings.target.customers_file = resolve(value.folder, value.text).string();
  return std::nullopt;
}

Problem to_find(const Value& value, Draft& draft) {
  constexpr std::string_view kPrefix = "metadata:";
  constexpr std::size_t kLongestKey = 40;  // stripe-docs: "metadata"
  draft.settings.target.find_key.clear();
  if (value.text == "none") return std::nullopt;
  if (!value.text.starts_with(kPrefix)) return "is not known here";
  const std::string key = value.text.substr(kPrefix.size());
  if (key.empty() || key.find_first_of("[]") != std::string::npos) return "names no metadata key";
  if (key.size() > kLongestKey) return "names a key longer than Stripe's 40 characters";
  draft.settings.target.find_key = key;
  return std::nullopt;
}

Problem to_other_customers(const Value& value, Draft& draft) {
  return pick(value, {{"block", OthersRule::block}, {"ignore", OthersRule::ignore}},
              draft.settings.target.other_customers);
}

Problem to_existing_clones(const Value& value, Draft& draft) {
  return pick(
      value, {{"ignore", ExistingRule::ignore}, {"skip", ExistingRule::skip}, {"adopt", ExistingRule::adopt}},
      draft.settings.target.existing_clones);
}

Problem to_global(const Value& value, Draft& draft) {
  return number(value, draft.settings.limits.global);
}

Problem to_endpoint(const Value& value, Draft& draft) {
  return number(value, draft.settings.limits.endpoint);
}

Problem to_scope(const Value& value, Draft& draft) {
  return pick(
      value,
      {{"platform", LimitScope::platform}, {"account", LimitScope::account}, {"learn", LimitScope::learn}},
      draft.settings.limits.scope);
}

Problem to_in_flight(const Value& value, Draft& draft) {
  draft.settings.limits.in_flight = 0;
  if (value.text == "auto") return std::nullopt;
  return whole(value, 1, 4096, draft.settings.limits.in_flight);
}

Problem to_attempts(const Value& value, Draft& draft) {
  return whole(value, 1, 100, draft.settings.retry.attempts);
}

Problem to_max_delay(const Value& value, Draft& draft) {
  return parse_duration(value.text, kInstant, kDay, draft.settings.retry.max_delay);
}

Problem to_deadline(const Value& value, Draft& draft) {
  if (value.text == "none") {
    draft.settings.run.deadline.reset();
    return std::nullopt;
  }
  Milliseconds deadline{0};
  if (auto problem = parse_duration(value.text, kInstant, kYear, deadline)) return problem;
  draft.settings.run.deadline = deadline;
  return std::nullopt;
}

Problem to_outage(const Value& value, Draft& draft) {
  return parse_duration(value.text, kInstant, kYear, draft.settings.run.outage);
}

Problem to_max_failures(const Value& value, Draft& draft) {
  draft.settings.run.max_failures.reset();
  if (value.text == "none") return std::nullopt;
  int most = 0;
  if (auto problem = whole(value, 0, 1'000'000'000, most)) return problem;
  draft.settings.run.max_failures = most;
  return std::nullopt;
}

Problem to_max_failure_share(const Value& value, Draft& draft) {
  draft.settings.run.max_failure_share.reset();
  if (value.text == "none") return std::nullopt;
  if (!value.text.ends_with('%')) return "is not a percentage";
  double percent = 0;
  if (auto problem =
          parse_number(std::string_view(value.text).substr(0, value.text.size() - 1), 0, 100, percent))
    return problem;
  draft.settings.run.max_failure_share = percent / 100;
  return std::nullopt;
}

// A server's password belongs into a variable, PGPASSWORD or a passfile.
bool tells_password(const std::string& raw) {
  if (!LedgerPlace::names_server(raw)) return false;
  const std::size_t begin = raw.find("://") + 3;
  const std::string authority = raw.substr(begin, raw.find('/', begin) - begin);
  const std::size_t colon = authority.find(':');
  const std::size_t at = authority.rfind('@');
  return at != std::string::npos && colon < at && authority.compare(colon + 1, 2, "${") != 0;
}

Problem to_ledger(const Value& value, Draft& draft) {
  if (LedgerPlace::names_server(value.text)) {
    if (tells_password(value.raw))
      return "holds a password that everybody can read; say ${NAME} in its place";
    Result<LedgerPlace> server = LedgerPlace::server(value.text);
    if (!server) return server.error().message;
    draft.settings.ledger = std::move(*server);
    return std::nullopt;
  }
  if (value.text.find("://") != std::string::npos) return "is an address, not a path";
  const std::filesystem::path path = resolve(value.folder, value.text);
  const std::filesystem::path name = path.filename();
  if (name.empty() || name == "." || name == "..") return "is a folder, not a file";
  draft.settings.ledger = path;
  return std::nullopt;
}

Problem to_ledger_create(const Value& value, Draft& draft) {
  return pick(value, {{"auto", LedgerCreation::automatic}, {"never", LedgerCreation::never}},
              draft.settings.ledger_create);
}

Problem to_fleet_name(const Value& value, Draft& draft) {
  const bool printable =
      std::all_of(value.text.begin(), value.text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (value.text.size() > 64 || !printable) return "is no such name";
  draft.settings.fleet.name = value.text;
  return std::nullopt;
}

Problem to_fleet_lease(const Value& value, Draft& draft) {
  draft.settings.fleet.lease = Milliseconds{0};
  if (value.text == "auto") return std::nullopt;
  return parse_duration(value.text, std::chrono::seconds(2), std::chrono::minutes(10),
                        draft.settings.fleet.lease);
}

Problem to_listen(const Value& value, Draft& draft) {
  if (value.text == "none" || value.text == "false" || value.text == "off") {
    draft.settings.metrics.listen = "none";
    return std::nullopt;
  }
  if (auto problem = check_host_and_port(value.text)) return problem;
  draft.settings.metrics.listen = value.text;
  return std::nullopt;
}

Problem to_token_file(const Value& value, Draft& draft) {
  draft.settings.metrics.token_file = resolve(value.folder, value.text);
  return std::nullopt;
}

}  // namespace payferry::settings
