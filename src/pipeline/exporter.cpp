#include "pipeline/exporter.hpp"

#include <algorithm>

#include "plan/request.hpp"

namespace payferry::pipeline {

using async::Task;
using stripe::Kind;

Exporter::Exporter(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
                   ExportOptions options, stripe::Reader& reader, Sink sink)
    : context_(context),
      time_(time),
      settings_(settings),
      options_(std::move(options)),
      reader_(reader),
      sink_(std::move(sink)),
      asker_(context, time, settings, reader, options_.most_reads) {}

std::string Exporter::customers_path(const std::string& after) const {
  std::string path = "/v1/customers?limit=100";
  if (options_.created_from) path += "&created[gte]=" + std::to_string(*options_.created_from);
  if (options_.created_before) path += "&created[lt]=" + std::to_string(*options_.created_before);
  if (!after.empty()) path += "&starting_after=" + plan::percent_encoded(after);
  return path;
}

// One type alone is left to Stripe to choose: that may save pages.
std::string Exporter::methods_path(const std::string& customer, const std::string& after) const {
  std::string path = "/v1/customers/" + plan::percent_encoded(customer) + "/payment_methods?limit=100";
  if (options_.types.size() == 1) path += "&type=" + plan::percent_encoded(options_.types.front());
  if (!after.empty()) path += "&starting_after=" + plan::percent_encoded(after);
  return path;
}

bool Exporter::is_wanted(const stripe::PaymentMethod& method) const {
  const std::vector<std::string>& types = options_.types;
  return types.empty() || std::find(types.begin(), types.end(), method.details.type) != types.end();
}

void Exporter::end(Outcome outcome, std::string reason) {
  if (!ended_) ended_ = Ending{outcome, std::move(reason)};
  asker_.stop();
}

void Exporter::interrupt(const std::string& reason) {
  if (ended_) reader_.abort();
  end(Outcome::unfinished, reason);
}

Task<Ending> Exporter::main() {
  asker_.count_first_contact();
  const Result<Contact> contact =
      co_await first_contact(context_, reader_, time_, settings_.stripe.api_version);
  if (!contact) co_return Ending{Outcome::refused, contact.error().message};
  const std::string& expected = settings_.stripe.platform_account;
  if (!expected.empty() && expected != contact->platform)
    co_return Ending{Outcome::refused, "the API key belongs to " + contact->platform +
                                           ", but stripe.platform_account says " + expected};
  async::Group gate(context_, time_);
  gate.spawn(asker_.run());
  co_await walk();
  asker_.stop();
  co_await gate.wait();
  co_return ended_.value_or(Ending{Outcome::complete, ""});
}

// What ends the export is dealt with here, and comes back as `left`; a refusal is left to the caller.
Task<Read> Exporter::ask(Endpoint endpoint, std::string path) {
  std::string platform;
  Read read = co_await asker_.ask(endpoint, std::move(path), std::move(platform));
  if (read.kind == Read::Kind::left && asker_.spent())
    end(Outcome::unfinished, "the reads that --max-reads allows are spent; the same command goes on");
  if (read.kind == Read::Kind::unknown)
    end(Outcome::unfinished,
        "Stripe gives no usable answer (" + read.verdict.code + "); the same command goes on");
  const bool lost = read.verdict.kind == Kind::key_rejected || read.verdict.kind == Kind::account_lost;
  if (read.kind == Read::Kind::answered && lost)
    end(Outcome::refused, "Stripe refuses the API key (" + read.verdict.code + "): " + read.verdict.message);
  if (read.kind != Read::Kind::answered || lost) read.kind = Read::Kind::left;
  co_return read;
}

Task<void> Exporter::walk() {
  std::string after = options_.after;
  for (bool more = true; more && !ended_;) {
    std::string path = customers_path(after);
    Read read = co_await ask(Endpoint::list_customers, std::move(path));
    if (read.kind == Read::Kind::left) co_return;
    auto* page = std::get_if<stripe::Page<stripe::Customer>>(&read.verdict.object);
    if (!page) {
      end(Outcome::refused, "Stripe refuses the list of customers (" + read.verdict.code +
                                "): " + read.verdict.message + "; --restart begins anew");
      co_return;
    }
    more = page->has_more;
    if (more) after = page->data.back().id;
    std::vector<ExportedCustomer> customers;
    for (stripe::Customer& customer : page->data) {
      ExportedCustomer one;
      one.customer = std::move(customer);
      customers.push_back(std::move(one));
    }
    co_await fill(customers);
    // Cut off in the middle, those before the gap are kept: their reads are not spent twice.
    const auto gap = std::find_if(customers.begin(), customers.end(),
                                  [](const ExportedCustomer& one) { return !one.whole; });
    const bool whole = gap == customers.end();
    customers.erase(gap, customers.end());
    if (!whole && customers.empty()) co_return;
    const Result<void> taken = sink_(customers);
    if (!taken) end(Outcome::usage, taken.error().message);
    if (!whole) co_return;
  }
}

Task<void> Exporter::fill(std::vector<ExportedCustomer>& page) {
  async::Group group(context_, time_);
  for (ExportedCustomer& customer : page) group.spawn(list_methods(customer));
  co_await group.wait();
}

Task<void> Exporter::list_methods(ExportedCustomer& customer) {
  std::string after;
  for (bool more = true; more;) {
    std::string path = methods_path(customer.customer.id, after);
    Read read = co_await ask(Endpoint::list_payment_methods, std::move(path));
    if (read.kind == Read::Kind::left) co_return;
    auto* page = std::get_if<stripe::Page<stripe::PaymentMethod>>(&read.verdict.object);
    if (!page) {  // the customer was deleted while we looked
      customer.methods.clear();
      break;
    }
    more = page->has_more;
    if (more) after = page->data.back().id;
    for (stripe::PaymentMethod& method : page->data)
      if (is_wanted(method)) customer.methods.push_back(std::move(method));
  }
  customer.whole = true;
}

}  // namespace payferry::pipeline
