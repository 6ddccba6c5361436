#include "pipeline/survey.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <random>
#include <system_error>

#include "intake/customers_file.hpp"
#include "intake/stored_place.hpp"
#include "pipeline/sorted_runs.hpp"
#include "pipeline/survey_links.hpp"
#include "pipeline/survey_rows.hpp"
#include "plan/admission.hpp"

namespace payferry::pipeline {

using namespace surveying;

namespace {

constexpr std::size_t kLinesAtATime = 4000;
constexpr std::size_t kRowsInMemory = 120'000;
constexpr std::size_t kSample = 20;

// Which of the ledger's items are in a set; ids are dense.
class Items {
 public:
  bool has(std::int64_t id) const {
    const auto at = static_cast<std::size_t>(id);
    return at < bits_.size() && bits_[at];
  }
  void add(std::int64_t id) {
    const auto at = static_cast<std::size_t>(id);
    if (at >= bits_.size()) bits_.resize(std::max(at + 1, bits_.size() * 2));
    bits_[at] = true;
  }

 private:
  std::vector<bool> bits_;
};

class Surveyor {
 public:
  Surveyor(const settings::Settings& settings, intake::Source& source, ledger::Preview* ledger)
      : settings_(settings),
        source_(source),
        ledger_(ledger),
        rules_(plan::rules_from(settings)),
        admission_(plan::admission_rules(rules_)),
        book_(survey_),
        new_items_(kRowsInMemory),
        links_(kRowsInMemory) {}

  Result<Survey> run(const std::function<void(std::uint64_t)>& progress) {
    begin();
    if (const Result<void> given = take_given(); !given) return given.error();
    if (const Result<void> read = read_lines(progress); !read) return read.error();
    take_open_items();
    new_items_.drain([this](const ItemRow& row) { take_new(row); });
    end_new();
    LinkFold fold(book_, rules_, !settings_.target.find_key.empty());
    links_.drain([&fold](const LinkRow& row) { fold.take(row); });
    fold.finish();
    add_reads();
    std::sort(survey_.accounts.begin(), survey_.accounts.end(),
              [](const SurveyedAccount& a, const SurveyedAccount& b) { return a.account < b.account; });
    return std::move(survey_);
  }

 private:
  struct AccountOfLedger {
    std::int64_t id = 0;
    ledger::Looked looked = ledger::Looked::no;
  };

  void begin();
  Result<void> take_given();
  Result<void> read_lines(const std::function<void(std::uint64_t)>& progress);
  void take(const intake::Batch& batch);
  void take(const Entry& entry, std::uint64_t of_its_entries);
  void sample(const std::string& payment_method);
  void meet(const Entry& entry, LinkRow row, const ledger::KnownItems::Found& found);
  void put_back(const Entry& entry, LinkRow row, const ledger::KnownItems::Found& found);
  void take_new(const ItemRow& row);
  void end_new();
  void take_open_items();
  void take_open(const ledger::OpenItem& item);
  void add_reads();
  void link_up(LinkRow& row, const std::string& account, const std::string& owner);
  static void say_link(LinkRow& row, const ledger::KnownLink& link);
  AccountOfLedger in_ledger(std::uint32_t account) const {
    return account < in_ledger_.size() ? in_ledger_[account] : AccountOfLedger();
  }

