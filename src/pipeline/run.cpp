#include "pipeline/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "pipeline/given_customers.hpp"
#include "pipeline/preflight.hpp"
#include "plan/admission.hpp"
#include "telemetry/summary.hpp"
#include "throttle/schedule.hpp"

namespace payferry::pipeline {

using async::Task;

namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr int kTicksPerNote = 20;
constexpr std::size_t kLeastWindow = 256;
// A request's bytes are handed over long before.
constexpr std::chrono::seconds kWriteSpan{2};

std::uint64_t seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::vector<std::string> moved_types(std::vector<std::string> types,
                                     const std::vector<std::string>& selected) {
  const auto left_out = [&](const std::string& type) {
    return !selected.empty() && std::find(selected.begin(), selected.end(), type) == selected.end();
  };
  std::erase_if(types, left_out);
  return types;
}

CounterpartRules counterpart_rules(const settings::Settings& settings, const RunOptions& options) {
  const settings::TargetSettings& target = settings.target;
  return {target.customer == settings::CustomerRule::create,
          target.other_customers == settings::OthersRule::block, options.new_ledger, target.find_key,
          settings.ledger.string()};
}

}  // namespace

Run::Run(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
         RunOptions options, intake::Source* source, stripe::Client& client, ledger::RunLock lock,
         Monitor& monitor, telemetry::Log& log, std::function<void(const ledger::CommitStats&)> on_commit,
         Observer observe)
    : context_(context),
      time_(time),
      settings_(settings),
      options_(std::move(options)),
      source_(source),
      client_(client),
      lock_(std::move(lock)),
      monitor_(monitor),
      log_(log),
      on_commit_(std::move(on_commit)),
      observe_(std::move(observe)),
      stripe_time_(
          time.clock(),
          [&log](std::int64_t seconds) {
            log.warn(
                "clock_skew",
                {{"seconds", seconds},
                 {"message",
                  "this machine's clock is off from Stripe's by so much; Stripe's is used, and over an hour "
                  "what earlier runs sent counts as forgotten"}});
          }),
      rules_(plan::rules_from(settings)),
      canary_(options_.limit),
      breakers_(plan::breaker_rules(settings.retry.max_delay, settings.retry.attempts)),
      budget_(settings.run.max_failures, settings.run.max_failure_share),
      random_(seed()),
      gate_(context, time, throttle::controls_from(settings.limits)),
      ticker_(time.make_alarm()),
      fleet_alarm_(time.make_alarm()),
      list_alarm_(time.make_alarm()),
      beats_(context, time) {
  gate_.steer(throttle::Writer::job, throttle::changes_from(settings.limits));
  stop_.on_stop([this] { stop_everything(); });
  gate_.on_steered([this] {
    if (feeder_) feeder_->steered();
  });
}

Run::~Run() {
  if (ledger_) ledger_->close();
}

void Run::interrupt(const std::string& reason) {
  // Before the first item moves there is nothing in flight worth waiting for.
  if (stop_.requested() || !moving_) client_.abort();
  stop_.request(Why::signal, reason);
}

void Run::stop_everything() {
  if (stop_.why() == Why::failure_budget) monitor_.budget_was_hit();
  monitor_.stops(stop_.reason());
  gate_.stop();
  if (source_) source_->interrupt();
  if (feeder_) feeder_->wake();
  ticker_->wake();
  list_alarm_->wake();
}

Task<Ending> Run::main() {
  Overheard count = [this](const stripe::Exchange& exchange, const stripe::Verdict& verdict) {
    monitor_.answered("", Endpoint::get_own_account, exchange, verdict);
  };
  const Result<Contact> contact =
      co_await first_contact(context_, client_, time_, settings_.stripe.api_version, std::move(count));
  if (!contact) {
    if (stop_.requested()) co_return Ending{Outcome::unfinished, stop_.reason()};
    co_return Ending{Outcome::refused, contact.error().message};
  }
  stripe_time_.heard(contact->date);
  const std::string& expected = settings_.stripe.platform_account;
  if (!expected.empty() && expected != contact->platform)
    co_return Ending{
        Outcome::refused,
        fmt::format("the API key belongs to {}, but stripe.platform_account says {}; nothing was sent",
                    contact->platform, expected)};
  const Ending ending = co_await work(*contact);
  co_await leave_fleet(ending);
  co_return ending;
}

Task<Ending> Run::work(const Contact& contact) {
  ledger::OpenOptions open{
      settings_.ledger, {contact.platform, settings_.mode}, plan::admission_rules(rules_), on_commit_};
  // Longer, and others have taken over.
  if (options_.in_fleet) open.answers_within = std::chrono::ceil<std::chrono::seconds>(settings_.fleet.lease);
  Result<std::unique_ptr<ledger::Ledger>> opened =
      ledger::open_ledger(context_, std::move(*lock_), std::move(open));
  if (!opened) co_return Ending{Outcome::ledger, opened.error().message};
  ledger_ = std::move(*opened);
  make_shared_parts(contact);
  const Result<void> joined = co_await join_fleet();
  if (!joined) co_return Ending{Outcome::ledger, joined.error().message};
  co_await recall_limits();
  if (options_.roll_back) co_return co_await roll_back();
  const Result<void> given =
      co_await take_given_customers(*ledger_, settings_, stop_, log_, context_.get_executor());
  if (!given) {
    const bool ours = given.error().code == Errc::ledger;
    co_return Ending{ours ? Outcome::ledger : Outcome::usage, given.error().message};
  }
  const Result<ledger::InputState> input = co_await begin_input();
  if (!input) {
    const bool ours = input.error().code == Errc::ledger;
    co_return Ending{ours ? Outcome::ledger : Outcome::unfinished, input.error().message};
  }
  co_await move_everything(*input);
  co_return co_await conclude();
}

