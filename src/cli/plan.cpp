#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>

#include "cli/plan_view.hpp"
#include "cli/session.hpp"
#include "intake/customers_file.hpp"
#include "ledger/preview.hpp"
#include "notify/notifier.hpp"
#include "telemetry/text.hpp"

namespace payferry::cli {
namespace {

struct PlanRequest {
  Common common;
  bool online = false;
  bool json = false;
  std::string progress = "auto";
  double latency_ms = plan::kAssumedLatency * 1000;
};

// On a terminal a line that is rewritten, elsewhere one now and then.
class LinesRead {
 public:
  explicit LinesRead(const std::string& mode)
      : silent_(mode == "none"), rewrites_(mode == "auto" && ::isatty(STDERR_FILENO) == 1) {}

  void show(std::uint64_t lines) {
    const auto now = std::chrono::steady_clock::now();
    if (silent_ || now < next_) return;
    next_ = now + (rewrites_ ? std::chrono::milliseconds(250) : std::chrono::milliseconds(10'000));
    shown_ = true;
    std::fprintf(stderr, rewrites_ ? "\r%s lines read" : "%s lines read\n",
                 telemetry::with_separators(lines).c_str());
  }
  void end() {
    if (shown_ && rewrites_) std::fprintf(stderr, "\r\033[K");
  }

 private:
  const bool silent_;
  const bool rewrites_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
};

Error ledger_error(const settings::Settings& settings, const std::string& what) {
  return make_error(Errc::ledger, "ledger " + settings.ledger.string() + ": " + what);
}

// Null: there is none yet. A key that is not known leaves the mode to the ledger.
Result<std::unique_ptr<ledger::Preview>> open_ledger(settings::Settings& settings) {
  const Result<bool> there = ledger::is_there(settings.ledger);
  if (!there) return there.error();
  if (!*there) return std::unique_ptr<ledger::Preview>();
  Result<std::unique_ptr<ledger::Preview>> opened = ledger::open_preview(settings.ledger);
  if (!opened) return opened.error();
  const ledger::Owner& owner = (*opened)->owner();
  const std::string& expected = settings.stripe.platform_account;
  if (!expected.empty() && expected != owner.platform)
    return ledger_error(settings, "it belongs to platform " + owner.platform +
                                      ", but stripe.platform_account says " + expected);
  if (settings.stripe.api_key.empty()) settings.mode = owner.mode;
  if (settings.mode != owner.mode)
    return ledger_error(settings, "it belongs to " + std::string(to_string(owner.mode)) +
                                      " mode, and the key to the other; name another ledger for this key");
  return opened;
}

async::Task<void> look(boost::asio::io_context& context, stripe::Reader& reader, async::Time& time,
                       const settings::Settings& settings, const pipeline::Survey& survey,
                       Result<pipeline::LookAround>& seen) {
  std::vector<std::string> accounts;
  for (const pipeline::SurveyedAccount& account : survey.accounts)
    if (!account.account.empty() && (account.lost || plan::sum_of(account.calls) > 0))
      accounts.push_back(account.account);
  std::vector<std::string> originals = survey.sample;
  seen = co_await pipeline::look_around(context, reader, time, settings, std::move(accounts),
                                        std::move(originals));
  reader.abort();
}

void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

Result<pipeline::LookAround> ask_stripe(const settings::Settings& settings, const pipeline::Survey& survey) {
  boost::asio::io_context context(1);
  const std::unique_ptr<async::Time> time = async::make_system_time(context);
  Result<std::unique_ptr<stripe::Reader>> reader = stripe::make_reader(context, client_options(settings));
  if (!reader) return reader.error();
  Result<pipeline::LookAround> seen = make_error(Errc::internal, "no answer");
  boost::asio::co_spawn(context, look(context, **reader, *time, settings, survey, seen), rethrow);
  context.run();
  return seen;
}

// Whoever cannot be told is a warning.
void tell_planned(const settings::Settings& settings, const Common& common, const std::string& json) {
  if (!settings.notify.is_on()) return;
  boost::asio::io_context context(1);
  const std::unique_ptr<async::Time> time = async::make_system_time(context);
  telemetry::Log log(log_level(common), log_format(common), time->clock());
  Result<std::unique_ptr<notify::Notifier>> notifier = notify::Notifier::make(context, *time, settings, log);
  if (!notifier) return log.warn("not_notified", {{"message", notifier.error().message}});
  (*notifier)->planned(settings.job, json);
  boost::asio::co_spawn(context, (*notifier)->run(), rethrow);
  context.run();
}

int plan(const PlanRequest& request) {
  std::optional<settings::Settings> settings = load_settings(request.common, request.online);
  if (!settings) return exit_code(Outcome::usage);
  if (const std::optional<std::string> why = not_of_a_queue(*settings, "payferry plan"))
    return fail(Outcome::usage, *why);
  Result<std::unique_ptr<intake::Source>> source = intake::open_source(*settings);
  if (!source) return fail(Outcome::usage, source.error().message);
  if (!settings->target.customers_file.empty()) {
    const Result<void> right = intake::check_customers_file(settings->target);
    if (!right) return fail(Outcome::usage, right.error().message);
  }
  Result<std::unique_ptr<ledger::Preview>> ledger = open_ledger(*settings);
  if (!ledger) return fail(ledger.error());
  LinesRead lines(request.progress);
  Result<pipeline::Survey> survey = pipeline::survey(*settings, **source, ledger->get(),
                                                     [&lines](std::uint64_t read) { lines.show(read); });
  lines.end();
  if (!survey) return fail(survey.error());
  ledger->reset();
  PlanView view{*settings, *survey, std::nullopt, request.latency_ms / 1000};
  if (request.online) {
    Result<pipeline::LookAround> seen = ask_stripe(*settings, *survey);
    if (!seen) return fail(seen.error());
    view.online = std::move(*seen);
  }
  const std::string json = plan_json(view);
  fmt::print("{}", request.json ? json : plan_text(view));
  std::fflush(stdout);
  tell_planned(*settings, request.common, json);
  return exit_code(Outcome::complete);
}

constexpr const char* kHelp =
    "Reads the whole input beside the ledger, as a run would, and sends nothing: also while a run is going "
    "on, "
    "and with\n"
    "no ledger and no key. --online asks Stripe too, by a client that knows no write: whose key it is, "
    "whether "
    "each\n"
    "account can be charged, and a sample of the originals. Whom `notify` names is told (`planned`).\n"
    "Exits 0 when it could tell, 2 for a wrong job file or input, 6 for a ledger that cannot be read, 5 when "
    "Stripe refuses.";

void add_sample(std::vector<plan::Remark>& warnings, const pipeline::OriginalsSample& sample,
                const settings::TargetSettings& target) {
  if (sample.found < sample.asked)
    warnings.push_back({"originals_missing",
                        fmt::format("{} of {} originals that were asked for are not there: a list of another "
                                    "platform or mode, or deleted since",
                                    sample.asked - sample.found, sample.asked)});
  if (sample.attached < sample.found && target.unattached_originals == settings::UnattachedRule::refuse)
    warnings.push_back({"originals_unattached",
                        fmt::format("{} of {} originals that were asked for are attached to no customer: "
                                    "Stripe refuses to share those with the customer that the list names",
                                    sample.found - sample.attached, sample.asked)});
}

}  // namespace

std::vector<plan::Remark> warnings_of(const PlanView& view) {
  std::vector<plan::Remark> warnings;
  const pipeline::Survey& survey = view.survey;
  const std::optional<plan::Remark> unvouched =
      plan::missing_authorisation(view.settings.target.ach_authorised);
  if (unvouched && survey.bank_accounts > 0)
    warnings.push_back(
        {unvouched->code,
         fmt::format("{} {}", telemetry::with_separators(survey.bank_accounts), unvouched->message)});
  if (survey.unknown_types > 0)
    warnings.push_back({"types_unknown",
                        fmt::format("{} entries have no type: what is excluded shows only when it is cloned, "
                                    "so some calls may not be made",
                                    telemetry::with_separators(survey.unknown_types))});
  if (survey.links_found_later > 0)
    warnings.push_back(
        {"customers_not_looked_for",
         fmt::format("{} customers would be made; those that target.find finds on their accounts "
                     "are not, and the cards are attached to them",
                     telemetry::with_separators(survey.links_found_later))});
  if (view.online) add_sample(warnings, view.online->sample, view.settings.target);
  return warnings;
}

void add_plan(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<PlanRequest>();
  CLI::App* command =
      app.add_subcommand("plan", "What a run would do: counts, calls, the bottleneck, time; sends no write");
  add_common(*command, request->common);
  command->add_flag("--online", request->online, "Ask Stripe too, by reads alone");
  command->add_flag("--json", request->json,
                    "One JSON object, as docs/schemas/plan.schema.json describes it");
  command
      ->add_option("--latency", request->latency_ms, "How long an answer takes, as far as in_flight matters")
      ->check(CLI::Range(1.0, 60'000.0))
      ->capture_default_str()
      ->type_name("MS");
  command->add_option("--progress", request->progress, "auto, plain (a line now and then) or none")
      ->check(CLI::IsMember({"auto", "plain", "none"}))
      ->capture_default_str()
      ->type_name("MODE");
  command->footer(kHelp);
  command->callback([request, &chosen] { chosen = [request] { return plan(*request); }; });
}

}  // namespace payferry::cli
