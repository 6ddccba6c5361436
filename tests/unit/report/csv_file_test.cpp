#include "report/csv_file.hpp"

#include <csv.h>
#include <gtest/gtest.h>

#include <random>

namespace payferry::report {
namespace {

// What another reader of RFC 4180 makes of it.
std::vector<std::vector<std::string>> read_back(const std::string& text) {
  struct Read {
    std::vector<std::vector<std::string>> rows{{}};
  } read;
  csv_parser parser;
  csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
  const auto cell = [](void* data, std::size_t size, void* to) {
    static_cast<Read*>(to)->rows.back().emplace_back(static_cast<const char*>(data), size);
  };
  const auto row = [](int, void* to) { static_cast<Read*>(to)->rows.emplace_back(); };
  EXPECT_EQ(csv_parse(&parser, text.data(), text.size(), cell, row, &read), text.size());
  EXPECT_EQ(csv_fini(&parser, cell, row, &read), 0);
  csv_free(&parser);
  read.rows.pop_back();
  return read.rows;
}

TEST(CsvRecord, quotes_only_what_needs_it) {
  EXPECT_EQ(csv_record({"a", "", "b c", "1"}), "a,,b c,1\n");
  EXPECT_EQ(csv_record({"a,b"}), "\"a,b\"\n");
  EXPECT_EQ(csv_record({"say \"hi\""}), "\"say \"\"hi\"\"\"\n");
  EXPECT_EQ(csv_record({"two\nlines", "cr\rcr"}), "\"two\nlines\",\"cr\rcr\"\n");
  EXPECT_EQ(csv_record({" a", "a ", "\ta"}), "\" a\",\"a \",\"\ta\"\n");
  EXPECT_EQ(csv_record({"Zoë €"}), "Zoë €\n");
}

TEST(CsvRecord, comes_back_as_it_was) {
  std::mt19937 random(1);
  const std::string letters = "ab,\"\n\r \t'é;=";
  std::string text;
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < 500; ++i) {
    std::vector<std::string>& row = rows.emplace_back();
    for (int column = 0; column < 4; ++column) {
      std::string& cell = row.emplace_back(column == 0 ? "x" : "");
      for (std::size_t length = random() % 6; length > 0; --length)
        cell += letters[random() % letters.size()];
    }
    text += csv_record({row.begin(), row.end()});
  }
  EXPECT_EQ(read_back(text), rows);
}

}  // namespace
}  // namespace payferry::report