void Run::make_shared_parts(const Contact& contact) {
  shared_ = std::make_unique<Shared>(Shared{rules_, settings_.retry.max_delay, options_.fail_fast, time_,
                                            *ledger_, client_, gate_, monitor_, brake_, stop_, canary_,
                                            random_, stripe_time_});
  directory_ = std::make_unique<Directory>(*shared_);
  shared_->directory = directory_.get();
  shared_->request_span = settings_.stripe.timeout + kWriteSpan;
  shared_->breakers = &breakers_;
  shared_->budget = &budget_;
  guard_ = std::make_unique<AccountGuard>(*shared_);
  shared_->guard = guard_.get();
  // Whether the account can take what is moved, and who else is there, is nothing to whoever takes it back.
  if (options_.roll_back) return;
  const settings::PreflightRule rule = settings_.target.preflight;
  if (rule != settings::PreflightRule::off)
    guard_->add(std::make_unique<Preflight>(*shared_, rule, contact.country,
                                            moved_types(rules_.types, options_.selection.types)));
  counterparts_ = std::make_unique<Counterparts>(*shared_, counterpart_rules(settings_, options_));
  shared_->counterparts = counterparts_.get();
  guard_->add(std::make_unique<CounterpartCheck>(*counterparts_));
}

std::size_t Run::window() const {
  return std::max(kLeastWindow, static_cast<std::size_t>(gate_.throttle().in_flight_limit()) * 4);
}

Task<void> Run::move_everything(const ledger::InputState& input) {
  feeder_ = std::make_unique<Feeder>(context_, *shared_, options_.selection, window());
  feeder_->serve(served_);
  moving_ = true;
  const bool hold = is_read_anew(input);
  co_await open_accounts(hold);
  if (fleet_) beats_.spawn(follow_fleet());
  const bool listed = fleet_ && !source_->is_queue();
  const bool begun = fleet_ && fleet_->standing().decision.reads_list;
  Task<void> reading;
  if (listed)
    reading = read_list_when_ours(input, begun);
  else
    reading = read(input);
  co_await feed(&reading);
}

Task<void> Run::read(ledger::InputState input) {
  auto at_end = [this] {
    intake_done_ = true;
    if (!fleet_) feeder_->intake_ended();
  };
  InputReader reader(*shared_, *feeder_, *source_, input.id, std::move(at_end));
  co_await reader.run(context_);
}

// Until everything has its end; `reading`: null where nothing is read.
Task<void> Run::feed(Task<void>* reading) {
  async::Group services(context_, time_);
  async::Group intake(context_, time_);
  if (earlier_) services.spawn(earlier_->run(context_.get_executor(), monitor_, stop_));
  follow_schedule();
  services.spawn(gate_.run());
  services.spawn(tick());
  if (reading)
    intake.spawn(std::move(*reading));
  else
    feeder_->intake_ended();
  co_await feeder_->run();
  if (source_) source_->interrupt();
  moving_ = false;
  list_alarm_->wake();
  co_await intake.wait();
  if (reading && (!fleet_ || fleet_->is_first())) co_await forget_earlier();
  if (earlier_) earlier_->interrupt();
  gate_.stop();
  ticker_->wake();
  co_await services.wait();
}

// Looks after everything that happens by the clock.
Task<void> Run::tick() {
  const SteadyTime started = time_.clock().steady();
  for (int ticks = 1; moving_; ++ticks) {
    co_await ticker_->wait_until(time_.clock().steady() + kTick);
    const SteadyTime now = time_.clock().steady();
    follow_schedule();
    feeder_->resize(window());
    if (settings_.run.deadline && now - started >= *settings_.run.deadline)
      stop_.request(Why::deadline, "the deadline of this run (run.deadline) is reached; run again to go on");
    if (fleet_ && !fleet_->share_holds()) obey_fleet();
    if (gate_.throttle().controls().paused) monitor_.holds_still();
    const std::optional<Nanoseconds> silence = monitor_.without_answer();
    if (silence && *silence >= settings_.run.outage)
      stop_.request(Why::outage, "Stripe has not answered for longer than run.outage; run again to go on");
    monitor_.clock_is_off(stripe_time_.skew_ms());
    observe_(monitor_.snapshot(&gate_));
    if (ticks % kTicksPerNote == 0) co_await note(nullptr);
    if (ticks % kTicksPerNote == 0) co_await note_limits();
  }
}

// Keeps the run's record up to date: what `status` shows, also after a run that was cut off.
Task<bool> Run::note(const Ending* ending) {
  record_.summary = telemetry::noted_json(monitor_.snapshot(ending ? nullptr : &gate_));
  if (ending) {
    record_.ended_ms = time_.clock().wall_ms();
    record_.exit_code = static_cast<int>(ending->outcome);
    record_.outcome = to_string(ending->outcome);
    record_.reason = ending->reason;
  }
  const Result<std::int64_t> id = co_await ledger_->note_run(record_);
  if (id) record_.id = *id;
  if (!id) stop_.request(Why::ledger, id.error().message);
  co_return id.has_value();
}

}  // namespace payferry::pipeline
