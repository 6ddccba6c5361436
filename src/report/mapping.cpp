#include "report/mapping.hpp"

#include <string>

#include "report/csv_file.hpp"

namespace payferry::report {
namespace {

std::string number(int value) {
  return value == 0 ? "" : std::to_string(value);
}

}  // namespace

Result<std::uint64_t> write_mapping(ledger::Reader& ledger, std::int64_t input,
                                    const std::filesystem::path& path) {
  Result<AtomicFile> file = AtomicFile::create(path, 0644);
  if (!file) return file.error();
  file->write(csv_record({"account", "customer_id_old", "source_id_old", "customer_id_new", "source_id_new",
                          "type", "fingerprint", "last4", "exp_month", "exp_year", "brand"}));
  std::uint64_t rows = 0;
  ledger.for_each_mapping(input, [&](const ledger::MappingRow& row) {
    const CloneDetails& details = row.details;
    const std::string month = number(details.exp_month);
    const std::string year = number(details.exp_year);
    file->write(csv_record({row.account, row.customer_old, row.source_old, row.customer_new, row.source_new,
                            details.type, details.fingerprint, details.last4, month, year, details.brand}));
    ++rows;
  });
  const Result<void> written = file->commit();
  if (!written) return written.error();
  return rows;
}

}  // namespace payferry::report
