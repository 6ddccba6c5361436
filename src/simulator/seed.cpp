#include "simulator/seed.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>

namespace payferry::simulator {
namespace {

constexpr std::int64_t first_created = 1735689600;  // 2025-01-01

constexpr std::array first_names{"Ada",   "Björn", "Chloé", "Dana", "Emeka",
                                 "Farah", "Grace", "Hiro",  "Inés", "Jo"};
constexpr std::array last_names{"Okafor", "Smith, Jr.", "O'Hara",       "Nguyen",
                                "García", "Müller",     "\"Mac\" Leod", "Rossi"};

class Seeder {
 public:
  Seeder(Store& store, const SeedOptions& options) : store_(store), options_(options) {}

  std::vector<SeededLine> run() {
    for (std::size_t i = 0; i < options_.accounts; ++i)
      accounts_.push_back(store_.add_account(store_.ids.account()).id);
    for (std::size_t i = 0; i < options_.customers; ++i) add_customer(i);
    for (std::size_t i = 0; i < options_.unattached; ++i) {
      const PaymentMethod& method = add_method(true);
      lines_.push_back({"", method.id, account_of(i), method.type, false, "", ""});
    }
    return std::move(lines_);
  }

 private:
  double draw() { return fraction(mix(mix(store_.options().seed, "seed"), ++draws_)); }

  std::string account_of(std::size_t i) const {
    return accounts_.empty() ? "" : accounts_[i % accounts_.size()];
  }

  MethodType draw_type(bool only_cloneable) {
    const double value = draw();
    if (value < options_.bank_share) return MethodType::us_bank_account;
    if (only_cloneable || value >= options_.bank_share + options_.other_share) return MethodType::card;
    return draw() < 0.5 ? MethodType::link : MethodType::sepa_debit;
  }

  PaymentMethod& add_method(bool only_cloneable) {
    PaymentMethod method;
    method.type = draw_type(only_cloneable);
    const bool legacy = method.type == MethodType::card && draw() < options_.legacy_share;
    method.id = legacy ? store_.ids.card() : store_.ids.payment_method();
    method.traits = mix(store_.options().seed, method.id);
    method.declines = draw() < options_.declined_share;
    method.created = first_created + static_cast<std::int64_t>(draws_);
    return store_.add_method(store_.platform(), std::move(method));
  }

  void add_customer(std::size_t i) {
    Customer draft;
    draft.id = store_.ids.customer();
    draft.created = first_created + static_cast<std::int64_t>(i) * 60;
    draft.name =
        fmt::format("{} {}", first_names[i % first_names.size()], last_names[i / 3 % last_names.size()]);
    draft.email = fmt::format("customer.{}@example.com", i + 1);
    Customer& customer = store_.add_customer(store_.platform(), std::move(draft));
    const std::size_t span = options_.methods_max - options_.methods_min + 1;
    const std::size_t count =
        options_.methods_min + static_cast<std::size_t>(draw() * static_cast<double>(span));
    for (std::size_t k = 0; k < count; ++k) store_.attach(add_method(false), customer);
    choose_default(customer);
    for (const PaymentMethod* method : customer.methods) {
      lines_.push_back({customer.id, method->id, account_of(i), method->type,
                        method == customer.default_method, customer.name, customer.email});
    }
  }

  // The newest, so that "the first card of the list" is not the default by luck.
  void choose_default(Customer& customer) {
    for (PaymentMethod* method : customer.methods) {
      if (cloneable(method->type)) customer.default_method = method;
    }
  }

  Store& store_;
  const SeedOptions& options_;
  std::vector<std::string> accounts_;
  std::vector<SeededLine> lines_;
  std::uint64_t draws_ = 0;
};

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (char c : field) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

void write_line(std::ostream& out, const SeededLine& line, bool with_account) {
  out << line.customer << ',' << line.payment_method << ',';
  if (with_account) out << line.account << ',';
  out << name_of(line.type) << ',' << (line.is_default ? "true" : "false") << ',' << quoted(line.name) << ','
      << line.email << '\n';
}

// The n-th kind of line that is no line of a list.
void write_bad_line(std::ostream& out, std::size_t n, bool with_account) {
  const auto fill = [&](std::string_view customer, std::string_view method, std::string_view account,
                        std::string_view is_default) {
    out << customer << ',' << method << ',';
    if (with_account) out << account << ',';
    out << "card," << is_default << ",Bad Line,"
        << "bad@example.com\n";
  };
  switch (n % (with_account ? 5 : 4)) {
    case 0:
      return fill("cus_BadLine1", "", "acct_1Bad", "true");
    case 1:
      return fill("cus_BadLine2", "tok_visa", "acct_1Bad", "true");
    case 2:
      return fill("customer-7", "pm_1BadLine3", "acct_1Bad", "true");
    case 3:
      return fill("cus_BadLine4", "pm_1BadLine4", "acct_1Bad", "perhaps");
    default:
      return fill("cus_BadLine5", "pm_1BadLine5", "not-an-account", "true");
  }
}

}  // namespace

std::vector<SeededLine> seed(Store& store, const SeedOptions& options) {
  return Seeder(store, options).run();
}

CsvSummary write_csv(std::ostream& out, const std::vector<SeededLine>& lines, const CsvOptions& options) {
  out << "customer,payment_method," << (options.with_account ? "account," : "")
      << "type,default,name,email\n";
  CsvSummary summary;
  const auto due = [&](std::size_t done, std::size_t wanted, std::size_t i) {
    return done < wanted && (i + 1) * wanted >= (done + 1) * (lines.size() + 1);
  };
  const auto bad = [&] {
    write_bad_line(out, summary.bad++, options.with_account);
    ++summary.lines;
  };
  const auto missing = [&] {
    const std::string account = lines.empty() ? "acct_1Missing" : lines.front().account;
    const std::string number = letters(mix(7, ++summary.missing), 12);
    write_line(out, {"cus_Missing" + number, "pm_1Missing" + number, account, MethodType::card, true, "", ""},
               options.with_account);
    ++summary.lines;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    while (due(summary.bad, options.bad_lines, i)) bad();
    while (due(summary.missing, options.missing, i)) missing();
    write_line(out, lines[i], options.with_account);
    ++summary.lines;
  }
  while (summary.bad < options.bad_lines) bad();
  while (summary.missing < options.missing) missing();
  return summary;
}

}  // namespace payferry::simulator
