#include <fmt/format.h>

#include "cli/common.hpp"
#include "cli/outline.hpp"
#include "core/codes.hpp"
#include "telemetry/catalogue.hpp"

namespace payferry::cli {
namespace {

std::string text_of(const std::string& what, const CLI::App& program) {
  if (what == "metrics") return telemetry::catalogue_page();
  if (what == "codes") return codes_page();
  const CommandOutline outline = outline_of(program);
  if (what == "man") return man_page(outline);
  if (what == "bash") return bash_completion(outline);
  if (what == "zsh") return zsh_completion(outline);
  return fish_completion(outline);
}

}  // namespace

// Hidden: for packagers, the build, and whoever changes the code.
void add_generate(CLI::App& app, Action& chosen) {
  auto what = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "generate", "Manual page, shell completions and the lists of metrics and codes, made from the code");
  command->group("");
  command->add_option("what", *what, "man, bash, zsh, fish, metrics or codes")
      ->required()
      ->check(CLI::IsMember({"man", "bash", "zsh", "fish", "metrics", "codes"}))
      ->type_name("WHAT");
  command->callback([what, &app, &chosen] {
    chosen = [what, &app] {
      fmt::print("{}", text_of(*what, app));
      return exit_code(Outcome::complete);
    };
  });
}

}  // namespace payferry::cli
