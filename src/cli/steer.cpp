#include "steer/request.hpp"

#include <fmt/format.h>

#include "cli/common.hpp"
#include "core/ids.hpp"
#include "steer/protocol.hpp"
#include "steer/socket_client.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kFooter =
    "Speaks with the run that is going on, through the socket beside its ledger, which only the run's owner "
    "may "
    "use.\n"
    "What is steered lasts until the run ends, is written into the ledger, and is shown by `payferry "
    "status`.\n"
    "\n"
    "Exit codes: 0 done; 2 no run of this job is going on, or it refuses; 4 the run cannot do so at this "
    "moment, or "
    "does\n"
    "not answer.\n";

struct Typed {
  Common common;
  std::vector<std::string> words;
};

Result<steer::Request> request_of(steer::Action action, const Typed& typed) {
  steer::Request request;
  request.action = action;
  if (action == steer::Action::skip_account || action == steer::Action::take_account) {
    request.account = typed.words.front();
    if (!is_account_id(request.account))
      return make_error(Errc::usage, request.account + ": a connected account's id begins with acct_");
  } else {
    for (const std::string& word : typed.words) {
      const Result<void> added = steer::add_assignment(word, request);
      if (!added) return added.error();
    }
  }
  return request;
}

int exit_code_of(steer::ReplyCode code) {
  switch (code) {
    case steer::ReplyCode::done:
      return exit_code(Outcome::complete);
    case steer::ReplyCode::not_yet:
      return exit_code(Outcome::unfinished);
    case steer::ReplyCode::refused:
    case steer::ReplyCode::not_allowed:
      break;
  }
  return exit_code(Outcome::usage);
}

int steer_run(steer::Action action, const Typed& typed) {
  Result<steer::Request> request = request_of(action, typed);
  if (!request) return fail(request.error());
  const std::optional<settings::Settings> settings = load_settings(typed.common, false);
  if (!settings) return exit_code(Outcome::usage);
  request->job = settings->job;
  Result<std::optional<steer::SocketClient>> run = steer::SocketClient::connect(settings->beside);
  if (!run) return fail(run.error());
  if (!*run)
    return fail(Outcome::usage, fmt::format("no run of {} is going on (nobody listens beside {})",
                                            settings->job, settings->ledger.string()));
  const Result<steer::Reply> reply = (*run)->ask(*request);
  if (!reply) return fail(Outcome::unfinished, reply.error().message);
  if (reply->code == steer::ReplyCode::done)
    fmt::print("{}\n", reply->message);
  else
    fail(Outcome::usage, reply->message);
  return exit_code_of(reply->code);
}

CLI::App* add(CLI::App& app, Action& chosen, steer::Action action, const char* about,
              const std::shared_ptr<Typed>& typed) {
  CLI::App* command = app.add_subcommand(std::string(steer::to_string(action)), about);
  add_common(*command, typed->common);
  command->footer(kFooter);
  command->callback([=, &chosen] { chosen = [=] { return steer_run(action, *typed); }; });
  return command;
}

void add_with_account(CLI::App& app, Action& chosen, steer::Action action, const char* about) {
  auto typed = std::make_shared<Typed>();
  add(app, chosen, action, about, typed)
      ->add_option("account", typed->words, "The connected account")
      ->required()
      ->expected(1)
      ->type_name("ACCT");
}

}  // namespace

void add_steering(CLI::App& app, Action& chosen) {
  using enum steer::Action;
  add(app, chosen, pause, "A run that is going on sends nothing more until it is resumed",
      std::make_shared<Typed>());
  add(app, chosen, resume, "A paused run goes on", std::make_shared<Typed>());
  auto typed = std::make_shared<Typed>();
  add(app, chosen, set, "Change how fast a run that is going on goes", typed)
      ->add_option(
          "settings", typed->words,
          "rate=N (requests per second in all), endpoint=N (to each endpoint), endpoint.NAME=N (to one, "
          "such as endpoint.clone), in_flight=N; N may be `configured`")
      ->required()
      ->type_name("NAME=N…");
  add_with_account(app, chosen, skip_account,
                   "A run that is going on leaves this account; its items stay pending");
  add_with_account(app, chosen, take_account, "A skipped account is moved again");
  add(app, chosen, stop, "End a run in order, as SIGTERM does; once more only hurries",
      std::make_shared<Typed>());
}

}  // namespace payferry::cli
