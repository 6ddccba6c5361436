#include "intake/customers_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/digest.hpp"
#include "core/ids.hpp"
#include "intake/file_stream.hpp"
#include "intake/record_reader.hpp"
#include "intake/text.hpp"
#include "intake/unpacked_stream.hpp"

namespace payferry::intake {
namespace {

constexpr std::size_t kMistakesShown = 20;
// Lines that are compared with each other at a time: 24 bytes each.
constexpr std::uint64_t kComparedAtOnce = 2'000'000;

enum Field : std::size_t { account, customer, target, kFields };
constexpr std::array<std::pair<std::string_view, Field>, 5> kNames{{
    {"account", account},
    {"customer", customer},
    {"customer_id_old", customer},
    {"target_customer", target},
    {"customer_id_new", target},
}};

// Where the fields stand in a line; none: there is no such column.
struct Columns {
  std::array<std::optional<std::size_t>, kFields> at;
  std::array<std::string, kFields> names;
  std::size_t count = 0;
};

Result<Columns> columns_of(const std::vector<std::string_view>& cells,
                           const settings::TargetSettings& settings) {
  Columns columns;
  columns.count = cells.size();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (const auto& [name, field] : kNames) {
      if (trimmed(cells[i]) != name) continue;
      if (columns.at[field])
        return make_error(Errc::usage, "columns \"" + columns.names[field] + "\" and \"" + std::string(name) +
                                           "\" say the same; keep one");
      columns.at[field] = i;
      columns.names[field] = name;
    }
  }
  if (!columns.at[customer])
    return make_error(Errc::usage, "there is no column \"customer\" (or \"customer_id_old\")");
  if (!columns.at[target])
    return make_error(Errc::usage, "there is no column \"target_customer\" (or \"customer_id_new\")");
  if (!columns.at[account] && settings.accounts.size() != 1)
    return make_error(Errc::usage,
                      "there is no column \"account\", which is needed unless target.accounts names exactly "
                      "one account; add it");
  return columns;
}

std::string no_id(const std::string& column, std::string_view value, const char* expected) {
  if (value.empty()) return "column " + column + " is empty; fill it or remove the line";
  const std::string shown = is_repeatable(value) ? '"' + std::string(value) + '"' : std::string("the value");
  return "column " + column + ": " + shown + " is no " + expected;
}

const char* problem_of(Record::Form form) {
  switch (form) {
    case Record::Form::good:
      break;
    case Record::Form::misquoted:
    case Record::Form::unclosed:
      return "its quotes do not match";
    case Record::Form::stray_return:
      return "a carriage return stands where no line ends";
    case Record::Form::too_long:
      return "it is longer than 1 MiB";
  }
  return "";
}

// A line of the file, or why it is none.
struct Line {
  std::uint64_t number = 0;
  Counterpart counterpart;
  std::string mistake;
  bool says_nothing = false;
};

class Reader final : public CustomersFile {
 public:
  Reader(std::unique_ptr<RecordReader> records, Columns columns, std::string only_account, std::string name,
         std::string identity)
      : records_(std::move(records)),
        columns_(std::move(columns)),
        only_account_(std::move(only_account)),
        name_(std::move(name)),
        identity_(std::move(identity)) {}

  const std::string& identity() const override { return identity_; }
  const std::string& name() const { return name_; }
  Result<std::vector<Counterpart>> next(std::size_t max) override;
  // Nothing: the end.
  Result<std::optional<Line>> read();

 private:
  void understand(Line& line) const;
  std::string_view cell(Field field) const {
    return columns_.at[field] ? trimmed(record_.cells[*columns_.at[field]]) : std::string_view();
  }

