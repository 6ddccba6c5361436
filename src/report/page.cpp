#include "report/page.hpp"

#include <fmt/format.h>

#include "report/html.hpp"
#include "report/page_style.hpp"
#include "report/sections.hpp"

namespace payferry::report {
namespace {

std::string entries(std::uint64_t count) {
  return grouped(count) + (count == 1 ? " entry" : " entries");
}

std::string moved(const PageFacts& facts) {
  const std::uint64_t count = facts.tally.count(State::succeeded);
  return grouped(count) + (count == 1 ? " is in place" : " are in place");
}

std::string because(const PageFacts& facts) {
  return facts.reason.empty() ? "" : " Reason: " + facts.reason + ".";
}

}  // namespace

std::string verdict_of(const PageFacts& facts) {
  const ledger::Tally& tally = facts.tally;
  switch (facts.outcome) {
    case Outcome::complete:
      return fmt::format("Complete: of {}, {}, and the rest was skipped on purpose or a duplicate.",
                         entries(tally.read), moved(facts));
    case Outcome::failures:
      return fmt::format(
          "Done, with exceptions: of {}, {}; {} failed, {} blocked and {} rejected need a look.",
          entries(tally.read), moved(facts), grouped(tally.count(State::failed)),
          grouped(tally.count(State::blocked)), grouped(tally.rejected));
    case Outcome::unfinished:
      return fmt::format("Not finished: of {} read so far, {} and {} pending{}.{}", entries(tally.read),
                         moved(facts), grouped(tally.count(State::pending)),
                         tally.complete ? "" : "; the input was not read to its end", because(facts));
    case Outcome::refused:
      return fmt::format("Stopped, because Stripe could not be used: of {} read so far, {}.{}",
                         entries(tally.read), moved(facts), because(facts));
    case Outcome::internal:
    case Outcome::usage:
    case Outcome::ledger:
      break;
  }
  return "The counts do not add up: this report proves nothing. Keep the ledger and the log, and report it." +
         because(facts);
}

std::string page(const PageFacts& facts) {
  const std::string job = escaped(facts.job);
  std::string text = fmt::format(
      R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer"><title>{0}: report</title><style>{1}</style></head><body>
<h1>{0}</h1>
<p class="soft">Payment methods of platform <code>{2}</code>, cloned to its connected accounts, in {3} mode. As of {4}.</p>
<p class="verdict {5}">{6}</p>
)",
      job, kPageStyle, escaped(facts.platform), to_string(facts.mode), moment(facts.now_ms),
      to_string(facts.outcome), escaped(verdict_of(facts)));
  for (const auto& section : {balance_section, speed_section, accounts_section, troubles_section,
                              remarks_section, runs_section, proof_section})
    text += section(facts);
  return text + "</body></html>\n";
}

}  // namespace payferry::report
