#include "intake/header.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/digest.hpp"
#include "intake/message.hpp"
#include "intake/near_miss.hpp"
#include "intake/row.hpp"
#include "intake/text.hpp"

namespace payferry::intake {
namespace {

constexpr std::array<std::pair<std::string_view, Role>, 10> kNames{{
    {"payment_method", Role::payment_method},
    {"customer", Role::customer},
    {"account", Role::account},
    {"target_customer", Role::target_customer},
    {"default", Role::is_default},
    {"type", Role::type},
    {"name", Role::name},
    {"email", Role::email},
    {"phone", Role::phone},
    {"payferry_account", Role::payferry_account},
}};
constexpr std::string_view kMetadata = "metadata.";
constexpr std::string_view kMetadataObject = "metadata";
constexpr std::string_view kOurs = "payferry_";

Column column_of(std::string_view name) {
  for (const auto& [known, role] : kNames) {
    if (name == known) return Column{std::string(name), role, {}};
  }
  if (name.starts_with(kMetadata))
    return Column{std::string(name), Role::metadata, std::string(name.substr(kMetadata.size()))};
  return Column{std::string(name), name.starts_with(kOurs) ? Role::payferry : Role::other, {}};
}

bool has(const std::vector<Column>& columns, Role role) {
  return std::any_of(columns.begin(), columns.end(),
                     [role](const Column& column) { return column.role == role; });
}

// A column `metadata` of anybody's own is carried along; an object of ours it is where a rejects file repeats
// messages.
void find_metadata_object(std::vector<Column>& columns) {
  const auto is_there = [&columns](const std::string& name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&name](const Column& column) { return column.name == name; });
  };
  const std::vector<std::string>& names = message_columns();
  if (!has(columns, Role::payferry) || !std::all_of(names.begin(), names.end(), is_there)) return;
  for (Column& column : columns) {
    if (column.name == kMetadataObject) column.role = Role::metadata_object;
  }
}

std::string in_quotes(std::string_view name) {
  return '"' + std::string(name) + '"';
}

// The separator that this header seems to be written with, instead of a comma.
std::optional<std::string_view> other_separator(const std::vector<Column>& columns) {
  constexpr std::array<std::pair<char, std::string_view>, 3> kSeparators{
      {{';', "semicolons"}, {'\t', "tabs"}, {'|', "vertical bars"}}};
  for (const Column& column : columns) {
    for (const auto& [separator, word] : kSeparators) {
      for (std::size_t from = 0, to = 0; to != std::string::npos; from = to + 1) {
        to = column.name.find(separator, from);
        const std::string part = column.name.substr(from, to == std::string::npos ? to : to - from);
        if (part.size() < column.name.size() && column_of(trimmed(part)).role != Role::other) return word;
      }
    }
  }
  return std::nullopt;
}

class Mistakes {
 public:
  void add(const std::string& mistake) {
    if (!text_.empty()) text_ += "; ";
    text_ += mistake;
  }
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

void check_needed(const std::vector<Column>& columns, const settings::TargetSettings& target,
                  Mistakes& mistakes) {
  std::vector<std::string> unknown;
  for (const Column& column : columns) {
    if (column.role == Role::other) unknown.push_back(column.name);
  }
  const auto need = [&](Role role, std::string_view name, std::string_view why) {
    if (has(columns, role)) return;
    std::string text = "there is no column " + in_quotes(name) + std::string(why);
    const std::string near = near_miss(unknown, name);
    if (!near.empty()) text += " (if " + in_quotes(near) + " is meant, rename it)";
    mistakes.add(text);
  };
  need(Role::payment_method, "payment_method", "");
  if (target.unattached_originals == settings::UnattachedRule::refuse)
    need(Role::customer, "customer", ", needed unless target.unattached_originals is consume");
  if (target.accounts.empty()) need(Role::account, "account", ", needed because target.accounts is empty");
  if (target.needs_target_cell())
    need(Role::target_customer, "target_customer", ", needed because target.customer is existing");
}

void check_metadata(const Column& column, Mistakes& mistakes) {
  if (column.key.empty()) mistakes.add("column " + in_quotes(column.name) + " names no key after the dot");
  if (column.key.starts_with(kOurs))
    mistakes.add("column " + in_quotes(column.name) + ": keys that begin with payferry_ are ours; rename it");
  if (count_characters(column.key) > kMetadataKeyLimit)
    mistakes.add("column " + in_quotes(column.name) + ": Stripe's limit for a key is 40 characters");
  if (column.key.find_first_of("[]") != std::string::npos)
    mistakes.add("column " + in_quotes(column.name) + ": Stripe allows no square brackets in a key");
}

void check_each(const std::vector<Column>& columns, Mistakes& mistakes) {
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (column->role == Role::metadata) check_metadata(*column, mistakes);
    if (column->role == Role::other || column->role == Role::payferry) continue;
    const auto same = [&](const Column& other) { return other.name == column->name; };
    if (std::find_if(columns.begin(), column, same) == column &&
        std::find_if(std::next(column), columns.end(), same) != columns.end())
      mistakes.add("column " + in_quotes(column->name) + " stands there twice; keep one");
  }
}

// A key may stand in one of them only.
void check_metadata_object(const std::vector<Column>& columns, Mistakes& mistakes) {
  if (has(columns, Role::metadata_object) && has(columns, Role::metadata))
    mistakes.add("columns \"metadata\" and \"metadata.KEY\" are both there; keep the one kind");
}

std::string mistakes_in(const std::vector<Column>& columns, const settings::TargetSettings& target) {
  Mistakes mistakes;
  check_needed(columns, target, mistakes);
  if (!mistakes.text().empty()) {
    if (const auto separator = other_separator(columns))
      return "the columns are separated by " + std::string(*separator) + "; save the file with commas";
  }
  check_each(columns, mistakes);
  check_metadata_object(columns, mistakes);
  return mistakes.text();
}

}  // namespace

Result<Header> read_header(const std::vector<std::string_view>& cells, const settings::TargetSettings& target,
                           const std::string& file, std::uint64_t line) {
  const std::string place = file + ":" + std::to_string(line) + ": ";
  Header header;
  std::string all;
  for (const std::string_view cell : cells) {
    const std::string_view name = trimmed(cell);
    if (!is_utf8(name) || name.find('\0') != std::string_view::npos)
      return make_error(Errc::usage, place + "the header is not UTF-8 text; save the file as UTF-8");
    header.columns.push_back(column_of(name));
    if (is_own(header.columns.back().role)) header.own.emplace_back(name);
    all += std::to_string(name.size()) + ':' + std::string(name);
  }
  find_metadata_object(header.columns);
  const std::string mistakes = mistakes_in(header.columns, target);
  if (!mistakes.empty()) return make_error(Errc::usage, place + mistakes);
  header.digest = to_hex(sha256_of({all})).substr(0, 16);
  return header;
}

}  // namespace payferry::intake
