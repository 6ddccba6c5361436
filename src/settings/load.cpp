#include <cstdlib>
#include <utility>

#include "core/digest.hpp"
#include "settings/api_key.hpp"
#include "settings/apply.hpp"
#include "settings/cross_checks.hpp"
#include "settings/files.hpp"
#include "settings/load_text.hpp"
#include "settings/source_trees.hpp"

namespace payferry::settings {
namespace {

// A file or text that is to be loaded, and what was found in it.
struct Part {
  Part(const std::filesystem::path& path, bool is_job)
      : origin{path.string(), to_absolute(path).parent_path(), is_job} {}

  Origin origin;
  bool is_usable = false;  // a map of keys: what it does not hold is missing
  std::vector<Found> found;
};

void read_text(Part& part, std::string_view text, Mistakes& mistakes) {
  if (text.size() > kMaxFileSize) {
    mistakes.add({&part.origin, 0}, "", "is larger than 1 MiB: is this the right file?");
    return;
  }
  const Tree tree = parse_yaml(text);
  if (!tree.root) {
    mistakes.add({&part.origin, tree.line}, "", tree.problem);
    return;
  }
  part.found = walk(*tree.root, part.origin, mistakes);
  part.is_usable = tree.root->kind == NodeKind::map;
}

void read_part(Part& part, const std::filesystem::path& path, Mistakes& mistakes) {
  const Result<std::string> text = read_file(path);
  if (text.has_error()) {
    mistakes.add({&part.origin, 0}, "", text.error().message);
    return;
  }
  read_text(part, *text, mistakes);
}

struct Context {
  const Environment& environment;
  Needs needs;
};

Weight weight_of(const Found& found, const Context& context) {
  const bool is_key =
      section_of(found.key->name) == "stripe" && leaf_of(found.key->name).starts_with("api_key");
  const bool is_secret = is_key || found.key->name == "notify.secret";
  return is_secret && !context.needs.stripe ? Weight::optional : Weight::effective;
}

// A server's ledger lies in no folder: its run listens in the one in which a file would.
std::filesystem::path beside(const LedgerPlace& ledger, const std::filesystem::path& standard) {
  if (ledger.is_file()) return ledger.file();
  return standard.parent_path() / ("server-" + to_hex(sha256_of({ledger.string()})).substr(0, 16));
}

Draft understand(const Part& job, const std::optional<Part>& config, const Context& context,
                 Mistakes& mistakes) {
  Draft draft;
  const std::filesystem::path standard =
      resolve(job.origin.folder, std::string(find_key("ledger")->standard));
  draft.settings.ledger = standard;
  const Merged merged = merge(job.found, config ? config->found : std::vector<Found>{});
  for (const Found& found : merged.overridden) {
    Draft scratch;
    apply(found, Weight::overridden, context.environment, scratch, mistakes);
  }
  for (const auto& [name, found] : merged.effective) {
    apply(found, weight_of(found, context), context.environment, draft, mistakes);
  }
  draft.settings.beside = beside(draft.settings.ledger, standard);
  // Without all the keys nothing can be said about those that are not there.
  if (!job.is_usable || (config && !config->is_usable)) return draft;
  settle_key(merged, job.origin, context.needs.stripe, draft, mistakes);
  settle_notify(merged, context.needs.stripe, draft, mistakes);
  cross_check(merged, job.origin, draft, mistakes);
  settle_source(merged, job.origin, context.needs.queue, draft, mistakes);
  return draft;
}

Loaded finish(const std::filesystem::path& job_file, Draft draft, Mistakes& mistakes) {
  draft.settings.file = to_absolute(job_file);
  return {std::move(draft.settings), mistakes.take(), std::move(draft.warnings)};
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Loaded load_text(const NamedText& job_text, const std::optional<NamedText>& config_text,
                 const Environment& environment, Needs needs) {
  Mistakes mistakes;
  Part job(job_text.name, true);
  read_text(job, job_text.text, mistakes);
  std::optional<Part> config;
  if (config_text) read_text(config.emplace(config_text->name, false), config_text->text, mistakes);
  return finish(job_text.name, understand(job, config, {environment, needs}, mistakes), mistakes);
}

Loaded load(const std::filesystem::path& job_file, const std::optional<std::filesystem::path>& config_file,
            const Environment& environment, Needs needs) {
  Mistakes mistakes;
  Part job(job_file, true);
  read_part(job, job_file, mistakes);
  std::optional<Part> config;
  if (config_file) read_part(config.emplace(*config_file, false), *config_file, mistakes);
  return finish(job_file, understand(job, config, {environment, needs}, mistakes), mistakes);
}

}  // namespace payferry::settings
