#include "settings/suggest.hpp"

#include <gtest/gtest.h>

namespace payferry::settings {
namespace {

TEST(Suggest, FindsTheWordThatWasMeant) {
  const std::vector<std::string_view> known{"api_key", "api_key_file", "api_base", "endpoint",
                                            "global",  "job",          "run"};
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"endpont", "endpoint"}, {"endpiont", "endpoint"}, {"Endpoint", "endpoint"},
      {"api-key", "api_key"},  {"apikey", "api_key"},    {"api_keyfile", "api_key_file"},
      {"gobal", "global"},     {"jbo", "job"},           {"runs", "run"},
  };
  for (const auto& [word, expected] : cases) EXPECT_EQ(suggest(word, known), expected) << word;
}

TEST(Suggest, SaysNothingRatherThanNonsense) {
  const std::vector<std::string_view> known{"endpoint", "global", "job"};
  for (const std::string_view word : {"kafka", "", "x", "abc", "speed"}) {
    EXPECT_EQ(suggest(word, known), std::nullopt) << word;
  }
  EXPECT_EQ(suggest(std::string(100'000, 'g'), known), std::nullopt);
}

}  // namespace
}  // namespace payferry::settings
