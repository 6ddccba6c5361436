#include "report/facts.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace payferry::report {
namespace {

// Codes come from outside: from here on, new ones count as "other".
constexpr std::size_t kMostCodes = 300;

// Only a damaged ledger knows later moments.
constexpr std::int64_t kYear10000 = 253'402'300'800'000;

class Troubles {
 public:
  void add(const std::string& state, const std::string& code, const std::string& step, std::uint64_t count,
           const std::string& request_id) {
    Key key{state, code, step};
    if (found_.size() >= kMostCodes && !found_.contains(key)) key = {state, "other", ""};
    Trouble& trouble = found_[key];
    trouble.count += count;
    if (trouble.request_id.empty()) trouble.request_id = request_id;
  }

  std::vector<Trouble> sorted() const {
    std::vector<Trouble> all;
    for (const auto& [key, trouble] : found_)
      all.push_back(
          {std::get<0>(key), std::get<1>(key), std::get<2>(key), trouble.count, trouble.request_id});
    std::stable_sort(all.begin(), all.end(),
                     [](const Trouble& a, const Trouble& b) { return a.count > b.count; });
    return all;
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, Trouble> found_;
};

void add_entry(const ledger::EntryEnd& end, const AccountFacts& account, Troubles& troubles) {
  if (end.state == State::failed)
    troubles.add("failed", end.reason, std::string(to_string(end.step)), 1, end.request_id);
  if (end.state == State::blocked) troubles.add("blocked", account.lost_code, "", 1, "");
  if (end.state == State::pending && !end.reason.empty()) troubles.add("pending", end.reason, "", 1, "");
}

void count_entries(ledger::Reader& reader, std::int64_t input, PageFacts& facts) {
  std::unordered_map<std::int64_t, AccountFacts> accounts;
  for (ledger::AccountName& name : reader.account_names())
    accounts[name.id] = {std::move(name.account), std::move(name.lost_code), {}};
  Troubles troubles;
  reader.for_each_entry(input, [&](const ledger::EntryEnd& end) {
    AccountFacts& account = accounts[end.account];
    ++account.by_state[static_cast<std::size_t>(end.state)];
    if (end.state == State::succeeded && end.is_bank_account) ++facts.bank_accounts;
    add_entry(end, account, troubles);
  });
  for (const auto& [code, count] : facts.tally.rejections) troubles.add("rejected", code, "", count, "");
  facts.troubles = troubles.sorted();
  for (auto& [id, account] : accounts)
    if (account.total() > 0) facts.accounts.push_back(std::move(account));
  std::sort(facts.accounts.begin(), facts.accounts.end(), [](const AccountFacts& a, const AccountFacts& b) {
    return std::pair(b.total(), a.account) < std::pair(a.total(), b.account);
  });
}

void count_answers(ledger::Reader& reader, std::int64_t input, PageFacts& facts) {
  std::array<std::uint64_t, kSteps.size()> sent{};
  reader.for_each_answer(input, [&](const ledger::PastAnswer& answer) {
    sent[static_cast<std::size_t>(answer.step)] += static_cast<std::uint64_t>(answer.sends);
    if (answer.answered_ms <= 0 || answer.answered_ms > kYear10000) return;
    if (!facts.answers) facts.answers.emplace(answer.answered_ms);
    facts.answers->add(answer.answered_ms, answer.done ? 0 : 1);
    facts.latencies[static_cast<std::size_t>(answer.step)].add(answer.latency_ms);
    if (answer.done && answer.step == Step::clone) ++facts.clones;
  });
  // What a run that was cut off noted last is less than what it sent.
  for (const Step step : kSteps) {
    const std::uint64_t count = sent[static_cast<std::size_t>(step)];
    std::uint64_t& noted = facts.requests[std::string(to_string(endpoint_of(step)))];
    noted = std::max(noted, count);
  }
  std::erase_if(facts.requests, [](const auto& requests) { return requests.second == 0; });
}

std::uint64_t count_in(const rapidjson::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  return member != object.MemberEnd() && member->value.IsUint64() ? member->value.GetUint64() : 0;
}

void add_counts(const rapidjson::Value& object, const char* name,
                std::map<std::string, std::uint64_t>& counts) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsObject()) return;
  for (const auto& [word, count] : member->value.GetObject())
    if (count.IsUint64() && count.GetUint64() > 0) counts[word.GetString()] += count.GetUint64();
}

void add_run(const ledger::RunRecord& run, PageFacts& facts) {
  rapidjson::Document noted;
  noted.Parse<rapidjson::kParseIterativeFlag>(run.summary.data(), run.summary.size());
  if (!noted.HasParseError() && noted.IsObject()) {
    const auto requests = noted.FindMember("requests");
    if (requests != noted.MemberEnd() && requests->value.IsObject()) {
      add_counts(requests->value, "by_endpoint", facts.requests);
      facts.rate_limited += count_in(requests->value, "rate_limited");
    }
    std::map<std::string, std::uint64_t> warnings;
    add_counts(noted, "warnings", warnings);
    for (const auto& [code, count] : warnings) facts.warnings[code] = std::max(facts.warnings[code], count);
  }
  facts.runs.push_back(run);
  facts.runs.back().summary.clear();
  if (facts.runs.size() <= kMostRuns) return;
  facts.runs.erase(facts.runs.begin());
  ++facts.earlier_runs;
}

}  // namespace

void count_facts(ledger::Reader& reader, std::int64_t input, PageFacts& facts) {
  count_entries(reader, input, facts);
  reader.for_each_run(facts.job, input, [&facts](const ledger::RunRecord& run) { add_run(run, facts); });
  count_answers(reader, input, facts);
}

}  // namespace payferry::report
