#include "intake/csv_lines.hpp"

#include <utility>

#include "intake/unpacked_stream.hpp"

namespace payferry::intake {
namespace {

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

Result<CsvLines> CsvLines::open(std::unique_ptr<ByteStream> bytes, std::string name,
                                const settings::TargetSettings& target) {
  auto reader = std::make_unique<RecordReader>(std::make_unique<UnpackedStream>(std::move(bytes), name));
  Record record;
  const Result<RecordReader::Got> got = reader->read(record, Wait::yes);
  if (!got) return got.error();
  if (*got == RecordReader::Got::end)
    return usage(name, 1, "the file is empty; its first line has to name the columns");
  if (const auto problem = unusable_header(record)) return usage(name, record.line, *problem);
  Result<Header> header = read_header(record.cells, target, name, record.line);
  if (!header) return header.error();
  return CsvLines(std::move(reader), std::move(*header));
}

Result<RecordReader::Got> CsvLines::read(Wait wait) {
  const Result<RecordReader::Got> got = reader_->read(record_, wait);
  if (got && *got == RecordReader::Got::record && is_swallowing(record_, header_)) {
    reader_->take_back();
    record_.form = Record::Form::unclosed;
  }
  return got;
}

std::vector<std::string_view> CsvLines::own_cells() const {
  std::vector<std::string_view> cells;
  for (std::size_t i = 0; i < record_.cells.size(); ++i) {
    if (is_own(header_.columns[i].role)) cells.push_back(record_.cells[i]);
  }
  return cells;
}

Result<bool> CsvLines::seek(const Position& position) {
  if (position.header_digest != header_.digest) return false;
  return reader_->seek(position.offset, position.line);
}

}  // namespace payferry::intake
