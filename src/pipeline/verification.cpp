#include "pipeline/verification.hpp"

#include "plan/request.hpp"

namespace payferry::pipeline {

using async::Task;
using plan::SeenCustomer;
using stripe::Kind;

namespace {

constexpr std::size_t kPage = 100;
constexpr const char* kMark = "payferry_source_customer";

std::string customers_path(const std::string& after) {
  std::string path = "/v1/customers?limit=100&expand[]=data.invoice_settings.default_payment_method";
  if (!after.empty()) path += "&starting_after=" + plan::percent_encoded(after);
  return path;
}

std::string customer_path(const std::string& id) {
  return "/v1/customers/" + plan::percent_encoded(id) + "?expand[]=invoice_settings.default_payment_method";
}

std::string methods_path(const std::string& customer, const std::string& after) {
  std::string path = "/v1/customers/" + plan::percent_encoded(customer) + "/payment_methods?limit=100";
  if (!after.empty()) path += "&starting_after=" + plan::percent_encoded(after);
  return path;
}

void take(const stripe::Customer& customer, SeenCustomer& seen) {
  if (customer.deleted) seen.state = SeenCustomer::State::deleted;
  seen.default_method = customer.default_payment_method;
  if (customer.default_method) seen.methods = {*customer.default_method};
  for (const auto& [key, value] : customer.metadata)
    if (key == kMark) seen.marked_for = value;
}

}  // namespace

Verification::Verification(boost::asio::io_context& context, async::Time& time,
                           const settings::Settings& settings, VerifyOptions options, stripe::Reader& reader,
                           ledger::Checks& checks, ledger::Owner owner,
                           std::map<std::string, std::string> cursors, Sink sink)
    : context_(context),
      time_(time),
      settings_(settings),
      options_(options),
      reader_(reader),
      checks_(checks),
      owner_(std::move(owner)),
      cursors_(std::move(cursors)),
      sink_(std::move(sink)),
      asker_(context, time, settings, reader, options.most_reads) {}

void Verification::end(Outcome outcome, std::string reason) {
  if (!ended_) ended_ = Ending{outcome, std::move(reason)};
  asker_.stop();
}

void Verification::interrupt(const std::string& reason) {
  if (ended_) reader_.abort();
  end(Outcome::unfinished, reason);
}

Task<Ending> Verification::main() {
  asker_.count_first_contact();
  const Result<Contact> contact =
      co_await first_contact(context_, reader_, time_, settings_.stripe.api_version);
  if (!contact) co_return Ending{Outcome::refused, contact.error().message};
  if (contact->platform != owner_.platform)
    co_return Ending{Outcome::ledger, "ledger " + settings_.ledger.string() + " belongs to platform " +
                                          owner_.platform + ", the API key to " + contact->platform};
  async::Group gate(context_, time_);
  gate.spawn(asker_.run());
  co_await check_accounts();
  asker_.stop();
  co_await gate.wait();
  co_return ended_.value_or(Ending{Outcome::complete, ""});
}

Task<void> Verification::check_accounts() {
  const std::vector<ledger::CheckedAccount> accounts = checks_.accounts();
  for (const ledger::CheckedAccount& account : accounts) {
    if (ended_) break;
    account_lost_ = false;
    co_await check_account(account);
  }
}

Task<void> Verification::check_account(ledger::CheckedAccount account) {
  co_await walk_list(account);
  if (!ended_ && !account_lost_) co_await check_rest(account);
  if (!account_lost_ || ended_) co_return;
  VerifyBatch batch;
  batch.account = account.account;
  batch.account_lost = true;
  batch.findings.push_back({account.account, "", "", {"account_lost", "", "", "", ""}});
  checks_.drop_account(account.id);
  const Result<void> stored = sink_(batch);
  if (!stored) end(Outcome::ledger, stored.error().message);
}

// An answer that ends more than this one question is dealt with here, and comes back as `left`.
Task<Read> Verification::ask(Endpoint endpoint, std::string path, std::string account) {
  Read read = co_await asker_.ask(endpoint, std::move(path), std::move(account));
  if (read.kind == Read::Kind::left && asker_.spent())
    end(Outcome::unfinished, "the reads that --max-reads allows are spent; the same command goes on");
  if (read.kind == Read::Kind::unknown)
    end(Outcome::unfinished,
        "Stripe gives no usable answer (" + read.verdict.code + "); the same command goes on");
  if (read.kind != Read::Kind::answered) {
    read.kind = Read::Kind::left;
    co_return read;
  }
  if (read.verdict.kind == Kind::key_rejected)
    end(Outcome::refused, "Stripe refuses the API key (" + read.verdict.code + "): " + read.verdict.message);
  if (read.verdict.kind == Kind::account_lost) account_lost_ = true;
  if (read.verdict.kind == Kind::key_rejected || read.verdict.kind == Kind::account_lost)
    read.kind = Read::Kind::left;
  co_return read;
}

Task<void> Verification::walk_list(ledger::CheckedAccount account) {
  const auto known = cursors_.find(account.account);
  std::string after = known == cursors_.end() ? "" : known->second;
  std::uint64_t pages = 0;
  std::uint64_t shown = 0;
  while (plan::worth_listing(pages, shown, checks_.left(account.id))) {
    std::string path = customers_path(after);
    const Read read = co_await ask(Endpoint::list_customers, std::move(path), account.account);
    // A cursor that Stripe does not know any more: the rest is asked for one by one.
    if (read.kind == Read::Kind::left || read.verdict.kind != Kind::done) co_return;
    const auto& page = std::get<stripe::Page<stripe::Customer>>(read.verdict.object);
    std::map<std::string, const stripe::Customer*> by_id;
    std::vector<std::string> ids;
    for (const stripe::Customer& customer : page.data) {
      by_id.emplace(customer.id, &customer);
      ids.push_back(customer.id);
    }
    std::vector<Checked> batch;
    for (ledger::CheckedCustomer& customer : checks_.among(account.id, ids)) {
      Checked checked;
      checked.listed = *by_id.at(customer.target_customer);
      checked.customer = std::move(customer);
      batch.push_back(std::move(checked));
    }
    ++pages;
    shown += batch.size();
    if (!page.data.empty()) after = page.data.back().id;
    co_await settle(std::move(batch), account, after);
    if (!page.has_more || ended_ || account_lost_) co_return;
  }
}

Task<void> Verification::check_rest(ledger::CheckedAccount account) {
  while (!ended_ && !account_lost_) {
    std::vector<Checked> batch;
    for (ledger::CheckedCustomer& customer : checks_.next(account.id, kPage)) {
      Checked checked;
      checked.customer = std::move(customer);
      batch.push_back(std::move(checked));
    }
    if (batch.empty()) co_return;
    co_await settle(std::move(batch), account, "");
  }
}

Task<void> Verification::settle(std::vector<Checked> batch, const ledger::CheckedAccount& account,
                                std::string cursor) {
  async::Group group(context_, time_);
  for (Checked& checked : batch) group.spawn(check(checked));
  co_await group.wait();
  VerifyBatch settled;
  settled.account = account.account;
  bool whole = true;
  for (const Checked& checked : batch) {
    whole = whole && checked.settled;
    if (!checked.settled) continue;
    settled.done.emplace_back(checked.customer.target_customer, checked.customer.clones.size());
    for (const plan::Mismatch& mismatch : checked.mismatches)
      settled.findings.push_back(
          {account.account, checked.customer.customer, checked.customer.target_customer, mismatch});
    checks_.drop(account.id, checked.customer.target_customer);
  }
  if (whole) settled.cursor = std::move(cursor);
  const Result<void> stored = sink_(settled);
  if (!stored) end(Outcome::ledger, stored.error().message);
}

Task<void> Verification::check(Checked& checked) {
  SeenCustomer seen;
  const bool known = co_await look_up(checked, seen);
  if (!known) co_return;
  if (plan::needs_list(checked.customer, seen, options_.duplicates)) {
    const bool listed = co_await list_methods(checked, seen);
    if (!listed) co_return;
  }
  const bool found = co_await look_elsewhere(checked, seen);
  if (!found) co_return;
  std::vector<std::string> others = plan::suspects(checked.customer, seen);
  if (!others.empty()) others = checks_.clones_among(checked.customer.account_id, others);
  checked.mismatches = plan::compare(checked.customer, seen, settings_.target.set_default, others);
  checked.settled = true;
}

Task<bool> Verification::look_up(Checked& checked, SeenCustomer& seen) {
  if (checked.listed) {
    take(*checked.listed, seen);
    co_return true;
  }
  std::string path = customer_path(checked.customer.target_customer);
  const Read read = co_await ask(Endpoint::get_customer, std::move(path), checked.customer.account);
  if (read.kind == Read::Kind::left) co_return false;
  const auto* customer = std::get_if<stripe::Customer>(&read.verdict.object);
  if (customer)
    take(*customer, seen);
  else
    seen.state = SeenCustomer::State::gone;
  co_return true;
}

Task<bool> Verification::list_methods(const Checked& checked, SeenCustomer& seen) {
  std::vector<stripe::PaymentMethod> all;
  std::string after;
  for (bool more = true; more;) {
    std::string path = methods_path(checked.customer.target_customer, after);
    Read read = co_await ask(Endpoint::list_payment_methods, std::move(path), checked.customer.account);
    if (read.kind == Read::Kind::left) co_return false;
    auto* page = std::get_if<stripe::Page<stripe::PaymentMethod>>(&read.verdict.object);
    if (!page) {  // it went while we looked
      seen.state = SeenCustomer::State::gone;
      co_return true;
    }
    more = page->has_more;
    if (more) after = page->data.back().id;
    for (stripe::PaymentMethod& method : page->data) all.push_back(std::move(method));
  }
  seen.methods = std::move(all);
  co_return true;
}

Task<bool> Verification::look_elsewhere(const Checked& checked, SeenCustomer& seen) {
  const std::vector<std::string> missing = plan::unseen(checked.customer, seen);
  for (const std::string& id : missing) {
    std::string path = "/v1/payment_methods/" + plan::percent_encoded(id);
    const Read read = co_await ask(Endpoint::get_payment_method, std::move(path), checked.customer.account);
    if (read.kind == Read::Kind::left) co_return false;
    if (const auto* method = std::get_if<stripe::PaymentMethod>(&read.verdict.object))
      seen.elsewhere.push_back(*method);
  }
  co_return true;
}

}  // namespace payferry::pipeline
