#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intake/byte_stream.hpp"
#include "intake/header.hpp"
#include "intake/line.hpp"
#include "intake/position.hpp"
#include "intake/record_reader.hpp"

namespace payferry::intake {

// The lines of a CSV, plain or gzip, behind its header: one at a time, each with its place.
class CsvLines {
 public:
  // Reads the header, for which it waits. `name` is how messages call the input. Errors: usage (a header
  // without the needed columns), io.
  static Result<CsvLines> open(std::unique_ptr<ByteStream> bytes, std::string name,
                               const settings::TargetSettings& target);

  const Header& header() const noexcept { return header_; }
  // The next line, good or bad. Errors: io, again and again; stopped.
  Result<RecordReader::Got> read(Wait wait);
  // Of the line that was read last: why it is none of this header's, if it is not; else its fields, whose
  // views are valid until the next read.
  std::optional<Reject> unreadable() const { return intake::unreadable(record_, header_); }
  Row row() const { return row_of(record_, header_); }
  // Its cells in the order of header().own; where it is not unreadable.
  std::vector<std::string_view> own_cells() const;

  // Behind the last line.
  Position position() const { return {reader_->offset(), reader_->line(), header_.digest}; }
  // False: nothing can be sought in these bytes, or the position belongs to another header.
  Result<bool> seek(const Position& position);
  void interrupt() noexcept { reader_->interrupt(); }

 private:
  CsvLines(std::unique_ptr<RecordReader> reader, Header header)
      : reader_(std::move(reader)), header_(std::move(header)) {}

  std::unique_ptr<RecordReader> reader_;
  Header header_;
  Record record_;
};

}  // namespace payferry::intake