  const settings::Settings& settings_;
  intake::Source& source_;
  ledger::Preview* ledger_;
  const plan::Rules rules_;
  const ledger::AdmissionRules admission_;
  Survey survey_;
  Book book_;
  std::vector<AccountOfLedger> in_ledger_;  // by the book's number: the ledger's come first
  SortedRuns<ItemRow, ByItem> new_items_;
  SortedRuns<LinkRow, ByLink> links_;
  std::uint64_t sampled_ = 0;  // lines that could have been
  std::minstd_rand random_;
  Items named_;                   // by a line of this input
  Items settled_;                 // of them, those that a line has changed: their rows are the line's
  std::optional<ItemRow> first_;  // of the new item that is being drained
  struct {
    std::string account;
    std::string owner;
    Digest digest{};
    ledger::KnownLink link;
  } last_link_;
};

void Surveyor::begin() {
  if (!ledger_) return;
  survey_.has_ledger = true;
  for (const ledger::PreviewAccount& account : ledger_->accounts()) {
    book_.account(book_.account(account.account)).lost = account.lost;
    in_ledger_.push_back({account.id, account.looked});
  }
  const std::optional<ledger::PreviewReading> reading = ledger_->reading(settings_.job);
  if (!reading || reading->identity.empty() || reading->identity != source_.identity()) return;
  const intake::StoredPlace place = intake::look_up(settings_, reading->identity, reading->position);
  if (place.kind == intake::StoredPlace::Kind::within) survey_.lines_admitted = reading->lines;
}

// What a run does with target.customers_file before it reads a line.
Result<void> Surveyor::take_given() {
  if (settings_.target.customers_file.empty()) return {};
  Result<std::unique_ptr<intake::CustomersFile>> file = intake::open_customers_file(settings_.target);
  if (!file) return file.error();
  if (ledger_ && ledger_->customers_file(settings_.job) == (*file)->identity()) return {};
  for (;;) {
    const Result<std::vector<Counterpart>> rows = (*file)->next(kLinesAtATime);
    if (!rows) return rows.error();
    if (rows->empty()) return {};
    for (const Counterpart& counterpart : *rows) {
      LinkRow row;
      row.set(LinkRow::given, true);
      row.names = short_digest(counterpart.target_customer);
      link_up(row, counterpart.account, counterpart.customer);
      links_.add(row);
    }
  }
}

// While one batch is taken the next is read, on one thread for all of them: the allocator keeps memory for
// each that there was.
Result<void> Surveyor::read_lines(const std::function<void(std::uint64_t)>& progress) {
  boost::asio::thread_pool thread(1);
  const auto read = [this, &thread](std::uint64_t so_far) {
    const std::uint64_t old = survey_.lines_admitted;
    const std::uint64_t most = so_far < old ? old - so_far : kLinesAtATime;
    const auto lines = static_cast<std::size_t>(std::min<std::uint64_t>(most, kLinesAtATime));
    return boost::asio::post(thread, boost::asio::use_future([this, lines] { return source_.next(lines); }));
  };
  std::future<Result<intake::Batch>> ahead = read(0);
  for (bool more = true; more;) {
    const Result<intake::Batch> batch = ahead.get();
    if (!batch) return batch.error();
    more = !batch->end;
    if (more) ahead = read(survey_.lines + batch->lines);
    take(*batch);
    progress(survey_.lines);
  }
  return {};
}

void Surveyor::take(const intake::Batch& batch) {
  for (const Reject& reject : batch.rejects) {
    const std::uint32_t account = book_.account(reject.account);
    book_.count(account, 0, Decision::rejected);
    book_.bad(reject.code, reject.message, reject.line);
  }
  std::uint64_t line = 0;
  std::uint64_t of_its_entries = 0;
  for (const Entry& entry : batch.entries) {
    of_its_entries = entry.line == line ? of_its_entries + 1 : 0;
    line = entry.line;
    if (of_its_entries == 0) sample(entry.payment_method);
    take(entry, of_its_entries);
  }
  survey_.lines += batch.lines;
  survey_.entries += batch.read;
}

// Each line is as likely to be in the sample as any other; the same input gives the same one.
void Surveyor::sample(const std::string& payment_method) {
  const std::uint64_t place = sampled_++ < kSample ? sampled_ - 1 : random_() % sampled_;
  if (place < survey_.sample.size())
    survey_.sample[place] = payment_method;
  else if (place < kSample)
    survey_.sample.push_back(payment_method);
}

void Surveyor::take(const Entry& entry, std::uint64_t of_its_entries) {
  LinkRow row;
  row.account = book_.account(entry.account);
  row.type = book_.type(entry.content.type);
  row.order = order_of_line(entry.line, of_its_entries);
  row.names = short_digest(entry.content.target_customer);
  row.set(LinkRow::from_line, true);
  row.set(LinkRow::is_default, entry.content.is_default);
  const std::int64_t account = in_ledger(row.account).id;
  if (account != 0)
    if (const std::optional<ledger::KnownItems::Found> found = ledger_->find(account, entry))
      return meet(entry, row, *found);
  link_up(row, entry.account, ledger::link_owner(entry));
  new_items_.add({digest_of(entry.account, entry.payment_method), row});
}

Decision decision_of(State state) {
  switch (state) {
    case State::succeeded:
      return Decision::done;
    case State::skipped:
      return Decision::skipped;
    case State::failed:
      return Decision::failed;
    case State::pending:
    case State::blocked:
      break;
  }
  return Decision::pending;
}

void Surveyor::meet(const Entry& entry, LinkRow row, const ledger::KnownItems::Found& found) {
  if (row.type == 0) row.type = book_.type(found.type);
  if (named_.has(found.id)) return book_.count(row.account, row.type, Decision::duplicate);
  named_.add(found.id);
  ledger::Known known = found.known;
  known.account_lost = book_.account(row.account).lost;
  const ledger::AdmissionRules::Start start = admission_.start(entry);
  // Lines that the present reading has admitted are not met a second time.
  const bool again = survey_.lines >= survey_.lines_admitted;
  switch (again ? admission_.meet(known, entry, start) : ledger::Meeting::keep) {
    case ledger::Meeting::differs:
      ++survey_.differing;
      break;
    case ledger::Meeting::keep:
      break;
    case ledger::Meeting::replace:
      settled_.add(found.id);
      if (start.state == State::skipped) return book_.count(row.account, row.type, Decision::skipped);
      link_up(row, entry.account, ledger::link_owner(entry));
      return links_.add(row);
    case ledger::Meeting::amend:
      ++survey_.amended;
      return put_back(entry, row, found);
  }
  // What is pending is counted with all that is open.
  if (known.state == State::pending) return;
  book_.count(row.account, row.type, decision_of(known.state));
}

// It goes on at the step at which it failed.
void Surveyor::put_back(const Entry& entry, LinkRow row, const ledger::KnownItems::Found& found) {
  settled_.add(found.id);
  row.step = found.known.step;
  row.set(LinkRow::begun, true);
  row.set(LinkRow::retried, true);
  row.set(LinkRow::has_clone, found.has_clone);
  link_up(row, entry.account, ledger::link_owner(entry));
  links_.add(row);
}

void Surveyor::link_up(LinkRow& row, const std::string& account, const std::string& owner) {
  if (last_link_.owner != owner || last_link_.account != account) {
    last_link_.account = account;
    last_link_.owner = owner;
    last_link_.digest = digest_of(account, owner);
    last_link_.link = ledger::KnownLink();
    if (ledger_ && rules_.with_links()) last_link_.link = ledger_->link(account, owner);
  }
  row.link = last_link_.digest;
  say_link(row, last_link_.link);
}

void Surveyor::say_link(LinkRow& row, const ledger::KnownLink& link) {
  row.link_target = short_digest(link.target_customer);
  row.origin = link.origin;
  row.set(LinkRow::link_creating, link.creating);
  row.set(LinkRow::link_may_change, link.may_change);
  row.set(LinkRow::link_refused, link.refused);
}

// Entries of one item follow each other, in the order of the input: the first one counts.
void Surveyor::take_new(const ItemRow& row) {
  if (first_ && first_->item == row.item) {
    ++first_->row.duplicates;
    return;
  }
  end_new();
  first_ = row;
}

void Surveyor::end_new() {
  if (!first_) return;
  links_.add(first_->row);
  first_.reset();
}

void Surveyor::take_open_items() {
  if (ledger_) ledger_->for_each_open([this](const ledger::OpenItem& item) { take_open(item); });
}

void Surveyor::take_open(const ledger::OpenItem& item) {
  if (settled_.has(item.id)) return;
  LinkRow row;
  row.account = book_.account(item.account);
  row.type = book_.type(item.type);
  row.order = order_of_item(item.id);
  row.step = item.step;
  row.link = digest_of(item.account, item.customer.empty() ? item.payment_method : item.customer);
  say_link(row, item.link);
  row.set(LinkRow::elsewhere, !named_.has(item.id));
  row.set(LinkRow::begun, !item.untouched);
  row.set(LinkRow::has_clone, item.has_clone);
  row.set(LinkRow::is_default, item.is_default);
  row.set(LinkRow::may_be_executed, !item.at_rest);
  links_.add(row);
}

// What is asked of Stripe beside the items: whose key it is, and each account before its first write.
void Surveyor::add_reads() {
  plan::Load& load = survey_.load;
  const bool preflight = settings_.target.preflight != settings::PreflightRule::off;
  const bool creates = settings_.target.customer == settings::CustomerRule::create;
  plan::of(load.calls, Endpoint::get_own_account) = 1;
  for (std::uint32_t at = 0; at < survey_.accounts.size(); ++at) {
    SurveyedAccount& account = survey_.accounts[at];
    const bool moves = plan::sum_of(account.calls) > 0;
    const bool first = in_ledger(at).looked == ledger::Looked::no;
    if (moves && creates && first) ++plan::of(account.calls, Endpoint::list_customers);
    if (moves && preflight) ++plan::of(load.calls, Endpoint::get_account);
    plan::add(load.calls, account.calls);
    load.by_account.push_back(account.calls);
  }
}

}  // namespace

std::string_view to_string(Decision decision) noexcept {
  constexpr std::array<std::string_view, kDecisions> kNames{"clone",  "pending", "done",      "skipped",
                                                            "failed", "blocked", "duplicate", "rejected"};
  return kNames[static_cast<std::size_t>(decision)];
}

Result<Survey> survey(const settings::Settings& settings, intake::Source& source, ledger::Preview* ledger,
                      const std::function<void(std::uint64_t lines)>& progress) {
  try {
    return Surveyor(settings, source, ledger).run(progress);
  } catch (const std::system_error& error) {
    return make_error(Errc::io, std::string(error.what()) + "; set TMPDIR to a folder with room");
  }
}

}  // namespace payferry::pipeline
