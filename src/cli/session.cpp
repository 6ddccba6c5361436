#include "cli/session.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <iostream>

#include "cli/job_state.hpp"
#include "intake/customers_file.hpp"
#include "report/atomic_file.hpp"
#include "telemetry/admin_server.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/progress.hpp"
#include "telemetry/summary.hpp"

namespace payferry::cli {
namespace {

SessionResult ended(Outcome outcome, const std::string& reason) {
  return {outcome, reason, ""};
}

SessionResult no_ledger(const settings::Settings& settings) {
  return ended(
      Outcome::ledger,
      "ledger " + settings.ledger.string() +
          ": there is none, and `ledger_create: never` forbids to begin with an empty one, which would "
          "move again what was moved before. Nothing was sent. Mount or restore it, or mend `ledger`; "
          "for a first run say `ledger_create: auto`");
}

SessionResult from(const Error& error) {
  return ended(error.code == Errc::ledger ? Outcome::ledger : Outcome::usage, error.message);
}

// A run with everything that stands around it: signals, progress, the page for scrapers.
class Session {
 public:
  Session(const settings::Settings& settings, const RunRequest& request)
      : settings_(settings),
        request_(request),
        log_(log_level(request.common), log_format(request.common), time_->clock()),
        metrics_(PAYFERRY_VERSION, settings.job),
        monitor_(settings, time_->clock(), log_, metrics_),
        progress_(std::cerr, *telemetry::progress_mode_from(request.progress), ::isatty(STDERR_FILENO) == 1),
        signals_(context_, SIGINT, SIGTERM) {
    log_.before_each_line([this] { progress_.clear(); });
  }

