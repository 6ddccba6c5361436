#include "intake/csv_parser.hpp"

#include <new>

#include "intake/text.hpp"

namespace payferry::intake {
namespace {

int no_space(unsigned char) {
  return 0;
}

}  // namespace

CsvParser::CsvParser() {
  start();
}

CsvParser::~CsvParser() {
  csv_free(&parser_);
}

void CsvParser::start() {
  csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  csv_set_space_func(&parser_, no_space);
  csv_set_blk_size(&parser_, 4096);  // by default its buffer grows by 128 bytes at a time
}

// csv_fini() resets a parser only when it is content with it.
void CsvParser::reset() {
  csv_free(&parser_);
  start();
  fresh_ = true;
}

void CsvParser::on_cell(void* data, std::size_t size, void* self) {
  CsvParser& parser = *static_cast<CsvParser*>(self);
  parser.text_.append(static_cast<const char*>(data), size);
  parser.ends_.push_back(parser.text_.size());
}

void CsvParser::on_row(int, void* self) {
  ++static_cast<CsvParser*>(self)->rows_;
}

bool CsvParser::parse(std::string_view line) {
  if (csv_parse(&parser_, line.data(), line.size(), on_cell, on_row, this) == line.size()) return true;
  if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
  return false;
}

// Also shows what stands behind a row that a carriage return ended: it becomes a second row, or an error.
bool CsvParser::finish() {
  return csv_fini(&parser_, on_cell, on_row, this) == 0;
}

CsvParser::Outcome CsvParser::feed(std::string_view line, bool last) {
  const Outcome outcome = take(line, last);
  fresh_ = outcome != Outcome::open;
  if (outcome == Outcome::complete) cut_cells();
  if (fresh_ && outcome != Outcome::complete) reset();
  return outcome;
}

CsvParser::Outcome CsvParser::take(std::string_view line, bool last) {
  if (fresh_) {
    text_.clear();
    ends_.clear();
    rows_ = 0;
    // libcsv skips leading line ends; anywhere else a carriage return would be a stray one.
    if (line.front() == '\r') return Outcome::stray_return;
  }
  if (!parse(line)) return rows_ == 0 ? Outcome::misquoted : Outcome::stray_return;
  if (rows_ == 0 && !last) return Outcome::open;
  const bool ended_before = rows_ > 0;
  if (!finish()) return ended_before ? Outcome::stray_return : Outcome::unclosed;
  return rows_ == 1 ? Outcome::complete : Outcome::stray_return;
}

void CsvParser::cut_cells() {
  cells_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    cells_.emplace_back(text_.data() + begin, end - begin);
    begin = end;
  }
  ascii_only_ = is_plain_ascii(text_);
}

}  // namespace payferry::intake
