#include "cli/session.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <iostream>
#include <random>

#include "cli/job_state.hpp"
#include "cli/metrics_outlet.hpp"
#include "intake/customers_file.hpp"
#include "notify/notifier.hpp"
#include "report/atomic_file.hpp"
#include "steer/protocol.hpp"
#include "steer/socket_server.hpp"
#include "telemetry/admin_server.hpp"
#include "telemetry/live.hpp"
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

std::string stopped_by(int signal) {
  return fmt::format("stopped by {}; run again to go on", signal == SIGINT ? "SIGINT" : "SIGTERM");
}

bool is_refusal(const Error& error) {
  return error.code == Errc::unreachable || error.code == Errc::untrusted || error.code == Errc::refused;
}

SessionResult from(const Error& error) {
  return ended(error.code == Errc::ledger ? Outcome::ledger : Outcome::usage, error.message);
}

std::string random_secret() {
  std::random_device device;
  std::string secret;
  for (int words = 0; words < 8; ++words) secret += std::to_string(device()) + " ";
  return secret;
}

// A run with everything that stands around it: signals, progress, the page for scrapers.
class Session {
 public:
  Session(const settings::Settings& settings, const RunRequest& request)
      : settings_(settings),
        request_(request),
        time_(request.clock ? async::make_scaled_time(context_, request.clock)
                            : async::make_system_time(context_)),
        log_(log_level(request.common), log_format(request.common), time_->clock()),
        metrics_(PAYFERRY_VERSION, settings.job),
        monitor_(settings, time_->clock(), log_, metrics_),
        progress_(std::cerr, *telemetry::progress_mode_from(request.progress), ::isatty(STDERR_FILENO) == 1),
        signals_(context_, SIGINT, SIGTERM) {
    log_.before_each_line([this] { progress_.clear(); });
  }

  // Nothing began: the source is not to be had.
  SessionResult refused(const Error& error) {
    take_earlier_counts();
    return did_not_begin({Outcome::refused, error.message});
  }

  // For a run, while its ledger's server restarts. A signal ends the wait.
  bool go_on_waiting(const Error& why) {
    if (!std::exchange(waits_, true)) {
      log_.warn("ledger_waited_for", {{"message", why.message}});
      signals_.async_wait([this](boost::system::error_code cancelled, int number) {
        if (!cancelled) signal_ = number;
      });
    }
    context_.restart();
    context_.poll();
    return !signal_;
  }

  // Whether a signal came in that wait.
  bool gave_up_waiting() {
    if (!waits_) return false;
    signals_.cancel();
    context_.restart();
    context_.poll();
    context_.restart();
    return signal_.has_value();
  }

  SessionResult given_up() { return did_not_begin({Outcome::unfinished, stopped_by(*signal_)}); }

