#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "intake/byte_stream.hpp"
#include "intake/csv_parser.hpp"

namespace payferry::intake {

// One record of the input, or one physical line that is none.
struct Record {
  enum class Form : std::uint8_t { good, misquoted, unclosed, stray_return, too_long };
  std::uint64_t line = 0;   // physical, the first is 1
  std::uint64_t lines = 1;  // physical lines that it takes up
  Form form = Form::good;
  std::string_view raw;                 // its bytes; empty for too_long; valid until the next read
  std::vector<std::string_view> cells;  // good only; valid until the next read
  bool ascii_only = false;              // no cell needs a look at its encoding
};

// Splits a stream into records, strictly after RFC 4180. Lines end with LF or CRLF; blank lines are no
// records.
//
// One broken line must cost one line, never what follows it. So whatever is wrong with a record (a stray
// quote, text behind a closing quote, a quote that is still open at the end of the input or `limit` bytes
// later), only the physical line on which it began is refused, and reading goes on with the very next line.
class RecordReader {
 public:
  static constexpr std::size_t kRecordLimit = 1024 * 1024;

  explicit RecordReader(std::unique_ptr<ByteStream> bytes, std::size_t limit = kRecordLimit);

  enum class Got : std::uint8_t { record, nothing_yet, end };
  // Errors come after every whole line before them; an unfinished line before an error is not handed out.
  // They come again with every later call.
  Result<Got> read(Record& record, Wait wait);

  // The first byte, and the number, of the line after the last record.
  std::uint64_t offset() const noexcept { return done_; }
  std::uint64_t line() const noexcept { return line_; }
  Result<bool> seek(std::uint64_t offset, std::uint64_t line);
  // The record that was read last turned out to be none: go on with its second physical line. Only right
  // after the read() that gave it.
  void take_back() noexcept;
  void interrupt() noexcept { bytes_->interrupt(); }

 private:
  enum class Step : std::uint8_t { record, again, more, end };
  Step step(Record& record);
  Step skip(Record& record, std::size_t stop, bool whole);
  Step pass_limit(Record& record);
  Step feed(Record& record, std::size_t stop);
  Step complete(Record& record);
  Step refuse(Record& record, Record::Form form);
  void advance(std::size_t to, std::uint64_t lines);
  Result<Piece::Kind> fill(Wait wait);
  void make_room();

  std::unique_ptr<ByteStream> bytes_;
  std::size_t limit_;
  CsvParser parser_;

  // Places in buffer_: begin_ (of the record) <= fed_ (to the parser) <= searched_ (for a line end) <= end_.
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t fed_ = 0;
  std::size_t searched_ = 0;
  std::size_t end_ = 0;
  std::size_t first_line_end_ = 0;  // of the record, once its first line was fed
  std::size_t second_line_ = 0;     // of the last record, where take_back() goes
  std::uint64_t lines_fed_ = 0;     // of the record

  std::uint64_t base_ = 0;  // the stream's offset of buffer_[0]
  std::uint64_t done_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t second_line_number_ = 1;
  bool skipping_ = false;  // in a line longer than the limit
  bool ended_ = false;
  std::optional<Error> failed_;
};

}  // namespace payferry::intake
