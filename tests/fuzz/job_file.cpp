#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>

#include "fuzz/check.hpp"
#include "fuzz/targets.hpp"
#include "fuzz/utf8.hpp"
#include "settings/load_text.hpp"

namespace payferry::fuzz {
namespace {

using settings::Loaded;
using settings::Mistake;
using settings::NamedText;

constexpr std::string_view kSecret = "sk_test_Hushhush4242";
// What follows this line is the --config file.
constexpr std::string_view kCut = "\n#### config\n";

std::optional<std::string> environment(const std::string& name) {
  if (name == "STRIPE_SECRET_KEY" || name == "SECRET") return std::string(kSecret);
  if (name == "RATE") return "12.5";
  if (name == "EMPTY") return "";
  if (name == "TWO_LINES") return "one\ntwo";
  return std::nullopt;
}

void check_mistake(const Mistake& mistake, std::string_view job, std::string_view config) {
  const std::string shown = to_string(mistake);
  require(!mistake.message.empty() && is_utf8(shown), "a mistake is explained in UTF-8");
  require(shown.find("Hushhush") == std::string::npos, "no mistake shows a secret");
  const std::string_view text = mistake.file == "/nowhere/job.yaml" ? job : config;
  // yaml-cpp counts CR and LF and points behind the last line at the end of the text.
  const auto ends = std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
  require(mistake.line >= 0 && mistake.line <= ends + 2, "a mistake names a line of its file");
}

bool is_job_name(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= 64 && name[0] != '-' && std::all_of(name.begin(), name.end(), fits);
}

void check_settings(const settings::Settings& settings) {
  require(is_job_name(settings.job), "a job has a name");
  require(!settings.source.csv.empty(), "a source is named");
  require(settings.source.csv == "-" || settings.source.csv[0] == '/', "the source's path is absolute");
  require(!settings.ledger.is_file() || settings.ledger.file().is_absolute(),
          "the ledger's path is absolute");
  require(!settings.stripe.api_key.empty() && !settings.stripe.api_base.empty(),
          "a key and a base are there");
  const settings::LimitSettings& limits = settings.limits;
  require(std::isfinite(limits.global) && limits.global > 0 && std::isfinite(limits.endpoint) &&
              limits.endpoint > 0,
          "rates are positive numbers");
  require(limits.in_flight >= 0 && settings.retry.attempts > 0,
          "counts are positive, in_flight may be automatic");
  require(settings.retry.max_delay.count() > 0 && settings.run.outage.count() > 0 &&
              settings.stripe.timeout.count() > 0 &&
              (!settings.run.deadline || settings.run.deadline->count() > 0),
          "durations are positive");
  const auto& accounts = settings.target.accounts;
  require(std::set<std::string>(accounts.begin(), accounts.end()).size() == accounts.size(),
          "accounts are distinct");
}

}  // namespace

void job_file(std::string_view input) {
  const std::size_t cut = input.find(kCut);
  const std::string_view job = input.substr(0, cut);
  std::optional<NamedText> config;
  if (cut != std::string_view::npos)
    config = NamedText{"/nowhere/etc/config.yaml", input.substr(cut + kCut.size())};
  const Loaded loaded = settings::load_text({"/nowhere/job.yaml", job}, config, environment);
  for (const Mistake& mistake : loaded.mistakes) check_mistake(mistake, job, config ? config->text : "");
  for (const std::string& warning : loaded.warnings)
    require(is_utf8(warning) && warning.find("Hushhush") == std::string::npos, "no warning shows a secret");
  if (loaded.mistakes.empty()) check_settings(loaded.settings);
}

}  // namespace payferry::fuzz