  SessionResult run(ledger::RunLock lock, intake::Source* source, stripe::Client& client) {
    auto on_commit = [this](const ledger::CommitStats& stats) {
      boost::asio::post(context_, [this, stats] { metrics_.observe_commit(stats.took, stats.operations); });
    };
    auto observe = [this](const telemetry::Snapshot& now) { show(now); };
    run_.emplace(context_, *time_, settings_, request_.options, source, client, std::move(lock), monitor_,
                 log_, on_commit, observe);
    start_pages();
    start_telling();
    start_steering();
    await_signal();
    boost::asio::co_spawn(context_, everything(), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
    context_.run();
    return conclude();
  }

 private:
  SessionResult did_not_begin(pipeline::Ending ending) {
    ending_ = std::move(ending);
    monitor_.concluded(ending_.outcome, ending_.reason);
    return conclude();
  }

  async::Task<void> everything() {
    async::Group services(context_, *time_);
    if (pages_) services.spawn(pages_->run());
    if (outlet_) services.spawn(outlet_->run());
    if (notifier_) services.spawn(notifier_->run());
    if (steering_) services.spawn(steering_->run());
    ending_ = co_await run_->main();
    if (!run_->began()) take_earlier_counts();
    monitor_.concluded(ending_.outcome, ending_.reason);
    is_over_ = true;
    const telemetry::Snapshot last = monitor_.snapshot(nullptr);
    if (notifier_ && run_->began()) notifier_->look(last);
    if (notifier_) notifier_->finish(last);
    if (outlet_) outlet_->close();
    if (pages_) pages_->stop();
    if (steering_) steering_->stop();
    co_await services.wait();
    signals_.cancel();
  }

  void take_earlier_counts() {
    const Result<JobState> state = read_job_state(settings_);
    if (state && state->input != 0) monitor_.stood_at(state->tally);
  }

  SessionResult conclude() {
    const telemetry::Snapshot last = monitor_.snapshot(nullptr);
    progress_.finish(last, 0);
    log_.info("run_ended",
              {{"job", settings_.job}, {"outcome", to_string(ending_.outcome)}, {"reason", ending_.reason}});
    return {ending_.outcome, ending_.reason, telemetry::summary_json(last)};
  }

  void show(const telemetry::Snapshot& now) {
    if (notifier_ && run_->moving()) notifier_->look(now);
    const SteadyTime moment = time_->clock().steady();
    if (progress_.due(moment)) progress_.show(now, moment, telemetry::terminal_width(STDERR_FILENO));
  }

  std::string metrics_text() { return metrics_.text(monitor_.snapshot(run_->gate())); }

  // Whoever cannot be told is no reason not to move anything either.
  void start_telling() {
    if (!settings_.metrics.textfile.empty() || !settings_.metrics.push_gateway.base.empty()) {
      auto made = MetricsOutlet::make(context_, *time_, settings_, log_, [this] { return metrics_text(); });
      if (made) outlet_ = std::move(*made);
      if (!made) log_.warn("metrics_not_pushed", {{"message", made.error().message}});
    }
    if (!settings_.notify.is_on()) return;
    auto made = notify::Notifier::make(context_, *time_, settings_, log_);
    if (!made) return log_.warn("not_notified", {{"message", made.error().message}});
    notifier_ = std::move(*made);
    monitor_.on_account_done([this](const std::string& account) {
      notifier_->account_done(account, monitor_.snapshot(run_->gate()));
    });
  }

  // A page that cannot be served is no reason not to move anything.
  void start_pages() {
    if (settings_.metrics.listen == "none") return;
    telemetry::AdminPages pages;
    pages.metrics = [this] { return metrics_text(); };
    pages.healthy = [] { return true; };
    pages.ready = [this] { return run_->moving(); };
    pages.snapshot = [this] { return live(); };
    pages.steer = [this](std::string body) { return steer_by_page(std::move(body)); };
    pages.access = telemetry::PageAccess(settings_.metrics.token,
                                         telemetry::is_loopback(settings_.metrics.listen), random_secret());
    const bool served = pages.access.is_served();
    Result<std::unique_ptr<telemetry::AdminServer>> server =
        telemetry::start_admin_server(context_, *time_, settings_.metrics.listen, std::move(pages));
    if (!server) {
      log_.warn("metrics_unavailable", {{"message", server.error().message}});
      return;
    }
    pages_ = std::move(*server);
    log_.info("metrics_listening", {{"address", pages_->address()}, {"page", served}});
  }

  // Nor is a socket that cannot be made: signals still reach the run.
  void start_steering() {
    // A file's folder is there by now.
    std::error_code ignored;
    if (!settings_.ledger.is_file())
      std::filesystem::create_directories(settings_.beside.parent_path(), ignored);
    auto handler = [this](steer::Request request, std::string who) {
      return obey(std::move(request), std::move(who));
    };
    Result<std::unique_ptr<steer::SocketServer>> server =
        steer::serve_socket(context_, *time_, settings_.beside, handler);
    if (server)
      steering_ = std::move(*server);
    else
      log_.warn("steering_unavailable", {{"message", server.error().message}});
  }

  async::Task<steer::Reply> obey(steer::Request request, std::string who) {
    if (request.action == steer::Action::status && request.job == settings_.job) {
      steer::Reply reply{steer::ReplyCode::done, "", live()};
      co_return reply;
    }
    co_return co_await run_->steer(std::move(request), std::move(who));
  }

  async::Task<telemetry::AdminPages::Steered> steer_by_page(std::string body) {
    Result<steer::Request> request = steer::parse_request(body);
    steer::Reply reply;
    if (request)
      reply = co_await obey(std::move(*request), "page");
    else
      reply = {steer::ReplyCode::refused, request.error().message, ""};
    const bool done = reply.code == steer::ReplyCode::done;
    const unsigned otherwise = reply.code == steer::ReplyCode::not_yet ? 409 : 422;
    telemetry::AdminPages::Steered steered{done ? 200 : otherwise, steer::to_line(reply)};
    co_return steered;
  }

  std::string live() {
    return telemetry::live_json(monitor_.snapshot(run_->gate()), time_->clock().wall_ms());
  }

  void await_signal() {
    signals_.async_wait([this](boost::system::error_code cancelled, int number) {
      if (cancelled) return;
      log_.info("stopping", {{"reason", number == SIGINT ? "SIGINT" : "SIGTERM"}});
      run_->interrupt(stopped_by(number));
      if (is_over_ && notifier_) notifier_->give_up();
      await_signal();
    });
  }

  const settings::Settings& settings_;
  const RunRequest& request_;
  boost::asio::io_context context_{1};
  std::unique_ptr<async::Time> time_;
  telemetry::Log log_;
  telemetry::Metrics metrics_;
  pipeline::Monitor monitor_;
  telemetry::Progress progress_;
  boost::asio::signal_set signals_;
  std::optional<pipeline::Run> run_;
  std::unique_ptr<telemetry::AdminServer> pages_;
  std::unique_ptr<MetricsOutlet> outlet_;
  std::unique_ptr<notify::Notifier> notifier_;
  std::unique_ptr<steer::SocketServer> steering_;
  pipeline::Ending ending_;
  bool is_over_ = false;
  bool waits_ = false;  // for the ledger
  std::optional<int> signal_;

 public:
  boost::asio::io_context& context() { return context_; }
};

}  // namespace

