#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "settings/load_text.hpp"

// Loading texts as if they were /jobs/job.yaml and /etc/payferry.yaml.
namespace payferry::settings::test {

inline constexpr const char* kTestKey = "sk_test_4242";
inline constexpr const char* kLiveKey = "rk_live_4242";

using Variables = std::map<std::string, std::string>;

inline Environment environment_of(Variables variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

inline Variables standard_variables() {
  return {{"STRIPE_SECRET_KEY", kTestKey},
          {"LIVE_KEY", kLiveKey},
          {"EMPTY", ""},
          {"RATE", "12.5"},
          {"NAME", "spring"},
          {"WORD", "hush"},
          {"TWO_LINES", "one\ntwo"}};
}

inline Loaded load_job(const std::string& job, const std::optional<std::string>& config = std::nullopt,
                       bool needs_key = true) {
  std::optional<NamedText> machine;
  if (config) machine = NamedText{"/etc/payferry.yaml", *config};
  return load_text({"/jobs/job.yaml", job}, machine, environment_of(standard_variables()), needs_key);
}

inline std::vector<std::string> mistakes_of(const Loaded& loaded) {
  std::vector<std::string> texts;
  for (const Mistake& mistake : loaded.mistakes) texts.push_back(to_string(mistake));
  return texts;
}

// The least that a job file must hold; what a test is about goes below, from line 6 on.
inline std::string minimal(const std::string& rest = "") {
  return "job: spring\n"
         "source:\n"
         "  csv: customers.csv\n"
         "stripe:\n"
         "  api_key: ${STRIPE_SECRET_KEY}\n" +
         rest;
}

}  // namespace payferry::settings::test
