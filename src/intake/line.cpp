#include "intake/line.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <memory>

#include "intake/message.hpp"
#include "intake/text.hpp"

namespace payferry::intake {
namespace {

constexpr std::size_t kFieldLimit = 64 * 1024;

Reject rejected(const Record& record, const char* code, std::string message) {
  return Reject{record.line, {}, code, std::move(message), nullptr};
}

std::optional<Reject> broken_form(const Record& record) {
  switch (record.form) {
    case Record::Form::good:
      return std::nullopt;
    case Record::Form::misquoted:
      return rejected(
          record, "csv_malformed",
          "a quote stands inside an unquoted field, or text behind a closing quote; put the whole "
          "field in quotes and double the quotes inside it");
    case Record::Form::unclosed:
      return rejected(record, "csv_malformed",
                      "a quote is opened on this line and not closed, or only lines later where it ends no "
                      "field of this file; close it");
    case Record::Form::stray_return:
      return rejected(
          record, "csv_malformed",
          "a carriage return stands where no line ends; end lines with LF or CRLF, and put fields "
          "that hold one in quotes");
    case Record::Form::too_long:
      break;
  }
  return rejected(record, "line_too_long", "the line is longer than 1 MiB; shorten it");
}

std::string column_name(const Header& header, std::size_t index) {
  const std::string& name = header.columns[index].name;
  return name.empty() ? "column " + std::to_string(index + 1) : "column " + name;
}

std::optional<Reject> check_cell(const Record& record, const Header& header, std::size_t index) {
  const std::string_view cell = record.cells[index];
  if (cell.size() > kFieldLimit)
    return rejected(record, "field_too_long",
                    column_name(header, index) + " is longer than 64 KiB; shorten it");
  if (record.ascii_only) return std::nullopt;
  if (cell.find('\0') != std::string_view::npos)
    return rejected(record, "nul_byte", column_name(header, index) + " holds a NUL byte; remove it");
  if (!is_plain_ascii(cell) && !is_utf8(cell))
    return rejected(record, "invalid_utf8",
                    column_name(header, index) + " is not valid UTF-8; save the file as UTF-8");
  return std::nullopt;
}

bool is_one_word(Role role) {
  switch (role) {
    case Role::payment_method:
    case Role::customer:
    case Role::account:
    case Role::target_customer:
    case Role::is_default:
    case Role::type:
    case Role::payferry_account:
      return true;
    default:
      return false;
  }
}

Cells cells_of(const Record& record, const Header& header) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartArray();
  for (std::size_t i = 0; i < record.cells.size(); ++i) {
    const std::string_view cell = record.cells[i];
    if (is_own(header.columns[i].role))
      writer.String(cell.data(), static_cast<rapidjson::SizeType>(cell.size()));
  }
  writer.EndArray();
  return std::make_shared<const std::string>(buffer.GetString(), buffer.GetSize());
}

void assign(Row& row, const Column& column, std::string_view cell) {
  switch (column.role) {
    case Role::payment_method:
      row.payment_method = cell;
      return;
    case Role::customer:
      row.customer = cell;
      return;
    case Role::account:
      row.account = cell;
      return;
    case Role::target_customer:
      row.target_customer = cell;
      return;
    case Role::is_default:
      row.is_default = cell;
      return;
    case Role::type:
      row.type = cell;
      return;
    case Role::name:
      row.name = cell;
      return;
    case Role::email:
      row.email = cell;
      return;
    case Role::phone:
      row.phone = cell;
      return;
    case Role::metadata:
      row.metadata.emplace_back(column.key, cell);
      return;
    case Role::metadata_object:
      take_metadata_cell(cell, row);
      return;
    case Role::payferry_account:
      row.payferry_account = cell;
      return;
    case Role::payferry:
    case Role::other:
      return;
  }
}

}  // namespace

std::optional<Reject> unreadable(const Record& record, const Header& header) {
  if (auto reject = broken_form(record)) return reject;
  const std::size_t expected = header.columns.size();
  if (record.cells.size() != expected)
    return rejected(record, "csv_columns",
                    "the line has " + std::to_string(record.cells.size()) + " fields, the header " +
                        std::to_string(expected) + "; put fields that hold commas in quotes");
  for (std::size_t i = 0; i < expected; ++i) {
    if (auto reject = check_cell(record, header, i)) return reject;
  }
  return std::nullopt;
}

bool is_swallowing(const Record& record, const Header& header) {
  if (record.form != Record::Form::good || record.lines == 1) return false;
  if (record.cells.size() != header.columns.size()) return true;
  for (std::size_t i = 0; i < record.cells.size(); ++i) {
    if (is_one_word(header.columns[i].role) && record.cells[i].find('\n') != std::string_view::npos)
      return true;
  }
  return false;
}

Row row_of(const Record& record, const Header& header) {
  Row row;
  row.line = record.line;
  for (std::size_t i = 0; i < record.cells.size(); ++i) assign(row, header.columns[i], record.cells[i]);
  row.cells = cells_of(record, header);
  return row;
}

}  // namespace payferry::intake