  SessionResult run(ledger::RunLock lock, intake::Source* source, stripe::Client& client) {
    auto on_commit = [this](const ledger::CommitStats& stats) {
      boost::asio::post(context_, [this, stats] { metrics_.observe_commit(stats.took, stats.operations); });
    };
    auto observe = [this](const telemetry::Snapshot& now) { show(now); };
    run_.emplace(context_, *time_, settings_, request_.options, source, client, std::move(lock), monitor_,
                 log_, on_commit, observe);
    start_pages();
    await_signal();
    boost::asio::co_spawn(context_, everything(), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
    context_.run();
    return conclude();
  }

 private:
  async::Task<void> everything() {
    async::Group pages(context_, *time_);
    if (pages_) pages.spawn(pages_->run());
    ending_ = co_await run_->main();
    signals_.cancel();
    if (pages_) pages_->stop();
    co_await pages.wait();
  }

  void take_earlier_counts() {
    const Result<JobState> state = read_job_state(settings_);
    if (state && state->input != 0) monitor_.stood_at(state->tally);
  }

  SessionResult conclude() {
    if (!run_->began()) take_earlier_counts();
    monitor_.concluded(ending_.outcome, ending_.reason);
    const telemetry::Snapshot last = monitor_.snapshot(nullptr);
    progress_.finish(last, 0);
    log_.info("run_ended",
              {{"job", settings_.job}, {"outcome", to_string(ending_.outcome)}, {"reason", ending_.reason}});
    return {ending_.outcome, ending_.reason, telemetry::summary_json(last)};
  }

  void show(const telemetry::Snapshot& now) {
    const SteadyTime moment = time_->clock().steady();
    if (progress_.due(moment)) progress_.show(now, moment, telemetry::terminal_width(STDERR_FILENO));
  }

  // A page that cannot be served is no reason not to move anything.
  void start_pages() {
    if (settings_.metrics.listen == "none") return;
    telemetry::AdminPages pages;
    pages.metrics = [this] { return metrics_.text(monitor_.snapshot(run_->gate())); };
    pages.healthy = [] { return true; };
    pages.ready = [this] { return run_->moving(); };
    Result<std::unique_ptr<telemetry::AdminServer>> server =
        telemetry::start_admin_server(context_, *time_, settings_.metrics.listen, std::move(pages));
    if (!server) {
      log_.warn("metrics_unavailable", {{"message", server.error().message}});
      return;
    }
    pages_ = std::move(*server);
    log_.info("metrics_listening", {{"address", pages_->address()}});
  }

  void await_signal() {
    signals_.async_wait([this](boost::system::error_code cancelled, int number) {
      if (cancelled) return;
      const std::string name = number == SIGINT ? "SIGINT" : "SIGTERM";
      log_.info("stopping", {{"reason", name}});
      run_->interrupt("stopped by " + name + "; run again to go on");
      await_signal();
    });
  }

  const settings::Settings& settings_;
  const RunRequest& request_;
  boost::asio::io_context context_{1};
  std::unique_ptr<async::Time> time_ = async::make_system_time(context_);
  telemetry::Log log_;
  telemetry::Metrics metrics_;
  pipeline::Monitor monitor_;
  telemetry::Progress progress_;
  boost::asio::signal_set signals_;
  std::optional<pipeline::Run> run_;
  std::unique_ptr<telemetry::AdminServer> pages_;
  pipeline::Ending ending_;

 public:
  boost::asio::io_context& context() { return context_; }
};

}  // namespace

stripe::Options client_options(const settings::Settings& settings) {
  stripe::Options options;
  options.api_base = settings.stripe.api_base;
  options.api_key = settings.stripe.api_key;
  options.ca_file = settings.stripe.ca_file;
  const int in_flight = settings.limits.in_flight;
  options.max_connections =
      static_cast<std::size_t>(in_flight > 0 ? in_flight : throttle::InFlightNeed::kMost);
  options.read_timeout = settings.stripe.timeout;
  return options;
}

// Everything that can be wrong without asking Stripe is found first.
SessionResult run_session(const settings::Settings& settings, const RunRequest& request) {
  Result<std::unique_ptr<intake::Source>> source = intake::open_source(settings);
  if (!source) return from(source.error());
  if (!settings.target.customers_file.empty()) {
    const Result<void> right = intake::check_customers_file(settings.target);
    if (!right) return from(right.error());
  }
  Session session(settings, request);
  Result<std::unique_ptr<stripe::Client>> client =
      stripe::make_client(session.context(), client_options(settings));
  if (!client) return from(client.error());
  const Result<bool> there = ledger::is_there(settings.ledger);
  if (!there) return from(there.error());
  const bool needed = settings.ledger_create == settings::LedgerCreation::never;
  if (needed && !*there) return no_ledger(settings);
  Result<ledger::RunLock> lock = ledger::RunLock::take(settings.ledger);
  if (!lock) return from(lock.error());
  const Result<std::optional<ledger::Owner>> owner = ledger::owner_of(settings.ledger);
  if (!owner) return from(owner.error());
  if (needed && !*owner) return no_ledger(settings);
  return session.run(std::move(*lock), source->get(), **client);
}

SessionResult roll_back_session(const settings::Settings& settings, const RunRequest& request,
                                ledger::RunLock lock) {
  Session session(settings, request);
  Result<std::unique_ptr<stripe::Client>> client =
      stripe::make_client(session.context(), client_options(settings));
  if (!client) return from(client.error());
  return session.run(std::move(lock), nullptr, **client);
}

void add_output(CLI::App& command, RunRequest& request) {
  command.add_option("--summary", request.summary_file, "Write the counts as JSON when the run ends")
      ->type_name("FILE");
  command.add_option("--progress", request.progress, "auto, plain (a line now and then) or none")
      ->check(CLI::IsMember({"auto", "plain", "none"}))
      ->capture_default_str()
      ->type_name("MODE");
}

int end_session(const RunRequest& request, const SessionResult& result) {
  const bool told = result.outcome != Outcome::usage && result.outcome != Outcome::ledger;
  if (!request.summary_file.empty() && told) {
    const Result<void> written = report::write_atomically(request.summary_file, result.summary, 0644);
    if (!written) std::fprintf(stderr, "payferry: --summary %s\n", written.error().message.c_str());
  }
  if (!result.reason.empty()) return fail(result.outcome, result.reason);
  return exit_code(result.outcome);
}

}  // namespace payferry::cli
