#include "cli/cli.hpp"

#include <signal.h>

#include "cli/common.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kAbout =
    "Clones the PaymentMethods that a Stripe Connect platform has saved to its connected accounts: in bulk, "
    "at the\n"
    "highest rate that Stripe allows, exactly once, resumable after anything.";

constexpr const char* kExitCodes =
    "Exit codes:\n"
    "  0  complete    every entry succeeded, was skipped on purpose, or was a duplicate\n"
    "  1  internal    unexpected error\n"
    "  2  usage       bad usage, job file or input header; nothing was sent\n"
    "  3  failures    nothing pending, and some entries rejected, failed or blocked\n"
    "  4  unfinished  something is still pending or unread: the same command goes on\n"
    "  5  refused     Stripe is unusable as a whole: key, platform, connection, or every answer the same "
    "refusal\n"
    "  6  ledger      the ledger cannot be used; nothing was lost\n"
    "\n"
    "A first run:  payferry validate JOB.yaml && payferry run JOB.yaml --limit 10\n";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kAbout, "payferry");
  app.set_version_flag("--version", "payferry " PAYFERRY_VERSION);
  app.footer(kExitCodes);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  Action chosen;
  add_run(app, chosen);
  add_validate(app, chosen);
  add_plan(app, chosen);
  add_rehearse(app, chosen);
  add_status(app, chosen);
  add_steering(app, chosen);
  add_report(app, chosen);
  add_retry(app, chosen);
  add_verify(app, chosen);
  add_rollback(app, chosen);
  add_export(app, chosen);
  add_enqueue(app, chosen);
  add_explain(app, chosen);
  add_ledger(app, chosen);
  add_generate(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_code(Outcome::complete) : exit_code(Outcome::usage);
  }
  // A file that outgrows its limit is an error of that write, not the end of the process.
  ::signal(SIGXFSZ, SIG_IGN);
  try {
    return chosen();
  } catch (const ledger::Unreadable& error) {
    return fail(Outcome::ledger, error.what());
  }
}

}  // namespace payferry::cli
