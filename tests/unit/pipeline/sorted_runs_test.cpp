#include "pipeline/sorted_runs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

namespace payferry::pipeline {
namespace {

std::vector<std::uint64_t> drained(std::size_t in_memory, const std::vector<std::uint64_t>& rows) {
  SortedRuns<std::uint64_t, std::less<>> runs(in_memory);
  for (const std::uint64_t row : rows) runs.add(row);
  std::vector<std::uint64_t> out;
  runs.drain([&out](std::uint64_t row) { out.push_back(row); });
  return out;
}

TEST(SortedRunsTest, gives_every_row_in_order_whatever_fits_into_memory) {
  std::minstd_rand random(7);
  std::vector<std::uint64_t> rows(1000);
  for (std::size_t at = 0; at < rows.size(); ++at) rows[at] = (std::uint64_t{random()} << 16) + at;
  std::vector<std::uint64_t> sorted = rows;
  std::sort(sorted.begin(), sorted.end());
  for (const std::size_t in_memory : {1u, 7u, 100u, 999u, 1000u, 5000u})
    EXPECT_EQ(drained(in_memory, rows), sorted) << in_memory;
}

TEST(SortedRunsTest, without_rows_gives_none) {
  EXPECT_TRUE(drained(10, {}).empty());
}

}  // namespace
}  // namespace payferry::pipeline
