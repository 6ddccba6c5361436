#include "intake/record_reader.hpp"

#include <cstring>
#include <utility>

namespace payferry::intake {
namespace {

constexpr std::size_t kReadSize = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank_line(std::string_view text) {
  return text.find_first_not_of("\r\n") == std::string_view::npos;
}

Record::Form form_of(CsvParser::Outcome outcome) {
  switch (outcome) {
    case CsvParser::Outcome::stray_return:
      return Record::Form::stray_return;
    case CsvParser::Outcome::unclosed:
      return Record::Form::unclosed;
    default:
      return Record::Form::misquoted;
  }
}

}  // namespace

RecordReader::RecordReader(std::unique_ptr<ByteStream> bytes, std::size_t limit)
    : bytes_(std::move(bytes)), limit_(limit) {}

Result<RecordReader::Got> RecordReader::read(Record& record, Wait wait) {
  for (;;) {
    const Step taken = step(record);
    if (taken == Step::record) return Got::record;
    if (taken == Step::end) return Got::end;
    if (taken == Step::again) continue;
    if (failed_) return *failed_;
    const Result<Piece::Kind> filled = fill(wait);
    if (!filled) return filled.error();
    if (*filled == Piece::Kind::nothing_yet) return Got::nothing_yet;
  }
}

RecordReader::Step RecordReader::step(Record& record) {
  const void* found =
      searched_ == end_ ? nullptr : std::memchr(buffer_.data() + searched_, '\n', end_ - searched_);
  const std::size_t stop =
      found ? static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1 : end_;
  const bool whole = found != nullptr || ended_;
  if (skipping_) return skip(record, stop, whole);
  if (stop - begin_ > limit_) return pass_limit(record);
  if (!whole) {
    searched_ = end_;
    return Step::more;
  }
  if (stop > fed_) return feed(record, stop);
  return fed_ == begin_ ? Step::end : refuse(record, Record::Form::unclosed);
}

RecordReader::Step RecordReader::skip(Record& record, std::size_t stop, bool whole) {
  begin_ = fed_ = searched_ = stop;
  if (!whole) return Step::more;
  skipping_ = false;
  record.line = line_;
  record.form = Record::Form::too_long;
  record.lines = 1;
  record.raw = {};
  record.cells.clear();
  advance(stop, 1);
  return Step::record;
}

// Either a single line is too long, or a quote was never closed.
RecordReader::Step RecordReader::pass_limit(Record& record) {
  if (fed_ > begin_) return refuse(record, Record::Form::unclosed);
  skipping_ = true;
  return Step::again;
}

RecordReader::Step RecordReader::feed(Record& record, std::size_t stop) {
  std::string_view text(buffer_.data() + fed_, stop - fed_);
  if (base_ + fed_ == 0 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const bool first = fed_ == begin_;
  if (first && is_blank_line(text)) {
    advance(stop, 1);
    return Step::again;
  }
  fed_ = searched_ = stop;
  if (first) first_line_end_ = stop;
  ++lines_fed_;
  const CsvParser::Outcome outcome = parser_.feed(text, text.back() != '\n');
  if (outcome == CsvParser::Outcome::open) return Step::again;
  if (outcome == CsvParser::Outcome::complete) return complete(record);
  return refuse(record, form_of(outcome));
}

RecordReader::Step RecordReader::complete(Record& record) {
  record.line = line_;
  record.form = Record::Form::good;
  record.raw = std::string_view(buffer_.data() + begin_, fed_ - begin_);
  record.cells = parser_.cells();
  record.ascii_only = parser_.ascii_only();
  record.lines = lines_fed_;
  second_line_ = first_line_end_;
  second_line_number_ = line_ + 1;
  advance(fed_, lines_fed_);
  return Step::record;
}

RecordReader::Step RecordReader::refuse(Record& record, Record::Form form) {
  record.line = line_;
  record.form = form;
  record.lines = 1;
  record.raw = std::string_view(buffer_.data() + begin_, first_line_end_ - begin_);
  record.cells.clear();
  parser_.reset();
  advance(first_line_end_, 1);
  return Step::record;
}

void RecordReader::advance(std::size_t to, std::uint64_t lines) {
  begin_ = fed_ = searched_ = first_line_end_ = to;
  lines_fed_ = 0;
  line_ += lines;
  done_ = base_ + to;
}

void RecordReader::take_back() noexcept {
  begin_ = fed_ = searched_ = first_line_end_ = second_line_;
  line_ = second_line_number_;
  done_ = base_ + second_line_;
}

Result<Piece::Kind> RecordReader::fill(Wait wait) {
  make_room();
  const Result<Piece> piece = bytes_->read(buffer_.data() + end_, buffer_.size() - end_, wait);
  if (!piece) {
    failed_ = piece.error();
    return piece.error();
  }
  end_ += piece->size;
  ended_ = piece->kind == Piece::Kind::end;
  return piece->kind;
}

void RecordReader::make_room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    base_ += begin_;
    fed_ -= begin_;
    searched_ -= begin_;
    first_line_end_ = first_line_end_ > begin_ ? first_line_end_ - begin_ : 0;
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kReadSize) buffer_.resize(end_ + kReadSize);
}

Result<bool> RecordReader::seek(std::uint64_t offset, std::uint64_t line) {
  const Result<bool> sought = bytes_->seek(offset);
  if (!sought || !*sought) return sought;
  parser_.reset();
  begin_ = fed_ = searched_ = end_ = first_line_end_ = 0;
  lines_fed_ = 0;
  base_ = done_ = offset;
  line_ = line;
  skipping_ = ended_ = false;
  failed_.reset();
  return true;
}

}  // namespace payferry::intake
