#include <algorithm>
#include <string>
#include <vector>

#include "report/csv_file.hpp"
#include "report/mapping.hpp"

namespace payferry::report {
namespace {

// The row's cells in the order of the present input's columns: an item may have been admitted by an input
// with other ones.
std::vector<std::string> aligned(const ledger::RejectRow& row, const std::vector<std::string>& columns) {
  if (row.columns == columns) {
    std::vector<std::string> cells = row.cells;
    cells.resize(columns.size());
    return cells;
  }
  std::vector<std::string> cells;
  for (const std::string& column : columns) {
    const auto found = std::find(row.columns.begin(), row.columns.end(), column);
    const auto at = static_cast<std::size_t>(found - row.columns.begin());
    cells.push_back(at < row.cells.size() ? row.cells[at] : "");
  }
  return cells;
}

std::string header(const std::vector<std::string>& columns) {
  std::vector<std::string_view> names(columns.begin(), columns.end());
  names.insert(names.end(), {"payferry_line", "payferry_account", "payferry_state", "payferry_step",
                             "payferry_code", "payferry_message", "payferry_request_id"});
  return csv_record(names);
}

}  // namespace

Result<std::uint64_t> write_rejects(ledger::Reader& ledger, std::int64_t input,
                                    const std::filesystem::path& path) {
  Result<AtomicFile> file = AtomicFile::create(path, 0600);
  if (!file) return file.error();
  const std::vector<std::string> columns = ledger.columns(input);
  file->write(header(columns));
  std::uint64_t rows = 0;
  ledger.for_each_reject(input, [&](const ledger::RejectRow& row) {
    const std::vector<std::string> cells = aligned(row, columns);
    const std::string line = std::to_string(row.line);
    std::vector<std::string_view> fields(cells.begin(), cells.end());
    fields.insert(fields.end(),
                  {line, row.account, row.state, row.step, row.code, row.message, row.request_id});
    file->write(csv_record(fields));
    ++rows;
  });
  const Result<void> written = file->commit();
  if (!written) return written.error();
  return rows;
}

}  // namespace payferry::report
