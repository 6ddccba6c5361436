#include "report/csv_file.hpp"

#include <csv.h>

namespace payferry::report {
namespace {

// Leading and trailing blanks are kept by quoting them: many readers trim bare ones.
bool needs_quotes(std::string_view field) {
  if (field.empty()) return false;
  return field.find_first_of(",\"\r\n") != std::string_view::npos || field.front() == ' ' ||
         field.back() == ' ' || field.front() == '\t' || field.back() == '\t';
}

void append_quoted(std::string& record, std::string_view field) {
  const std::size_t at = record.size();
  record.resize(at + field.size() * 2 + 2);
  const std::size_t written = csv_write(record.data() + at, record.size() - at, field.data(), field.size());
  record.resize(at + written);
}

}  // namespace

std::string csv_record(const std::vector<std::string_view>& fields) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record += ',';
    if (needs_quotes(fields[i]))
      append_quoted(record, fields[i]);
    else
      record += fields[i];
  }
  record += '\n';
  return record;
}

}  // namespace payferry::report