  std::unique_ptr<RecordReader> records_;
  Columns columns_;
  std::string only_account_;
  std::string name_;
  std::string identity_;
  Record record_;
};

void Reader::understand(Line& line) const {
  if (record_.form != Record::Form::good) {
    line.mistake = problem_of(record_.form);
    return;
  }
  if (record_.cells.size() != columns_.count) {
    line.mistake = "it has " + std::to_string(record_.cells.size()) + " fields, the header " +
                   std::to_string(columns_.count);
    return;
  }
  const std::string_view at = cell(account).empty() ? std::string_view(only_account_) : cell(account);
  // A mapping has lines of originals that belong to no customer.
  line.says_nothing = columns_.names[customer] == "customer_id_old" && cell(customer).empty();
  if (line.says_nothing) return;
  if (!is_account_id(at)) line.mistake = no_id("account", at, "account's id (acct_…)");
  if (!is_customer_id(cell(target)))
    line.mistake = no_id(columns_.names[target], cell(target), "customer's id (cus_…)");
  if (!is_customer_id(cell(customer)))
    line.mistake = no_id(columns_.names[customer], cell(customer), "customer's id (cus_…)");
  line.counterpart = {std::string(at), std::string(cell(customer)), std::string(cell(target))};
}

Result<std::optional<Line>> Reader::read() {
  for (;;) {
    const Result<RecordReader::Got> got = records_->read(record_, Wait::yes);
    if (!got) return got.error();
    if (*got != RecordReader::Got::record) return std::optional<Line>();
    Line line;
    line.number = record_.line;
    understand(line);
    if (!line.says_nothing) return std::optional<Line>(std::move(line));
  }
}

Error wrong(const std::string& name, std::uint64_t line, const std::string& what) {
  return make_error(Errc::usage, name + ":" + std::to_string(line) + ": " + what);
}

Result<std::vector<Counterpart>> Reader::next(std::size_t max) {
  std::vector<Counterpart> found;
  while (found.size() < max) {
    Result<std::optional<Line>> line = read();
    if (!line) return line.error();
    if (!*line) break;
    if (!(*line)->mistake.empty()) return wrong(name_, (*line)->number, (*line)->mistake);
    found.push_back(std::move((*line)->counterpart));
  }
  return found;
}

Result<std::unique_ptr<Reader>> open_reader(const settings::TargetSettings& settings) {
  const std::string& name = settings.customers_file;
  Result<OpenedFile> file = open_file(name);
  if (!file) return file.error();
  if (file->identity.empty())
    return make_error(Errc::usage, name + ": is no regular file, and has to be read twice");
  auto records =
      std::make_unique<RecordReader>(std::make_unique<UnpackedStream>(std::move(file->bytes), name));
  Record header;
  const Result<RecordReader::Got> got = records->read(header, Wait::yes);
  if (!got) return got.error();
  if (*got == RecordReader::Got::end)
    return wrong(name, 1, "the file is empty; its first line has to name the columns");
  if (header.form != Record::Form::good)
    return wrong(name, header.line, std::string("the header cannot be read: ") + problem_of(header.form));
  Result<Columns> columns = columns_of(header.cells, settings);
  if (!columns) return wrong(name, header.line, columns.error().message);
  const std::string only = settings.accounts.size() == 1 ? settings.accounts.front() : "";
  return std::make_unique<Reader>(std::move(records), std::move(*columns), only, name,
                                  file->identity + (only.empty() ? "" : "-" + only));
}

class MistakeList {
 public:
  explicit MistakeList(std::string name) : name_(std::move(name)) {}
  void add(std::uint64_t line, const std::string& what) {
    if (++count_ > kMistakesShown) return;
    if (!text_.empty()) text_ += '\n';
    text_ += wrong(name_, line, what).message;
  }
  Result<void> result() const {
    if (count_ == 0) return {};
    const std::string more = count_ > kMistakesShown
                                 ? "\n… and " + std::to_string(count_ - kMistakesShown) + " more mistakes"
                                 : "";
    return make_error(Errc::usage, text_ + more);
  }

 private:
  std::string name_;
  std::string text_;
  std::uint64_t count_ = 0;
};

Result<std::uint64_t> check_lines(const settings::TargetSettings& settings, MistakeList& mistakes) {
  Result<std::unique_ptr<Reader>> reader = open_reader(settings);
  if (!reader) return reader.error();
  for (std::uint64_t count = 0;; ++count) {
    const Result<std::optional<Line>> line = (*reader)->read();
    if (!line) return line.error();
    if (!*line) return count;
    if (!(*line)->mistake.empty()) mistakes.add((*line)->number, (*line)->mistake);
  }
}

struct Said {
  std::uint64_t who;  // account and customer
  std::uint64_t what;
  std::uint64_t line;
};

// Compares the lines whose customers fall into this share of all.
Result<void> compare_share(const settings::TargetSettings& settings, std::uint64_t share,
                           std::uint64_t shares, MistakeList& mistakes) {
  Result<std::unique_ptr<Reader>> reader = open_reader(settings);
  if (!reader) return reader.error();
  std::vector<Said> said;
  for (;;) {
    const Result<std::optional<Line>> line = (*reader)->read();
    if (!line) return line.error();
    if (!*line) break;
    const Counterpart& one = (*line)->counterpart;
    const auto who = static_cast<std::uint64_t>(fingerprint_of({one.account, one.customer}));
    if (who % shares != share || !(*line)->mistake.empty()) continue;
    const auto what = static_cast<std::uint64_t>(fingerprint_of({one.target_customer}));
    said.push_back({who, what, (*line)->number});
  }
  std::sort(said.begin(), said.end(),
            [](const Said& a, const Said& b) { return std::pair(a.who, a.line) < std::pair(b.who, b.line); });
  for (std::size_t i = 1; i < said.size(); ++i)
    if (said[i].who == said[i - 1].who && said[i].what != said[i - 1].what)
      mistakes.add(said[i].line,
                   "line " + std::to_string(said[i - 1].line) +
                       " names another counterpart for the same customer and account; keep one");
  return {};
}

}  // namespace

Result<std::unique_ptr<CustomersFile>> open_customers_file(const settings::TargetSettings& target_settings) {
  Result<std::unique_ptr<Reader>> reader = open_reader(target_settings);
  if (!reader) return reader.error();
  return std::unique_ptr<CustomersFile>(std::move(*reader));
}

Result<void> check_customers_file(const settings::TargetSettings& target_settings) {
  MistakeList mistakes(target_settings.customers_file);
  const Result<std::uint64_t> lines = check_lines(target_settings, mistakes);
  if (!lines) return lines.error();
  const std::uint64_t shares = *lines / kComparedAtOnce + 1;
  for (std::uint64_t share = 0; share < shares; ++share) {
    const Result<void> compared = compare_share(target_settings, share, shares, mistakes);
    if (!compared) return compared.error();
  }
  return mistakes.result();
}

}  // namespace payferry::intake
