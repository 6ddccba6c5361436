#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/targets.hpp"

// Every seed once through the function that the fuzzers call; a broken promise aborts.
namespace payferry::fuzz {
namespace {

namespace fs = std::filesystem;

struct Target {
  const char* name;
  void (*run)(std::string_view);
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Seeds : public testing::TestWithParam<Target> {};

TEST_P(Seeds, HoldTheirPromises) {
  int count = 0;
  for (const fs::directory_entry& seed :
       fs::directory_iterator(fs::path(PAYFERRY_FUZZ_SEEDS) / GetParam().name)) {
    SCOPED_TRACE(seed.path());
    GetParam().run(read(seed.path()));
    ++count;
  }
  GetParam().run("");
  EXPECT_GE(count, 3);
}

INSTANTIATE_TEST_SUITE_P(Targets, Seeds,
                         testing::Values(Target{"csv", csv}, Target{"job_file", job_file},
                                         Target{"http_answer", http_answer}, Target{"verdict", verdict},
                                         Target{"ledger_record", ledger_record},
                                         Target{"ledger_file", ledger_file}, Target{"form", form}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace payferry::fuzz
