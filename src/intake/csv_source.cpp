#include "intake/csv_source.hpp"

#include <atomic>
#include <utility>

#include "intake/identity.hpp"
#include "intake/line.hpp"
#include "intake/position.hpp"
#include "intake/unpacked_stream.hpp"

namespace payferry::intake {
namespace {

// What one batch may hold at most, so that few huge lines or a large fan-out do not fill the memory.
constexpr std::uint64_t kBatchEntries = 8 * 1024;
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;

class CsvSource final : public Source {
 public:
  CsvSource(std::unique_ptr<RecordReader> reader, Header header, settings::TargetSettings rules,
            std::string name, std::string identity)
      : reader_(std::move(reader)),
        header_(std::move(header)),
        rules_(std::move(rules)),
        name_(std::move(name)),
        identity_(std::move(identity)) {}

  std::string identity() const override { return identity_; }
  const std::vector<std::string>& columns() const override { return header_.own; }
  Result<bool> seek(const std::string& position) override;
  Result<Batch> next(std::size_t max_lines) override;
  void acknowledge(const std::string&) override {}  // a file forgets nothing
  void interrupt() noexcept override;

 private:
  void take(Batch& batch);
  void take_row(const Row& row, Batch& batch);
  std::string position() const;

  std::unique_ptr<RecordReader> reader_;
  Header header_;
  settings::TargetSettings rules_;
  std::string name_;
  std::string identity_;
  Record record_;
  std::size_t bytes_ = 0;  // of this batch's lines
  std::atomic<bool> interrupted_{false};
};

std::string CsvSource::position() const {
  return to_string(Position{reader_->offset(), reader_->line(), header_.digest});
}

Result<bool> CsvSource::seek(const std::string& text) {
  const std::optional<Position> position = position_from(text);
  if (!position || position->header_digest != header_.digest || identity_.empty()) return false;
  return reader_->seek(position->offset, position->line);
}

Result<Batch> CsvSource::next(std::size_t max_lines) {
  Batch batch;
  bytes_ = 0;
  while (batch.lines < max_lines && batch.read < kBatchEntries && bytes_ < kBatchBytes) {
    if (interrupted_) return make_error(Errc::stopped, "reading " + name_ + " was stopped");
    const Result<RecordReader::Got> got = reader_->read(record_, batch.lines == 0 ? Wait::yes : Wait::no);
    // Lines before an error go out first: the reader repeats the error.
    if (!got && (batch.lines == 0 || got.error().code == Errc::stopped)) return got.error();
    batch.end = got && *got == RecordReader::Got::end;
    if (!got || *got != RecordReader::Got::record) break;
    take(batch);
  }
  batch.position = position();
  return batch;
}

void CsvSource::take(Batch& batch) {
  ++batch.lines;
  if (is_swallowing(record_, header_)) {
    reader_->take_back();
    record_.form = Record::Form::unclosed;
  }
  if (auto reject = unreadable(record_, header_)) {
    batch.rejects.push_back(std::move(*reject));
    ++batch.read;
    return;
  }
  take_row(row_of(record_, header_), batch);
}

void CsvSource::take_row(const Row& row, Batch& batch) {
  bytes_ += row.cells->size();
  put(make_entries(row, rules_), batch);
}

void CsvSource::interrupt() noexcept {
  interrupted_ = true;
  reader_->interrupt();
}

bool is_utf16(std::string_view raw) {
  return raw.starts_with("\xFF\xFE") || raw.starts_with("\xFE\xFF") ||
         raw.substr(0, 256).find('\0') != std::string_view::npos;
}

std::optional<std::string> unusable_header(const Record& record) {
  if (is_utf16(record.raw)) return "the file is not UTF-8 but UTF-16 or binary; save it as CSV in UTF-8";
  switch (record.form) {
    case Record::Form::good:
      return std::nullopt;
    case Record::Form::too_long:
      return "the header is longer than 1 MiB; is this a CSV file?";
    case Record::Form::stray_return:
      return "lines end with a carriage return alone; save the file with LF or CRLF line ends";
    case Record::Form::misquoted:
    case Record::Form::unclosed:
      break;
  }
  return "the quotes of the header do not match; the first line has to name the columns";
}

Error usage(const std::string& name, std::uint64_t line, const std::string& what) {
  return make_error(Errc::usage, name + ":" + std::to_string(line) + ": " + what);
}

}  // namespace

Result<std::unique_ptr<Source>> open_csv(CsvInput input, const settings::TargetSettings& target) {
  auto reader =
      std::make_unique<RecordReader>(std::make_unique<UnpackedStream>(std::move(input.bytes), input.name));
  Record record;
  const Result<RecordReader::Got> got = reader->read(record, Wait::yes);
  if (!got) return got.error();
  if (*got == RecordReader::Got::end)
    return usage(input.name, 1, "the file is empty; its first line has to name the columns");
  if (const auto problem = unusable_header(record)) return usage(input.name, record.line, *problem);
  Result<Header> header = read_header(record.cells, target, input.name, record.line);
  if (!header) return header.error();
  std::string identity = input.identity.empty() ? "" : input.identity + "-" + digest_of_admission(target);
  return std::unique_ptr<Source>(std::make_unique<CsvSource>(std::move(reader), std::move(*header), target,
                                                             std::move(input.name), std::move(identity)));
}

}  // namespace payferry::intake
