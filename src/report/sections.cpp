#include "report/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/codes.hpp"
#include "report/html.hpp"
#include "report/plots.hpp"

namespace payferry::report {
namespace {

struct Term {
  const char* name;
  std::uint64_t count;
  const char* means;
};

std::vector<Term> terms_of(const ledger::Tally& tally) {
  return {{"succeeded", tally.count(State::succeeded),
           "a clone is attached to the customer's counterpart on the account"},
          {"skipped", tally.count(State::skipped),
           "left out on purpose: an excluded type, there before, or rolled back"},
          {"duplicate", tally.duplicate, "names an item that an earlier entry names"},
          {"failed", tally.count(State::failed), "Stripe refused it"},
          {"blocked", tally.count(State::blocked), "its account could not be used"},
          {"rejected", tally.rejected, "the line could not be used"},
          {"pending", tally.count(State::pending), "not at its end yet: the same command goes on"}};
}

std::string key_entry(const char* kind) {
  return fmt::format(R"(<span><span class="dot {0}"></span>{0}</span>)", kind);
}

constexpr std::array kShownStates{State::succeeded, State::skipped, State::failed, State::blocked,
                                  State::pending};

std::vector<Segment> segments_of(const AccountFacts& account) {
  std::vector<Segment> segments;
  for (const State state : kShownStates)
    segments.push_back({to_string(state).data(), account.by_state[static_cast<std::size_t>(state)]});
  return segments;
}

// Without a bar where `longest` is 0.
std::string account_row(const std::string& name, const AccountFacts& account, std::uint64_t longest) {
  const auto of = [&account](State state) {
    return grouped(account.by_state[static_cast<std::size_t>(state)]);
  };
  const std::string lost =
      account.lost_code.empty() ? "" : "<br><span class=soft>" + escaped(account.lost_code) + "</span>";
  return fmt::format(
      R"(<tr><td>{}{}</td><td class="n wide">{}</td><td class="n">{}</td><td class="n wide">{}</td><td class="n">{}</td><td class="bars">{}</td></tr>)",
      name, lost, grouped(account.total()), of(State::succeeded), of(State::failed),
      grouped(account.total() - account.by_state[static_cast<std::size_t>(State::succeeded)]),
      longest == 0 ? "" : bar(segments_of(account), longest));
}

std::string latency_table(const PageFacts& facts) {
  std::string rows;
  for (const Step step : kSteps) {
    const Durations& took = facts.latencies[static_cast<std::size_t>(step)];
    if (took.count() == 0) continue;
    rows += fmt::format(
        R"(<tr><td>{}</td><td class="n wide">{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td></tr>)",
        to_string(step), grouped(took.count()), lasting(took.within(0.5)), lasting(took.within(0.95)),
        lasting(took.within(0.99)));
  }
  return R"(<div class="scroll"><table><tr><th>step</th><th class="n wide">answers</th><th class="n">half within</th><th class="n">95 %</th><th class="n">99 %</th></tr>)" +
         rows + "</table></div>";
}

}  // namespace

std::string balance_section(const PageFacts& facts) {
  const ledger::Tally& tally = facts.tally;
  std::string rows;
  std::vector<Segment> segments;
  for (const Term& term : terms_of(tally)) {
    rows += fmt::format(
        R"(<tr><td class="once"><span class="dot {0}"></span>{0}</td><td class="n">{1}</td><td class="n wide">{2}</td><td>{3}</td></tr>)",
        term.name, grouped(term.count), share(term.count, tally.read), term.means);
    segments.push_back({term.name, term.count});
  }
  return fmt::format(
      R"(<h2>The balance</h2><div class="whole">{}</div>
<div class="scroll"><table><tr><th>entries</th><th class="n">number</th><th class="n wide">share</th><th>meaning</th></tr>{}
<tr class="sum"><td>read</td><td class="n">{}</td><td class="wide"></td><td>{}</td></tr></table></div>
<p class="soft">An entry is one line of the input for one account. {} lines were read{}. The sum is counted by the reader, its
terms from what became of each entry.</p>
)",
      bar(segments, tally.read), rows, grouped(tally.read),
      tally.balanced() ? "the sum of the above, as it must be" : "<b>not</b> the sum of the above: an error",
      grouped(tally.lines), tally.complete ? ", to the end of the input" : "; the input goes on");
}

std::string speed_section(const PageFacts& facts) {
  if (!facts.answers) return "";
  return fmt::format(
      R"(<h2>Speed</h2><div class="two"><div><h3>Answers a second</h3>{}<p class="key"><span><span class="dot succeeded"></span>done</span><span><span class="dot failed"></span>refused</span></p>
<p class="soft">Each column stands for {}. {} clones were made since this input was begun.</p></div>
<div><h3>How long Stripe took</h3>{}{}</div></div>
)",
      answers_plot(*facts.answers), lasting(facts.answers->slot_ms()), grouped(facts.clones),
      latency_plot(facts.latencies), latency_table(facts));
}

std::string accounts_section(const PageFacts& facts) {
  constexpr std::size_t kShown = 20;
  if (facts.accounts.empty()) return "";
  const std::uint64_t longest = facts.accounts.front().total();
  std::string rows;
  AccountFacts rest;
  for (std::size_t i = 0; i < facts.accounts.size(); ++i) {
    const AccountFacts& account = facts.accounts[i];
    if (i < kShown) rows += account_row("<code>" + escaped(account.account) + "</code>", account, longest);
    for (std::size_t state = 0; i >= kShown && state < kStates.size(); ++state)
      rest.by_state[state] += account.by_state[state];
  }
  if (facts.accounts.size() > kShown)
    rows += account_row(grouped(facts.accounts.size() - kShown) + " more accounts", rest, 0);
  std::string key;
  for (const State state : kShownStates) key += key_entry(to_string(state).data());
  return fmt::format(
      R"(<h2>Accounts</h2><p class="key">{}</p><div class="scroll"><table><tr><th>account</th><th class="n wide">items</th><th class="n">succeeded</th><th class="n wide">failed</th><th class="n">not moved</th><th></th></tr>{}</table></div>
)",
      key, rows);
}

std::string troubles_section(const PageFacts& facts) {
  if (facts.troubles.empty()) return "<h2>What did not get through</h2><p>Nothing.</p>\n";
  std::string cards;
  for (const Trouble& trouble : facts.troubles) {
    const CodeInfo* info = find_code(trouble.code);
    const std::string where = trouble.step.empty() ? "" : " at " + trouble.step;
    cards +=
        fmt::format(R"(<div class="card {0}"><p><b>{1}</b> {0}{2}: <code>{3}</code></p><p>{4}</p>)",
                    trouble.state, grouped(trouble.count), where, escaped(trouble.code),
                    info ? prose(info->means) : "A code of Stripe's; its message stands in rejects.csv.");
    if (info)
      cards += fmt::format(R"(<p><b>To do:</b> {}</p><p class="soft">Tried again by: {}.</p>)",
                           prose(info->to_do), prose(info->again));
    if (!trouble.request_id.empty())
      cards += fmt::format(R"(<p class="soft">For Stripe's support, one of them: <code>{}</code></p>)",
                           escaped(trouble.request_id));
    cards += "</div>\n";
  }
  return "<h2>What did not get through</h2><p>The lines themselves, with Stripe's messages, stand in "
         "<code>rejects.csv</code>: mend them and feed the file back as input.</p>\n" +
         cards;
}

}  // namespace payferry::report
