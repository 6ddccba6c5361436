#include "settings/cross_checks.hpp"

#include <algorithm>
#include <filesystem>

#include "settings/files.hpp"

namespace payferry::settings {
namespace {

constexpr std::size_t kShortestToken = 16;
constexpr std::size_t kLongestToken = 256;

void check_required(const Merged& merged, const Origin& job, Mistakes& mistakes) {
  for (const Key& key : schema()) {
    if (!key.required || merged.effective.contains(key.name)) continue;
    mistakes.add({&job, 0}, key.name, "is missing: give " + std::string(key.takes));
  }
}

void check_file(const Merged& merged, std::string_view key, const std::filesystem::path& path,
                Mistakes& mistakes) {
  const auto found = merged.effective.find(key);
  if (found == merged.effective.end() || path.empty()) return;
  std::error_code error;
  // A pipe would be waited for here and be empty when it is needed.
  const bool is_other = std::filesystem::is_other(path, error);
  const Result<std::string> line =
      is_other ? make_error(Errc::io, "is a device: give the path of a file") : read_first_line(path);
  if (line.has_error()) {
    mistakes.add(found->second.place, key, "the file " + line.error().message);
  }
}

// Without a customer there is nothing to set a default on. The standard rule then means nothing; one that was
// written beside `none` is a misunderstanding, one in the machine-wide file under a job's `none` is not.
void settle_default_rule(const Merged& merged, Draft& draft, Mistakes& mistakes) {
  TargetSettings& target = draft.settings.target;
  if (target.customer != CustomerRule::none || target.set_default == DefaultRule::none) return;
  const auto customer = merged.effective.find("target.customer");
  const auto rule = merged.effective.find("target.set_default");
  const bool is_given = rule != merged.effective.end() && rule->second.node != nullptr;
  const bool is_meant =
      is_given && (rule->second.place.origin->is_job || !customer->second.place.origin->is_job);
  if (is_meant) {
    mistakes.add(rule->second.place, "target.set_default",
                 "there is no customer to set a default on with `customer: none`: give none, or remove it");
  }
  target.set_default = DefaultRule::none;
}

// Where clones stay unattached there are no counterparts. As above: what was written beside `none` is a
// misunderstanding, what stands in the machine-wide file under a job's `none` is not.
void settle_counterparts(const Merged& merged, Draft& draft, Mistakes& mistakes) {
  TargetSettings& target = draft.settings.target;
  if (target.customer != CustomerRule::none) return;
  const bool none_by_job = merged.effective.find("target.customer")->second.place.origin->is_job;
  const std::pair<std::string_view, bool> keys[] = {
      {"target.customers_file", !target.customers_file.empty()},
      {"target.find", !target.find_key.empty()},
      {"target.existing_clones", target.existing_clones != ExistingRule::ignore},
  };
  for (const auto& [key, is_set] : keys) {
    const auto found = merged.effective.find(key);
    if (!is_set || found == merged.effective.end()) continue;
    if (found->second.place.origin->is_job || !none_by_job)
      mistakes.add(found->second.place, key,
                   "there is no customer to look for with `customer: none`: remove it");
  }
  target.customers_file.clear();
  target.find_key.clear();
  target.existing_clones = ExistingRule::ignore;
}

void settle_token(const Merged& merged, Draft& draft, Mistakes& mistakes) {
  MetricsSettings& metrics = draft.settings.metrics;
  const auto found = merged.effective.find("metrics.token_file");
  if (found == merged.effective.end() || metrics.token_file.empty()) return;
  const auto add = [&](const std::string& problem) {
    mistakes.add(found->second.place, "metrics.token_file", "the file" + problem);
  };
  const Result<std::string> line = read_first_line(metrics.token_file);
  if (!line) return add(" " + line.error().message);
  const bool printable =
      std::all_of(line->begin(), line->end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!printable || line->size() < kShortestToken || line->size() > kLongestToken)
    return add(
        "'s first line is no token of 16 to 256 characters without blanks: `openssl rand -hex 24` makes one");
  if (is_open_to_others(metrics.token_file))
    draft.warnings.push_back("metrics.token_file: the file is open to other users: chmod 600 it");
  metrics.token = *line;
}

// What is sent must be answered, or given up, while the lane is still this worker's.
void settle_lease(const Merged& merged, Draft& draft, Mistakes& mistakes) {
  constexpr Milliseconds kLeast{15'000}, kMargin{3'000};
  Milliseconds& lease = draft.settings.fleet.lease;
  const Milliseconds timeout = draft.settings.stripe.timeout;
  if (lease.count() == 0) lease = std::max(3 * timeout, kLeast);
  const auto found = merged.effective.find("fleet.lease");
  if (lease < timeout + kMargin && found != merged.effective.end())
    mistakes.add(
        found->second.place, "fleet.lease",
        "has to be at least 3s longer than stripe.timeout: a worker sends nothing that could outlive it");
}

}  // namespace

void cross_check(const Merged& merged, const Origin& job, Draft& draft, Mistakes& mistakes) {
  check_required(merged, job, mistakes);
  check_file(merged, "stripe.ca_file", draft.settings.stripe.ca_file, mistakes);
  check_file(merged, "notify.ca_file", draft.settings.notify.ca_file, mistakes);
  settle_default_rule(merged, draft, mistakes);
  settle_counterparts(merged, draft, mistakes);
  check_file(merged, "target.customers_file", draft.settings.target.customers_file, mistakes);
  settle_token(merged, draft, mistakes);
  settle_lease(merged, draft, mistakes);
}

}  // namespace payferry::settings