stripe::Options client_options(const settings::Settings& settings) {
  stripe::Options options;
  options.api_base = settings.stripe.api_base;
  options.api_key = settings.stripe.api_key;
  options.ca_file = settings.stripe.ca_file;
  // How many are used says the gate, by what is steered; this is what may be steered at most.
  options.max_connections =
      static_cast<std::size_t>(steer::kKnobs[static_cast<std::size_t>(steer::Knob::in_flight)].most);
  options.read_timeout = settings.stripe.timeout;
  return options;
}

// Everything that can be wrong without asking Stripe is found first.
SessionResult run_session(const settings::Settings& settings, const RunRequest& request) {
  Result<std::unique_ptr<intake::Source>> source = intake::open_source(settings);
  if (!source && is_refusal(source.error())) return Session(settings, request).refused(source.error());
  if (!source) return from(source.error());
  if (!settings.target.customers_file.empty()) {
    const Result<void> right = intake::check_customers_file(settings.target);
    if (!right) return from(right.error());
  }
  Session session(settings, request);
  Result<std::unique_ptr<stripe::Client>> client =
      stripe::make_client(session.context(), client_options(settings));
  if (!client) return from(client.error());
  const bool needed = settings.ledger_create == settings::LedgerCreation::never;
  if (needed && settings.ledger.is_file()) {  // whose lock makes a file beside it
    const Result<bool> there = ledger::is_there(settings.ledger);
    if (!there) return from(there.error());
    if (!*there) return no_ledger(settings);
  }
  const ledger::Holding holding = request.options.in_fleet ? ledger::Holding::shared : ledger::Holding::alone;
  Result<ledger::RunLock> lock = ledger::RunLock::take(
      settings.ledger, holding, [&](const Error& why) { return session.go_on_waiting(why); });
  if (session.gave_up_waiting()) return session.given_up();
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
