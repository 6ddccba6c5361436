#pragma once

#include <memory>
#include <string>
#include <utility>

#include "intake/csv_lines.hpp"
#include "intake/memory_stream.hpp"

namespace payferry::enqueue {

inline settings::TargetSettings one_account() {
  settings::TargetSettings target;
  target.accounts = {"acct_1"};
  return target;
}

inline intake::CsvLines lines_of(std::string text) {
  return std::move(
      intake::CsvLines::open(std::make_unique<intake::MemoryStream>(std::move(text)), "in.csv", one_account())
          .value());
}

}  // namespace payferry::enqueue
