#include <fmt/format.h>

#include "core/codes.hpp"
#include "report/html.hpp"
#include "report/sections.hpp"

namespace payferry::report {
namespace {

std::string remark(const std::string& kind, const std::string& head, const std::string& says,
                   const std::string& todo) {
  std::string card = fmt::format(R"(<div class="card {}"><p><b>{}</b></p><p>{}</p>)", kind, head, says);
  if (!todo.empty()) card += "<p><b>To do:</b> " + todo + "</p>";
  return card + "</div>\n";
}

std::string coded_remark(const std::string& code, const std::string& head) {
  const CodeInfo* info = find_code(code);
  return remark("rejected", head, info ? prose(info->means) : "", info ? prose(info->to_do) : "");
}

std::string run_row(const ledger::RunRecord& run, bool going_on) {
  std::string end = run.ended_ms != 0 ? moment(run.ended_ms) : going_on ? "going on" : "cut off";
  return fmt::format(
      R"(<tr><td class="once">{}</td><td class="once">{}</td><td class="n">{}</td><td class="n">{}</td><td>{}</td><td>{}</td></tr>)",
      moment(run.started_ms), end, run.ended_ms != 0 ? lasting(run.ended_ms - run.started_ms) : "",
      run.ended_ms != 0 ? std::to_string(run.exit_code) : "", escaped(run.outcome), prose(run.reason));
}

std::string requests_table(const PageFacts& facts) {
  std::string rows;
  std::uint64_t total = 0;
  for (const auto& [endpoint, count] : facts.requests) {
    rows += fmt::format(R"(<tr><td>{}</td><td class="n">{}</td></tr>)", escaped(endpoint), grouped(count));
    total += count;
  }
  return fmt::format(
      R"(<h3>Requests spent</h3><table><tr><th>endpoint</th><th class="n">requests</th></tr>{}<tr class="sum"><td>all</td><td class="n">{}</td></tr></table><p class="soft">Over all runs of this input, re-sendings included; {} met a rate limit.</p>
)",
      rows, grouped(total), grouped(facts.rate_limited));
}

}  // namespace

std::string remarks_section(const PageFacts& facts) {
  std::string cards;
  if (facts.bank_accounts > 0 && !facts.authorised)
    cards += coded_remark("ach_authorisation_missing",
                          grouped(facts.bank_accounts) + " US bank accounts without a word on authorisation");
  for (const auto& [code, count] : facts.warnings)
    if (code != "ach_authorisation_missing")
      cards += coded_remark(code, grouped(count) + " × <code>" + escaped(code) + "</code>");
  if (facts.tally.possible_orphans > 0)
    cards += remark(
        "skipped", grouped(facts.tally.possible_orphans) + " possible orphans",
        "Clones that may exist without our knowing their ids, because an answer was lost for good. They are "
        "attached to nobody and cannot be charged again by mistake.",
        "");
  if (facts.tally.differing > 0)
    cards += remark("skipped", grouped(facts.tally.differing) + " lines say something else than was done",
                    "They name items that were moved before, with other content. What was done stands.", "");
  if (facts.tally.taking_back > 0)
    cards += remark("pending", grouped(facts.tally.taking_back) + " clones may be detached",
                    "A rollback was cut off; until it is known they count as succeeded.",
                    "Run <code>payferry rollback</code> again.");
  return cards.empty() ? "" : "<h2>Worth knowing</h2>\n" + cards;
}

std::string runs_section(const PageFacts& facts) {
  if (facts.runs.empty()) return "";
  std::string rows;
  for (const ledger::RunRecord& run : facts.runs)
    rows += run_row(run, facts.running && &run == &facts.runs.back());
  const std::string earlier =
      facts.earlier_runs == 0
          ? ""
          : fmt::format("<p class=soft>{} earlier ones are left out.</p>", facts.earlier_runs);
  return fmt::format(
      R"(<h2>Runs</h2>{}<div class="scroll"><table><tr><th>started</th><th>ended</th><th class="n">took</th><th class="n">exit</th><th>outcome</th><th>reason</th></tr>{}</table></div>
<div class="two" style="margin-top:24px"><div>{}</div><div><h3>Customers on the accounts</h3><table>
<tr><td>made by us</td><td class="n">{}</td></tr><tr><td>there before</td><td class="n">{}</td></tr></table></div></div>
)",
      earlier, rows, requests_table(facts), grouped(facts.tally.customers_created),
      grouped(facts.tally.customers_reused));
}

std::string proof_section(const PageFacts& facts) {
  return fmt::format(
      R"(<h2>What proves it</h2>
<p>Every request was written into a ledger before it was sent, and every answer before anything was built on it. This page is
counted from that ledger, <code>{}</code>, at one moment.</p>
<ul>
<li><code>payferry ledger check JOB.yaml</code> looks at the whole ledger: its structure, and every promise that a row can break,
the balance above among them.</li>
<li><code>payferry verify JOB.yaml</code> reads the clones back from Stripe, as they are now, and names whatever differs.</li>
<li><code>payferry explain JOB.yaml ID</code> tells the whole life of one payment method: each request, Stripe's answer, and
Stripe's request id, which their support and your Dashboard's log know.</li>
<li><code>mapping.csv</code>, beside this page, has old and new ids of every entry that succeeded, {} rows. Each new id can be
looked up on its account.</li>
<li>Every customer that was made bears <code>metadata[payferry_source_customer]</code>, the platform's customer: it is found
without us.</li>
</ul>
<p class="soft">This page holds no names, e-mail addresses or keys, and asks no other host for anything. <code>rejects.csv</code> repeats
the input's own lines: give it to nobody who may not see them.</p>
)",
      escaped(facts.ledger_file), grouped(facts.tally.count(State::succeeded)));
}

}  // namespace payferry::report
