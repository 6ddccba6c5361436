#include "intake/row.hpp"

#include "intake/source.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "core/ids.hpp"
#include "intake/text.hpp"

namespace payferry::intake {
namespace {

using settings::TargetSettings;

struct Problem {
  const char* code;
  std::string message;
};

struct Ids {
  std::string_view payment_method;
  std::string_view customer;
  std::string_view account;
  std::string_view target_customer;
  std::string_view only_account;
};

Ids ids_of(const Row& row) {
  return Ids{trimmed(row.payment_method), trimmed(row.customer), trimmed(row.account),
             trimmed(row.target_customer), trimmed(row.payferry_account)};
}

std::string no_id(const char* column, std::string_view value, const char* expected) {
  std::string text = std::string("column ") + column + ": ";
  text += is_repeatable(value) ? '"' + std::string(value) + '"' : std::string("the value");
  return text + " is no " + expected;
}

std::optional<Problem> check_payment_method(const Ids& ids) {
  if (ids.payment_method.empty())
    return Problem{"payment_method_missing", "column payment_method is empty; fill it"};
  if (!is_payment_method_id(ids.payment_method))
    return Problem{"payment_method_invalid",
                   no_id("payment_method", ids.payment_method,
                         "PaymentMethod's id (pm_…, or the older card_… or src_…)")};
  return std::nullopt;
}

std::optional<Problem> check_customer(const Ids& ids, const TargetSettings& rules) {
  if (ids.customer.empty()) {
    if (rules.unattached_originals == settings::UnattachedRule::consume) return std::nullopt;
    return Problem{"customer_missing",
                   "column customer is empty; fill it, or set target.unattached_originals to consume, which "
                   "uses an unattached PaymentMethod up for good"};
  }
  if (!is_customer_id(ids.customer))
    return Problem{"customer_invalid", no_id("customer", ids.customer, "customer's id (cus_…)")};
  return std::nullopt;
}

std::optional<Problem> check_account(const Ids& ids, const TargetSettings& rules) {
  if (!ids.account.empty() && !is_account_id(ids.account))
    return Problem{"account_invalid_id", no_id("account", ids.account, "account's id (acct_…)")};
  if (!ids.only_account.empty() && !is_account_id(ids.only_account))
    return Problem{"account_invalid_id",
                   no_id("payferry_account", ids.only_account, "account's id (acct_…)")};
  if (!ids.account.empty() && !ids.only_account.empty() && ids.account != ids.only_account)
    return Problem{"account_conflict",
                   "columns account and payferry_account name different accounts; empty one of them"};
  if (ids.account.empty() && ids.only_account.empty() && rules.accounts.empty())
    return Problem{"account_missing",
                   "column account is empty; fill it, or list accounts in target.accounts"};
  return std::nullopt;
}

std::optional<Problem> check_target_customer(const Ids& ids, const TargetSettings& rules) {
  if (ids.target_customer.empty()) {
    if (!rules.needs_target_cell()) return std::nullopt;
    return Problem{"target_customer_missing",
                   "column target_customer is empty; fill it, or set target.customers_file, target.find, or "
                   "target.customer to create"};
  }
  if (!is_customer_id(ids.target_customer))
    return Problem{"target_customer_invalid",
                   no_id("target_customer", ids.target_customer, "customer's id (cus_…)")};
  return std::nullopt;
}

bool equals_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::optional<bool> default_of(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || equals_word(text, "false")) return false;
  if (equals_word(text, "true")) return true;
  return std::nullopt;
}

std::optional<Problem> check_default(const Row& row) {
  if (default_of(row.is_default)) return std::nullopt;
  return Problem{"default_invalid", "column default has to be true, false or empty"};
}

std::optional<Problem> check_metadata(const Row& row) {
  if (row.metadata_code != nullptr) return Problem{row.metadata_code, row.metadata_problem};
  std::size_t filled = 0;
  for (const auto& [key, value] : row.metadata) {
    if (value.empty()) continue;
    ++filled;
    // Fewer bytes than allowed characters need no counting.
    if (key.size() > kMetadataKeyLimit && count_characters(key) > kMetadataKeyLimit)
      return Problem{"metadata_too_long", "a metadata key is longer than Stripe's 40 characters; shorten it"};
    if (value.size() > kMetadataValueLimit && count_characters(value) > kMetadataValueLimit)
      return Problem{"metadata_too_long", "column metadata." + std::string(key) +
                                              " is longer than Stripe's 500 characters; shorten it"};
  }
  if (filled <= kMetadataLimit) return std::nullopt;
  return Problem{"metadata_too_long",
                 "more than 48 metadata columns are filled; Stripe takes 50 keys, two of "
                 "which are needed here"};
}

std::optional<Problem> find_problem(const Row& row, const Ids& ids, const TargetSettings& rules) {
  if (auto problem = check_payment_method(ids)) return problem;
  if (auto problem = check_customer(ids, rules)) return problem;
  if (auto problem = check_account(ids, rules)) return problem;
  if (auto problem = check_target_customer(ids, rules)) return problem;
  if (auto problem = check_default(row)) return problem;
  return check_metadata(row);
}

std::string_view named_account(const Ids& ids) {
  return ids.only_account.empty() ? ids.account : ids.only_account;
}

Entry make_entry(const Row& row, const Ids& ids) {
  Entry entry;
  entry.line = row.line;
  entry.account = named_account(ids);
  entry.customer = ids.customer;
  entry.payment_method = ids.payment_method;
  entry.content.target_customer = ids.target_customer;
  entry.content.type = trimmed(row.type);
  entry.content.is_default = default_of(row.is_default).value_or(false);
  entry.content.name = row.name;
  entry.content.email = row.email;
  entry.content.phone = row.phone;
  for (const auto& [key, value] : row.metadata) {
    if (!value.empty()) entry.content.metadata.emplace_back(key, value);
  }
  entry.cells = row.cells;
  return entry;
}

}  // namespace

std::variant<Entry, Reject> make_line(const Row& row, const TargetSettings& rules) {
  const Ids ids = ids_of(row);
  auto problem = find_problem(row, ids, rules);
  if (!problem) return make_entry(row, ids);
  const std::string_view account = named_account(ids);
  return Reject{row.line, is_account_id(account) ? std::string(account) : std::string(), problem->code,
                std::move(problem->message), row.cells};
}

std::variant<std::vector<Entry>, Reject> make_entries(const Row& row, const TargetSettings& rules) {
  std::variant<Entry, Reject> line = make_line(row, rules);
  if (auto* reject = std::get_if<Reject>(&line)) return std::move(*reject);
  Entry& entry = std::get<Entry>(line);
  std::vector<Entry> entries;
  if (!entry.account.empty()) {
    entries.push_back(std::move(entry));
    return entries;
  }
  entries.reserve(rules.accounts.size());
  for (const std::string& each : rules.accounts) {
    entries.push_back(entry);
    entries.back().account = each;
  }
  return entries;
}

void put(std::variant<std::vector<Entry>, Reject> made, Batch& batch) {
  if (auto* reject = std::get_if<Reject>(&made)) {
    batch.rejects.push_back(std::move(*reject));
    ++batch.read;
    return;
  }
  for (Entry& entry : std::get<std::vector<Entry>>(made)) {
    batch.entries.push_back(std::move(entry));
    ++batch.read;
  }
}

}  // namespace payferry::intake
