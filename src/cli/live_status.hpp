#pragma once

#include <optional>
#include <string>

#include "core/result.hpp"
#include "settings/settings.hpp"

// What a run that is going on says of itself, in words.
namespace payferry::cli {

// The JSON of telemetry/live.hpp; nothing where no run of the job is going on. Errors: the run is another
// user's, or does not answer.
Result<std::optional<std::string>> live_of(const settings::Settings& settings);

// Several lines.
std::string live_page(const std::string& live, const std::string& ledger);
// One.
std::string live_line(const std::string& live);
// A summary (DESIGN 3.5) with more JSON under this name; as it is where that is empty.
std::string with_member(const std::string& summary, const char* name, const std::string& json);

// One of the workers that share a ledger, as a line shows it.
struct ShownWorker {
  std::string name;
  double share = 0;  // of the limits, 0 to 1
  int lanes = 0;
  double per_second = 0;  // items
  bool live = false;
  bool reads = false;
  bool idle = false;
};
std::string words_of_worker(const ShownWorker& worker);

std::string words_of_change(std::int64_t at_ms, const std::string& who, const std::string& what,
                            const std::string& account, const std::string& before, const std::string& after);

}  // namespace payferry::cli
