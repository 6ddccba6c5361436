#include <fmt/format.h>

#include "cli/common.hpp"
#include "core/codes.hpp"
#include "core/ids.hpp"
#include "ledger/reader.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kHelp =
    "ID is the original's (pm_…, card_…, src_…) or the clone's. Tells where the item stands, every request "
    "that was made for\n"
    "it with Stripe's answer and request id, and what happens next. Reads the ledger only: no key, no "
    "network.\n"
    "Exits 2 where the ledger knows no such id.\n"
    "\n"
    "A code alone, as it stands in rejects.csv, summaries and logs, is explained without a job.\n"
    "\n"
    "Examples:\n"
    "  payferry explain JOB.yaml pm_1OxYgRLkdIwHu7ixUeRqkgmh\n"
    "  payferry explain card_declined\n";

std::string next_of(const ledger::Life& life, const std::string& job_file) {
  switch (life.state) {
    case State::succeeded:
      return "nothing: it is done";
    case State::skipped:
      if (life.reason == "rolled_back")
        return fmt::format("nothing: its clone was detached; `payferry retry {} --item {}` moves it anew",
                           job_file, life.payment_method);
      return "nothing: it was left out on purpose";
    case State::blocked:
      return "the next run asks its account again, and goes on where it answers";
    case State::failed:
      if (life.reason == "original_consumed")
        return "nothing: the original is used up and cannot be cloned again";
      return fmt::format(
          "nothing by itself; `payferry retry {} --item {}` puts it back, or a mended line does", job_file,
          life.payment_method);
    case State::pending:
      break;
  }
  if (life.reason == "settling")
    return "a later run looks for its customer again, once two hours have passed";
  if (!life.reason.empty()) return "the next run sends its last request again, and does nothing twice";
  return "the next run takes it";
}

std::string times_of(const ledger::PastRequest& request) {
  std::string text = "first sent " + to_iso8601(request.first_ms);
  if (request.sends > 1)
    text += fmt::format(", {} times, last {}", request.sends, to_iso8601(request.last_ms));
  return text;
}

std::string answer_of(const ledger::PastRequest& request) {
  if (request.state == "unsent") return "certainly not executed; free to be sent";
  if (request.state != "settled") return "no usable answer yet: it may have been executed";
  std::string text = request.verdict;
  if (request.status != 0) text += fmt::format(" ({})", request.status);
  if (!request.code.empty()) text += ", " + request.code;
  if (!request.message.empty()) text += ": " + request.message;
  if (!request.request_id.empty())
    text += fmt::format(" [{}, {} ms]", request.request_id, request.latency_ms);
  return text;
}

void print(const ledger::Life& life, const std::string& job_file) {
  fmt::print("item       {} of {} to {}\n", life.payment_method,
             life.customer.empty() ? "no customer" : life.customer, life.account);
  fmt::print("state      {}{}{}\n", to_string(life.state), life.reason.empty() ? "" : ", " + life.reason,
             life.state == State::failed ? fmt::format(" at {}", to_string(life.step)) : "");
  if (!life.message.empty()) fmt::print("why        {}\n", life.message);
  if (!life.request_id.empty()) fmt::print("request    {}\n", life.request_id);
  if (!life.account_lost.empty()) fmt::print("account    blocked: {}\n", life.account_lost);
  if (!life.clone_id.empty())
    fmt::print("clone      {}{}\n", life.clone_id, life.adopted ? ", which was there before" : "");
  if (!life.target_customer.empty())
    fmt::print("customer   {}, {}\n", life.target_customer, life.customer_origin);
  if (life.orphans > 0)
    fmt::print("orphans    {} clones may exist unattached, and so unusable\n", life.orphans);
  for (const ledger::PastLine& line : life.lines)
    fmt::print("line       {} of job {}\n", line.line, line.job);
  if (life.requests.empty()) fmt::print("requests   none yet\n");
  for (const ledger::PastRequest& request : life.requests)
    fmt::print("  {}{}: {}\n    {}\n", to_string(request.step),
               request.generation == 0 ? "" : fmt::format(", generation {}", request.generation),
               times_of(request), answer_of(request));
  fmt::print("next       {}\n", next_of(life, job_file));
}

int explain_code(const std::string& code) {
  if (const CodeInfo* info = find_code(code)) {
    fmt::print("code       {}, {}\n", code, to_string(info->source));
    fmt::print("means      {}\n", info->means);
    fmt::print("do         {}\n", info->to_do);
    fmt::print("again      by {}\n", info->again);
    return exit_code(Outcome::complete);
  }
  std::string like;
  if (code.find_first_of("./") == std::string::npos)
    for (const std::string_view near : codes_like(code, 3))
      like.append(like.empty() ? ": did you mean " : " or ").append(near);
  if (!like.empty()) return fail(Outcome::usage, code + " is no code" + like + "?");
  if (code.find_first_of("./") != std::string::npos || is_payment_method_id(code))
    return fail(Outcome::usage, code + " alone is no code; of an item: payferry explain JOB.yaml ID");
  return fail(Outcome::usage,
              code +
                  " is no code that Payferry makes, and none of Stripe's that it knows; docs/codes.md "
                  "lists them");
}

int explain(const Common& common, const std::string& id) {
  const std::optional<settings::Settings> settings = load_settings(common, false);
  if (!settings) return exit_code(Outcome::usage);
  const Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings->ledger);
  if (!reader) return fail(reader.error());
  const std::vector<ledger::Life> lives = (*reader)->lives(id);
  if (lives.empty())
    return fail(Outcome::usage,
                id + ": ledger " + settings->ledger.string() +
                    " knows no original and no clone of this id; was its line read, and not rejected?");
  for (const ledger::Life& life : lives) {
    if (&life != &lives.front()) fmt::print("\n");
    print(life, common.job_file);
  }
  return exit_code(Outcome::complete);
}

}  // namespace

void add_explain(CLI::App& app, Action& chosen) {
  auto common = std::make_shared<Common>();
  auto id = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("explain", "The whole life of one item, or what a code means");
  add_common(*command, *common);
  command->get_option("job")->description("The job file; or, alone, a code")->type_name("JOB.yaml");
  command->add_option("ID", *id, "The payment method: the original's or the clone's id")->type_name("ID");
  command->footer(kHelp);
  command->callback([=, &chosen] {
    chosen = [=] { return id->empty() ? explain_code(common->job_file) : explain(*common, *id); };
  });
}

}  // namespace payferry::cli
