#include "intake/csv_source.hpp"

#include <atomic>
#include <utility>

#include "intake/csv_lines.hpp"
#include "intake/identity.hpp"
#include "intake/row.hpp"

namespace payferry::intake {
namespace {

// What one batch may hold at most, so that few huge lines or a large fan-out do not fill the memory.
constexpr std::uint64_t kBatchEntries = 8 * 1024;
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;

class CsvSource final : public Source {
 public:
  CsvSource(CsvLines lines, settings::TargetSettings rules, std::string name, std::string identity)
      : lines_(std::move(lines)),
        rules_(std::move(rules)),
        name_(std::move(name)),
        identity_(std::move(identity)) {}

  std::string identity() const override { return identity_; }
  const std::vector<std::string>& columns() const override { return lines_.header().own; }
  Result<bool> seek(const std::string& position) override;
  Result<Batch> next(std::size_t max_lines) override;
  void acknowledge(const std::string&) override {}  // a file forgets nothing
  void interrupt() noexcept override;

 private:
  void take(Batch& batch);
  void take_row(const Row& row, Batch& batch);

  CsvLines lines_;
  settings::TargetSettings rules_;
  std::string name_;
  std::string identity_;
  std::size_t bytes_ = 0;  // of this batch's lines
  std::atomic<bool> interrupted_{false};
};

Result<bool> CsvSource::seek(const std::string& text) {
  const std::optional<Position> position = position_from(text);
  if (!position || identity_.empty()) return false;
  return lines_.seek(*position);
}

Result<Batch> CsvSource::next(std::size_t max_lines) {
  Batch batch;
  bytes_ = 0;
  while (batch.lines < max_lines && batch.read < kBatchEntries && bytes_ < kBatchBytes) {
    if (interrupted_) return make_error(Errc::stopped, "reading " + name_ + " was stopped");
    const Result<RecordReader::Got> got = lines_.read(batch.lines == 0 ? Wait::yes : Wait::no);
    // Lines before an error go out first: the reader repeats the error.
    if (!got && (batch.lines == 0 || got.error().code == Errc::stopped)) return got.error();
    batch.end = got && *got == RecordReader::Got::end;
    if (!got || *got != RecordReader::Got::record) break;
    take(batch);
  }
  batch.position = to_string(lines_.position());
  return batch;
}

void CsvSource::take(Batch& batch) {
  ++batch.lines;
  if (auto reject = lines_.unreadable()) {
    batch.rejects.push_back(std::move(*reject));
    ++batch.read;
    return;
  }
  take_row(lines_.row(), batch);
}

void CsvSource::take_row(const Row& row, Batch& batch) {
  bytes_ += row.cells->size();
  put(make_entries(row, rules_), batch);
}

void CsvSource::interrupt() noexcept {
  interrupted_ = true;
  lines_.interrupt();
}

}  // namespace

Result<std::unique_ptr<Source>> open_csv(CsvInput input, const settings::TargetSettings& target) {
  Result<CsvLines> lines = CsvLines::open(std::move(input.bytes), input.name, target);
  if (!lines) return lines.error();
  std::string identity = input.identity.empty() ? "" : input.identity + "-" + digest_of_admission(target);
  return std::unique_ptr<Source>(
      std::make_unique<CsvSource>(std::move(*lines), target, std::move(input.name), std::move(identity)));
}

}  // namespace payferry::intake
