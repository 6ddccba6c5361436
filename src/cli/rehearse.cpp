#include <fmt/format.h>
#include <rapidjson/document.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/plan_view.hpp"
#include "cli/session.hpp"
#include "simulator/server.hpp"

// The only file of the program that knows the simulator.
namespace payferry::cli {
namespace {

struct RehearseRequest {
  RunRequest run;
  std::optional<double> speed;
  double latency_ms = plan::kAssumedLatency * 1000;
  std::vector<std::string> faults;
  std::string report_folder;
};

// Requests that client and simulator get through together in one of the machine's seconds, with room.
constexpr double kSensible = 600;

// Goes with its content, however the rehearsal ends short of being killed.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::error_code failed;
    std::string name = (std::filesystem::temp_directory_path(failed) / "payferry-rehearsal-XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr)
      return make_error(Errc::io, name + ": cannot be made; set TMPDIR to a folder with room");
    return TemporaryFolder(name);
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// What of the job is rehearsed: what is read, what is decided, and how fast. Nothing else of the settings is
// taken over, so that nothing else can be reached.
settings::Settings stand_in(const settings::Settings& job, const std::filesystem::path& folder,
                            const std::string& url) {
  settings::Settings rehearsed;
  rehearsed.job = job.job;
  rehearsed.file = job.file;
  rehearsed.source = job.source;
  rehearsed.mode = job.mode;
  rehearsed.target = job.target;
  rehearsed.limits = job.limits;
  rehearsed.retry = job.retry;
  rehearsed.run = job.run;
  rehearsed.stripe.api_version = job.stripe.api_version;
  rehearsed.stripe.timeout = job.stripe.timeout;
  rehearsed.stripe.api_key = job.mode == Mode::live ? "sk_live_rehearsal" : "sk_test_rehearsal";
  rehearsed.stripe.api_base = url;
  rehearsed.ledger = folder / "ledger.db";
  rehearsed.beside = rehearsed.ledger.file();
  rehearsed.metrics.listen = "none";
  return rehearsed;
}

// Stripe's documented limits, or the job's own where Stripe has raised them.
simulator::Limits limits_of(const settings::Settings& job) {
  simulator::Limits limits;
  limits.scope = job.limits.scope == settings::LimitScope::account ? simulator::LimitScope::account
                                                                   : simulator::LimitScope::platform;
  limits.global = std::max(plan::documented_global(job.mode), job.limits.global * 1.25);
  limits.endpoint = std::max(plan::kDocumentedEndpoint, job.limits.endpoint * 1.25);
  return limits;
}

Result<simulator::WorldOptions> world_of(const settings::Settings& job, const RehearseRequest& request,
                                         std::shared_ptr<const async::ScaledClock> clock) {
  simulator::WorldOptions options;
  options.store.any_originals = true;
  options.store.livemode = job.mode == Mode::live;
  options.limits = limits_of(job);
  options.latency_ms = request.latency_ms / clock->speed();
  options.latency_jitter_ms = options.latency_ms / 3;
  options.log_size = 0;
  for (const std::string& text : request.faults) {
    const auto fault = simulator::parse_fault_option(text);
    if (const auto* wrong = std::get_if<std::string>(&fault))
      return make_error(Errc::usage, "--fault " + text + ": " + *wrong);
    options.faults.push_back(std::get<simulator::FaultRule>(fault));
  }
  options.clock = [clock] { return clock->wall_ms() * 1000; };
  return options;
}

double speed_for(const settings::Settings& job, const RehearseRequest& request) {
  return request.speed ? *request.speed : std::clamp(kSensible / job.limits.global, 1.0, 200.0);
}

// The calls that were made, as the summary tells them.
plan::Load load_of(const std::string& summary) {
  plan::Load load;
  rapidjson::Document document;
  document.Parse(summary.data(), summary.size());
  if (!document.IsObject() || !document.HasMember("requests")) return load;
  const auto& by_endpoint = document["requests"]["by_endpoint"];
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    const std::string name(to_string(static_cast<Endpoint>(at)));
    const auto found = by_endpoint.FindMember(name.c_str());
    if (found != by_endpoint.MemberEnd()) load.calls[at] = found->value.GetUint64();
  }
  return load;
}

double seconds_of(const std::string& summary) {
  rapidjson::Document document;
  document.Parse(summary.data(), summary.size());
  return document.IsObject() && document.HasMember("seconds") ? document["seconds"].GetDouble() : 0;
}

void tell_time(const settings::Settings& job, const RehearseRequest& request, const SessionResult& result) {
  const plan::Load load = load_of(result.summary);
  if (plan::sum_of(load.calls) == 0) return;
  settings::LimitSettings limits = job.limits;
  // The summary does not tell the accounts apart.
  limits.scope = settings::LimitScope::platform;
  const plan::Finish finish = plan::finish_at(load, limits, request.latency_ms / 1000);
  fmt::print(
      stderr, "rehearsal: {} requests, {} on its clock. A real run at these limits needs {} or more{}\n",
      plan::sum_of(load.calls), duration_text(seconds_of(result.summary)), duration_text(finish.seconds),
      job.limits.scope == settings::LimitScope::account ? ", less where accounts share no limit" : "");
}

int rehearse(const RehearseRequest& request) {
  const pipeline::Selection& selection = request.run.options.selection;
  if (const std::optional<std::string> wrong = wrong_selection(selection.accounts, selection.types))
    return fail(Outcome::usage, *wrong);
  const std::optional<settings::Settings> job = load_settings(request.run.common, false);
  if (!job) return exit_code(Outcome::usage);
  if (const std::optional<std::string> why = not_of_a_queue(*job, "payferry rehearse"))
    return fail(Outcome::usage, *why);
  const auto clock = std::make_shared<const async::ScaledClock>(speed_for(*job, request));
  Result<simulator::WorldOptions> world = world_of(*job, request, clock);
  if (!world) return fail(world.error());
  const Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder) return fail(folder.error());
  simulator::Server server({}, std::make_unique<simulator::World>(std::move(*world)));
  server.start();
  fmt::print(
      stderr,
      "rehearsal: nothing is sent to Stripe; a simulator in this process answers, at {:.3g} times real "
      "speed\n",
      clock->speed());
  RunRequest run = request.run;
  run.clock = clock;
  const settings::Settings rehearsed = stand_in(*job, folder->path(), server.url());
  const SessionResult result = run_session(rehearsed, run);
  server.stop();
  if (!request.report_folder.empty()) {
    const Result<void> written = write_report(rehearsed, request.report_folder);
    if (!written) std::fprintf(stderr, "payferry: --out: %s\n", written.error().message.c_str());
  }
  const int code = end_session(run, result);
  tell_time(*job, request, result);
  return code;
}

constexpr const char* kHelp =
    "Runs the real file through everything that a run does, but Stripe: a simulator in this process takes "
    "every "
    "well-formed id\n"
    "for an existing one, and the ledger is thrown away. No key is needed. Exit codes and --summary are "
    "those of "
    "`run`; the\n"
    "configured limits are kept on a clock that runs faster.\n"
    "\n"
    "  payferry rehearse JOB.yaml --out rehearsal           with the report that a run would leave\n"
    "  payferry rehearse JOB.yaml --fault reset_after=0.01  with one answer in a hundred lost";

}  // namespace

void add_rehearse(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<RehearseRequest>();
  CLI::App* command = app.add_subcommand(
      "rehearse",
      "The real file through an in-process simulator and a throw-away ledger; no network, no key");
  add_common(*command, request->run.common);
  command->add_option("--speed", request->speed, "How many seconds pass in one [as fast as is sensible]")
      ->check(CLI::Range(0.01, 1000.0))
      ->type_name("N");
  command->add_option("--latency", request->latency_ms, "How long Stripe takes for an answer, on that clock")
      ->check(CLI::Range(0.0, 60'000.0))
      ->capture_default_str()
      ->type_name("MS");
  command
      ->add_option("--fault", request->faults,
                   "What goes wrong, as payferry-simulator's --fault says it; may be repeated")
      ->type_name("FAULT");
  command->add_option("--out", request->report_folder, "Write the report into this folder")->type_name("DIR");
  add_output(*command, request->run);
  command->footer(kHelp);
  command->callback([request, &chosen] { chosen = [request] { return rehearse(*request); }; });
}

}  // namespace payferry::cli
