#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/common.hpp"
#include "core/redact.hpp"
#include "intake/stored_place.hpp"
#include "ledger/backup.hpp"
#include "ledger/check.hpp"
#include "ledger/export.hpp"
#include "report/atomic_file.hpp"

namespace payferry::cli {
namespace {

void print(const ledger::Violation& violation) {
  std::string examples;
  for (const std::string& example : violation.examples) examples += (examples.empty() ? "" : ", ") + example;
  if (violation.count > violation.examples.size()) examples += ", …";
  fmt::print("{}  {}, {} times: {}\n", violation.rule, violation.meaning, violation.count, redact(examples));
}

// Nothing: the position is where a line can begin, or nothing can be said about it.
std::optional<ledger::Violation> look_at_position(const settings::Settings& settings) {
  Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings.ledger);
  if (!reader) return std::nullopt;
  const std::int64_t input = (*reader)->present_input(settings.job);
  const std::optional<ledger::InputPlace> place = (*reader)->place(input);
  if (!place) {
    fmt::print("input   job {} has not begun to read yet\n", settings.job);
    return std::nullopt;
  }
  using Kind = intake::StoredPlace::Kind;
  const intake::StoredPlace found = intake::look_up(settings, place->identity, place->position);
  switch (found.kind) {
    case Kind::within:
      fmt::print("input   {}; the next run goes on there\n",
                 place->complete ? "read to its end" : "read to a line within it");
      break;
    case Kind::other_input:
      fmt::print("input   not the one that was read last: the next run reads it from its start\n");
      break;
    case Kind::never:
      fmt::print("input   of a kind that each run reads from its start\n");
      break;
    case Kind::unreadable:
      fmt::print("input   cannot be looked at: {}\n", found.why);
      break;
    case Kind::beyond:
      return ledger::Violation{
          "position", "a read position that is no place in the input", 1, {fmt::format("input {}", input)}};
  }
  return std::nullopt;
}

int check(const settings::Settings& settings) {
  Result<ledger::Findings> findings = ledger::check(settings.ledger);
  if (!findings) return fail(findings.error());
  fmt::print("ledger  {}\nowner   {} ({} mode)\n", settings.ledger.string(), findings->owner.platform,
             to_string(findings->owner.mode));
  const bool whole = findings->violations.empty() || findings->violations.front().rule != "structure";
  if (whole) {
    fmt::print("holds   {} accounts, {} links, {} items, {} requests\n", findings->accounts, findings->links,
               findings->items, findings->intents);
    if (auto wrong = look_at_position(settings)) findings->violations.push_back(std::move(*wrong));
  }
  for (const ledger::Violation& violation : findings->violations) print(violation);
  if (findings->violations.empty()) {
    fmt::print("sound\n");
    return exit_code(Outcome::complete);
  }
  return fail(
      Outcome::ledger,
      fmt::format("ledger {}: {} of its promises are broken. Do not run with it: keep it, and put your "
                  "newest backup in its place within a day of the last run. So long Stripe remembers "
                  "what was done since that backup, and does nothing twice",
                  settings.ledger.string(), findings->violations.size()));
}

Error cannot_write(const char* name) {
  return make_error(Errc::io, fmt::format("{}: cannot be written: {}", name, std::strerror(errno)));
}

Result<std::uint64_t> export_to_output(const LedgerPlace& ledger) {
  bool failed = false;
  const auto take = [&failed](std::string_view line) {
    failed = std::fwrite(line.data(), 1, line.size(), stdout) != line.size();
    return !failed;
  };
  const Result<std::uint64_t> lines = ledger::export_rows(ledger, take);
  if (lines && (failed || std::fflush(stdout) != 0)) return cannot_write("standard output");
  return lines;
}

Result<std::uint64_t> export_to_file(const LedgerPlace& ledger, const std::string& name) {
  Result<report::AtomicFile> file = report::AtomicFile::create(name, 0600);
  if (!file) return file.error();
  const auto take = [&file](std::string_view line) {
    file->write(line);
    return true;
  };
  const Result<std::uint64_t> lines = ledger::export_rows(ledger, take);
  if (!lines) return lines.error();
  const Result<void> written = file->commit();
  if (!written) return written.error();
  std::fprintf(stderr, "%s: %llu lines\n", name.c_str(), static_cast<unsigned long long>(*lines));
  return lines;
}

int export_all(const settings::Settings& settings, const std::string& file) {
  const Result<std::uint64_t> lines =
      file.empty() ? export_to_output(settings.ledger) : export_to_file(settings.ledger, file);
  return lines ? exit_code(Outcome::complete) : fail(lines.error());
}

int back_up(const settings::Settings& settings, const std::string& file) {
  const Result<void> copied = ledger::backup(settings.ledger, file);
  if (!copied) return fail(copied.error());
  std::printf("%s: a copy of %s\n", file.c_str(), settings.ledger.string().c_str());
  return exit_code(Outcome::complete);
}

using Command = std::function<int(const settings::Settings&)>;

CLI::App* add_command(CLI::App& group, const char* name, const char* about, Action& chosen, Command act) {
  auto common = std::make_shared<Common>();
  CLI::App* command = group.add_subcommand(name, about);
  add_common(*command, *common);
  command->callback([common, act = std::move(act), &chosen] {
    chosen = [common, act] {
      const std::optional<settings::Settings> settings = load_settings(*common, false);
      return settings ? act(*settings) : exit_code(Outcome::usage);
    };
  });
  return command;
}

}  // namespace

void add_ledger(CLI::App& app, Action& chosen) {
  CLI::App* group =
      app.add_subcommand("ledger", "Verify, export or back up a job's ledger, also while a run goes on");
  group->require_subcommand(1);

  add_command(*group, "check",
              "Look at the whole ledger: its structure, and every promise that a row can break", chosen,
              check)
      ->footer(
          "Exits 0 where it is sound, 6 where it is not. Reads only: no key, no network, nothing is mended.");

  auto export_file = std::make_shared<std::string>();
  add_command(
      *group, "export", "Write it as NDJSON: ids, states, generations and codes, nobody's data", chosen,
      [export_file](const settings::Settings& settings) { return export_all(settings, *export_file); })
      ->add_option("--out", *export_file, "The file to write, for its owner only [standard output]")
      ->type_name("FILE");

  auto backup_file = std::make_shared<std::string>();
  CLI::App* backup = add_command(
      *group, "backup", "Copy it as it is at one moment, into a file for its owner only", chosen,
      [backup_file](const settings::Settings& settings) { return back_up(settings, *backup_file); });
  backup->add_option("--out", *backup_file, "The copy; nothing is overwritten")
      ->required()
      ->type_name("FILE");
  backup->footer(
      "To go back to a copy: no run may be going on; remove LEDGER-wal and LEDGER-shm, and give the copy the "
      "ledger's name.\n"
      "A run with an older ledger asks Stripe again for what was done since. Within a day of it Stripe "
      "remembers, "
      "and\n"
      "does nothing twice; later it may not. So copy after a run, and go back soon.");
}

}  // namespace payferry::cli
