#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/csv_source.hpp"
#include "intake/memory_stream.hpp"
#include "intake/record_reader.hpp"

namespace payferry::intake {

// A folder of its own that goes with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "intake-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string file(std::string_view name) const { return (path_ / name).string(); }
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(file(name), std::ios::binary | std::ios::trunc) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// A record that outlives its reader.
struct KeptRecord {
  std::uint64_t line = 0;
  Record::Form form = Record::Form::good;
  std::vector<std::string> cells;

  bool operator==(const KeptRecord&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const KeptRecord& record) {
  out << "line " << record.line << " form " << static_cast<int>(record.form);
  for (const std::string& cell : record.cells) out << " [" << cell << "]";
  return out;
}

inline KeptRecord keep(const Record& record) {
  return KeptRecord{record.line, record.form, {record.cells.begin(), record.cells.end()}};
}

// All records of a text, read in these chunks; an error ends them and lands in `error`.
inline std::vector<KeptRecord> read_all(std::unique_ptr<ByteStream> bytes, std::size_t limit,
                                        Error* error = nullptr) {
  RecordReader reader(std::move(bytes), limit);
  Record record;
  std::vector<KeptRecord> records;
  for (;;) {
    const Result<RecordReader::Got> got = reader.read(record, Wait::yes);
    if (!got && error != nullptr) *error = got.error();
    if (!got || *got == RecordReader::Got::end) return records;
    records.push_back(keep(record));
  }
}

inline std::vector<KeptRecord> read_all(std::string text, MemoryStream::Chunk chunk = {},
                                        std::size_t limit = RecordReader::kRecordLimit) {
  return read_all(std::make_unique<MemoryStream>(std::move(text), std::move(chunk)), limit);
}

inline settings::TargetSettings one_account() {
  settings::TargetSettings target;
  target.accounts = {"acct_1"};
  return target;
}

inline Result<std::unique_ptr<Source>> open_text(std::string text,
                                                 settings::TargetSettings target = one_account(),
                                                 MemoryStream::Chunk chunk = {}) {
  CsvInput input;
  input.bytes = std::make_unique<MemoryStream>(std::move(text), std::move(chunk));
  input.name = "in.csv";
  input.identity = "identity";
  return open_csv(std::move(input), target);
}

// Everything that a source brings, as one batch.
inline Batch drain(Source& source, std::size_t max_lines = 100) {
  Batch all;
  while (!all.end) {
    Result<Batch> batch = source.next(max_lines);
    if (!batch) {
      ADD_FAILURE() << batch.error().message;
      return all;
    }
    for (Entry& entry : batch->entries) all.entries.push_back(std::move(entry));
    for (Reject& reject : batch->rejects) all.rejects.push_back(std::move(reject));
    all.lines += batch->lines;
    all.read += batch->read;
    all.position = batch->position;
    all.end = batch->end;
  }
  return all;
}

}  // namespace payferry::intake
