#include "report/rejects_record.hpp"

#include "report/csv_file.hpp"

namespace payferry::report {
namespace {

const std::vector<std::string_view> kAdded{"payferry_line",      "payferry_account", "payferry_state",
                                           "payferry_step",      "payferry_code",    "payferry_message",
                                           "payferry_request_id"};

}  // namespace

std::string rejects_header(const std::vector<std::string>& columns) {
  std::vector<std::string_view> names(columns.begin(), columns.end());
  names.insert(names.end(), kAdded.begin(), kAdded.end());
  return csv_record(names);
}

std::string rejects_record(std::vector<std::string_view> cells, const RejectFields& fields) {
  cells.insert(cells.end(), {fields.line, fields.account, fields.state, fields.step, fields.code,
                             fields.message, fields.request_id});
  return csv_record(cells);
}

bool is_rejects_header(std::string_view line) {
  std::string added = csv_record(kAdded);
  added.pop_back();
  return line.ends_with(added);
}

}  // namespace payferry::report
