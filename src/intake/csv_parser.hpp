#pragma once

#include <csv.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace payferry::intake {

// libcsv, fed one physical line at a time, made as strict as RFC 4180: it keeps spaces, which it would strip
// by default, and refuses stray quotes, which it would take literally.
class CsvParser {
 public:
  enum class Outcome {
    open,      // the record goes on: the line ended inside quotes
    complete,  // cells() holds the record
    misquoted,
    unclosed,      // a quote is open at the end of the input
    stray_return,  // a carriage return that ends no line
  };

  CsvParser();
  ~CsvParser();
  CsvParser(const CsvParser&) = delete;
  CsvParser& operator=(const CsvParser&) = delete;

  // One physical line with its line end, not a blank one. `last`: the input ends behind it. After anything
  // but `open`, the next line begins a record.
  Outcome feed(std::string_view line, bool last);
  // Forgets an open record.
  void reset();
  // Of the record that was completed last; valid until the next feed().
  const std::vector<std::string_view>& cells() const noexcept { return cells_; }
  bool ascii_only() const noexcept { return ascii_only_; }

 private:
  static void on_cell(void* data, std::size_t size, void* self);
  static void on_row(int terminator, void* self);
  void start();
  Outcome take(std::string_view line, bool last);
  void cut_cells();
  bool parse(std::string_view line);
  bool finish();

  csv_parser parser_{};
  std::string text_;  // all cells of the record in a row
  std::vector<std::size_t> ends_;
  std::vector<std::string_view> cells_;
  int rows_ = 0;
  bool fresh_ = true;
  bool ascii_only_ = true;
};

}  // namespace payferry::intake
