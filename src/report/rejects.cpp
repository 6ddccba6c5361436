#include <algorithm>
#include <string>
#include <vector>

#include "report/atomic_file.hpp"
#include "report/mapping.hpp"
#include "report/rejects_record.hpp"

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

}  // namespace

Result<std::uint64_t> write_rejects(ledger::Reader& ledger, std::int64_t input,
                                    const std::filesystem::path& path) {
  Result<AtomicFile> file = AtomicFile::create(path, 0600);
  if (!file) return file.error();
  const std::vector<std::string> columns = ledger.columns(input);
  file->write(rejects_header(columns));
  std::uint64_t rows = 0;
  ledger.for_each_reject(input, [&](const ledger::RejectRow& row) {
    const std::vector<std::string> cells = aligned(row, columns);
    const std::string line = std::to_string(row.line);
    file->write(rejects_record({cells.begin(), cells.end()}, {line, row.account, row.state, row.step,
                                                              row.code, row.message, row.request_id}));
    ++rows;
  });
  const Result<void> written = file->commit();
  if (!written) return written.error();
  return rows;
}

}  // namespace payferry::report
