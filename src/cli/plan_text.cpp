#include <fmt/format.h>

#include <cmath>

#include "cli/plan_view.hpp"
#include "telemetry/text.hpp"

namespace payferry::cli {

using pipeline::Decision;
using pipeline::Decisions;
using telemetry::with_separators;

namespace {

constexpr std::size_t kAccountsShown = 40;

std::string number(double value) {
  return value == std::floor(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.1f}", value);
}

std::string in_words(const plan::Finish& finish) {
  switch (finish.bottleneck) {
    case plan::Bottleneck::endpoint:
      return fmt::format("the {} endpoint", to_string(finish.endpoint));
    case plan::Bottleneck::global:
      return "the global limit";
    case plan::Bottleneck::in_flight:
      return "requests in flight";
    case plan::Bottleneck::lane:
      return "one customer's calls, which go one after another";
    case plan::Bottleneck::nothing:
      break;
  }
  return "nothing to do";
}

void add_decisions(std::string& out, const Decisions& counts, const char* indent) {
  static constexpr std::array<const char*, pipeline::kDecisions> kMeanings{
      "would be cloned", "begun earlier, go on", "done already",     "skipped on purpose",
      "failed",          "on blocked accounts",  "named twice here", "bad lines"};
  for (std::size_t at = 0; at < counts.size(); ++at)
    if (counts[at] > 0 || at == 0)
      out += fmt::format("{}{:<10}{:>12}  {}\n", indent, to_string(static_cast<Decision>(at)),
                         with_separators(counts[at]), kMeanings[at]);
}

void add_accounts(std::string& out, const pipeline::Survey& survey) {
  std::size_t shown = 0;
  for (const pipeline::SurveyedAccount& account : survey.accounts) {
    if (account.by_type.empty()) continue;
    if (++shown > kAccountsShown) continue;
    out += fmt::format("{}{}\n", account.account.empty() ? "(no account)" : account.account,
                       account.lost ? "  blocked when it was last asked" : "");
    for (const auto& [type, counts] : account.by_type) {
      std::string line;
      for (std::size_t at = 0; at < counts.size(); ++at)
        if (counts[at] > 0)
          line += fmt::format("{}{} {}", line.empty() ? "" : ", ", with_separators(counts[at]),
                              to_string(static_cast<Decision>(at)));
      out += fmt::format("  {:<18}{}\n", type, line);
    }
  }
  if (shown > kAccountsShown)
    out += fmt::format("… and {} more accounts; --json names them all\n", shown - kAccountsShown);
}

void add_bad_lines(std::string& out, const pipeline::Survey& survey) {
  if (survey.bad.empty()) return;
  out += "\nbad lines\n";
  for (const auto& [code, lines] : survey.bad) {
    std::string examples;
    for (const std::uint64_t line : lines.examples)
      examples += fmt::format("{}{}", examples.empty() ? "" : ", ", line);
    out += fmt::format("  {:>10}  {}: {} (line {}{})\n", with_separators(lines.count), code, lines.message,
                       examples, lines.count > lines.examples.size() ? ", …" : "");
  }
}

void add_calls(std::string& out, const plan::Calls& calls) {
  out += "\ncalls\n";
  for (std::size_t at = 0; at < calls.size(); ++at)
    if (calls[at] > 0)
      out +=
          fmt::format("  {:<22}{:>12}\n", to_string(static_cast<Endpoint>(at)), with_separators(calls[at]));
  out += fmt::format("  {:<22}{:>12}\n", "total", with_separators(plan::sum_of(calls)));
}

void add_time(std::string& out, const PlanView& view) {
  const settings::LimitSettings& limits = view.settings.limits;
  const plan::Finish finish = plan::finish_at(view.survey.load, limits, view.latency);
  out += fmt::format("\nfinish    in {} at the configured limits; what decides: {}\n",
                     duration_text(finish.seconds), in_words(finish));
  out +=
      fmt::format("\n  {:<28}{:>8}{:>10}{:>18}  {}\n", "what if", "global", "endpoint", "finish", "decides");
  for (const plan::WhatIf& row : plan::what_if(view.survey.load, limits, view.settings.mode, view.latency))
    out += fmt::format("  {:<28}{:>8}{:>10}{:>18}  {}\n", row.what, number(row.limits.global),
                       number(row.limits.endpoint), duration_text(row.finish.seconds), in_words(row.finish));
  const plan::Advice advice = plan::advise(view.survey.load, limits, view.settings.mode, view.latency);
  const std::string then =
      fmt::format("{} instead of {}: {} instead of {}", number(advice.then), number(advice.now),
                  duration_text(advice.seconds_then), duration_text(finish.seconds));
  switch (advice.kind) {
    case plan::Advice::Kind::none:
      break;
    case plan::Advice::Kind::raise_own:
      out += fmt::format("\nlimits.{} is below what Stripe documents; {}\n", advice.limit, then);
      break;
    case plan::Advice::Kind::ask_to_raise:
      out += fmt::format("\nworth asking Stripe to raise: {} a second of {}\n", then,
                         advice.limit == "global" ? "all requests" : "the " + advice.limit + " endpoint");
      break;
    case plan::Advice::Kind::raise_in_flight:
      out += fmt::format("\nlimits.in_flight decides; {}\n", then);
      break;
  }
}

void add_online(std::string& out, const pipeline::LookAround& online) {
  out += fmt::format("\nStripe    platform {} ({})\n", online.platform,
                     online.country.empty() ? "country unknown" : online.country);
  for (const pipeline::LookedAtAccount& account : online.accounts) {
    const bool ready = account.readable && account.readiness.ready();
    out += fmt::format("  {}  {}\n", account.account,
                       ready ? "ready" : (account.readable ? "not ready" : "could not be read"));
    if (!account.readiness.not_ready.code.empty())
      out +=
          fmt::format("    {}: {}\n", account.readiness.not_ready.code, account.readiness.not_ready.message);
    for (const plan::Remark& warning : account.readiness.warnings)
      out += fmt::format("    {}: {}\n", warning.code, warning.message);
  }
  out += fmt::format("  sample    {} originals asked for: {} exist, {} attached to a customer\n",
                     online.sample.asked, online.sample.found, online.sample.attached);
  for (const auto& [type, count] : online.sample.types) out += fmt::format("    {:<18}{}\n", type, count);
}

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  if (whole < 48 * 3600) return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {:02} h", whole / 86400, whole / 3600 % 24);
}

std::string plan_text(const PlanView& view) {
  const pipeline::Survey& survey = view.survey;
  std::string out =
      fmt::format("plan      {} ({} mode); nothing was written, neither to Stripe nor to the ledger\n",
                  view.settings.job, to_string(view.settings.mode));
  out += fmt::format("ledger    {}{}\n", view.settings.ledger.string(),
                     survey.has_ledger ? "" : ": none yet, the run makes it");
  out += fmt::format("input     {} lines, {} entries{}\n", with_separators(survey.lines),
                     with_separators(survey.entries),
                     survey.lines_admitted == 0 ? ""
                                                : fmt::format("; {} lines were admitted by an earlier run",
                                                              with_separators(survey.lines_admitted)));
  add_decisions(out, survey.total, "  ");
  for (const auto& [code, count] : survey.failures)
    out += fmt::format("  failing for {}: {}\n", code, with_separators(count));
  if (survey.elsewhere > 0)
    out += fmt::format("  besides, {} pending items that another input named are moved too\n",
                       with_separators(survey.elsewhere));
  if (survey.amended > 0)
    out +=
        fmt::format("  amended: {} lines that failed earlier say something else now, and are tried again\n",
                    with_separators(survey.amended));
  if (survey.differing > 0)
    out += fmt::format("  differing: {} lines say something else than what was done; the old stands\n",
                       with_separators(survey.differing));
  out += "\n";
  add_accounts(out, survey);
  add_bad_lines(out, survey);
  add_calls(out, survey.load.calls);
  add_time(out, view);
  out += fmt::format(
      "\nwebhooks  of the connected accounts get {} payment_method.attached, {} customer.created, {} "
      "customer.updated\n",
      with_separators(survey.methods_attached()), with_separators(survey.customers_created()),
      with_separators(survey.customers_updated()));
  if (view.online) add_online(out, *view.online);
  for (const plan::Remark& warning : warnings_of(view))
    out += fmt::format("\nwarning   {}\n", warning.message);
  return out;
}

}  // namespace payferry::cli
