#include "enqueue/enqueue.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "async/time.hpp"
#include "cli/common.hpp"
#include "report/atomic_file.hpp"
#include "telemetry/progress.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kAbout = "Put a list into the queue that a job reads";
constexpr const char* kHelp =
    "JOB.yaml is the very job that reads the queue: its source.amqp says where that is, and its target what "
    "a line needs.\n"
    "Each line of the list becomes one message. A line that the job would reject is not sent; it goes to the "
    "rejects file,\n"
    "with its number and the reason. What the broker has confirmed is remembered beside the ledger: stopped "
    "or "
    "killed at\n"
    "any moment, the same command goes on there, and at most one window of messages is in the queue twice, "
    "which a run\n"
    "takes for duplicates. A list that was sent whole is not sent again, unless it has changed or --again "
    "says "
    "so.\n"
    "\n"
    "Examples:\n"
    "  payferry enqueue JOB.yaml --from customers.csv          plain or .gz; the same command goes on\n"
    "  payferry export NIGHT.yaml --out new.csv && payferry enqueue JOB.yaml --from new.csv\n"
    "  zstdcat big.zst | payferry enqueue JOB.yaml --from -    from its start each time\n"
    "  payferry enqueue JOB.yaml --from customers.rejects.csv  once the rejects are mended\n"
    "\n"
    "Exit codes: 0 every line is confirmed, 3 so are all but the rejected ones, 4 stopped or the broker "
    "lost: "
    "the same\n"
    "command goes on, 2 the list, its header or the queue is not right, 5 the broker cannot be reached or "
    "refuses.\n";

// After a signal, what is on its way is given a little longer than the sender itself waits for it.
constexpr std::chrono::seconds kGrace{10};
constexpr std::chrono::milliseconds kLook{250};

struct Request {
  Common common;
  enqueue::Options options;
  std::string summary_file;
  std::string progress = "auto";
};

// The sender on a thread of its own, with what stands around it: signals, progress.
class Watch {
 public:
  Watch(enqueue::Enqueue& enqueue, telemetry::Progress& progress, telemetry::Log& log)
      : enqueue_(enqueue),
        progress_(progress),
        log_(log),
        signals_(context_, SIGINT, SIGTERM),
        look_(context_),
        grace_(context_) {}

  enqueue::Ending run() {
    await_signal();
    look();
    std::thread sender([this] {
      enqueue::Ending ended = enqueue_.run();
      boost::asio::post(context_, [this, ended = std::move(ended)] { over(ended); });
    });
    context_.run();
    sender.join();
    return ending_;
  }

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }

 private:
  // What was about to be called when it was cancelled is called all the same.
  void over(const enqueue::Ending& ended) {
    ending_ = ended;
    is_over_ = true;
    signals_.cancel();
    look_.cancel();
    grace_.cancel();
  }

  void look() {
    const auto now = std::chrono::steady_clock::now();
    if (progress_.due(now))
      progress_.show(progress_line(enqueue_.standing(), seconds()), now,
                     telemetry::terminal_width(STDERR_FILENO));
    look_.expires_after(kLook);
    look_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled && !is_over_) look();
    });
  }

  // The second one only hurries.
  void await_signal() {
    signals_.async_wait([this](boost::system::error_code cancelled, int number) {
      if (cancelled || is_over_) return;
      const std::string name = number == SIGINT ? "SIGINT" : "SIGTERM";
      if (std::exchange(stopping_, true)) {
        enqueue_.sever();
      } else {
        log_.info("stopping", {{"reason", name}});
        enqueue_.stop("stopped by " + name + "; the same command goes on");
        grace_.expires_after(kGrace);
        grace_.async_wait([this](boost::system::error_code over) {
          if (!over) enqueue_.sever();
        });
      }
      await_signal();
    });
  }

  enqueue::Enqueue& enqueue_;
  telemetry::Progress& progress_;
  telemetry::Log& log_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer look_;
  boost::asio::steady_timer grace_;
  bool stopping_ = false;
  bool is_over_ = false;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  enqueue::Ending ending_;
};

int conclude(const Request& request, const enqueue::Enqueue& enqueue, const enqueue::Ending& ending,
             double seconds) {
  const enqueue::Standing now = enqueue.standing();
  const bool nothing_sent = now.sent == 0 && ending.outcome == Outcome::usage;
  if (!request.summary_file.empty() && !nothing_sent && ending.outcome != Outcome::ledger) {
    const std::string summary = summary_json(now, enqueue.subject(), ending, seconds);
    const Result<void> written = report::write_atomically(request.summary_file, summary, 0644);
    if (!written) std::fprintf(stderr, "payferry: --summary %s\n", written.error().message.c_str());
  }
  if (!ending.reason.empty()) return fail(ending.outcome, ending.reason);
  if (now.kept.rejected > 0)
    return fail(ending.outcome,
                fmt::format("rejected lines: {}; they are in {}: mend them, and put that in by --from",
                            now.kept.rejected, enqueue.subject().rejects_file));
  return exit_code(ending.outcome);
}

int run(const Request& request) {
  const std::optional<settings::Settings> settings = load_settings(request.common, {false, true});
  if (!settings) return exit_code(Outcome::usage);
  if (settings->source.amqp.queue.empty())
    return fail(
        Outcome::usage,
        "`payferry enqueue` puts a list into the queue that a job reads: give it a job with source.amqp");
  boost::asio::io_context context{1};
  const std::unique_ptr<async::Time> time = async::make_system_time(context);
  telemetry::Progress progress(std::cerr, *telemetry::progress_mode_from(request.progress),
                               ::isatty(STDERR_FILENO) == 1);
  telemetry::Log log(log_level(request.common), log_format(request.common), time->clock());
  log.before_each_line([&progress] { progress.clear(); });
  Result<std::unique_ptr<enqueue::Enqueue>> opened = enqueue::Enqueue::open(*settings, request.options, log);
  if (!opened) return fail(opened.error());
  enqueue::Enqueue& enqueue = **opened;
  if (enqueue.ended_before()) {
    fmt::print(stderr,
               "{}: what can be sent of it is in queue {} already, and it has not changed since; --again "
               "sends it again\n",
               enqueue.subject().list, enqueue.subject().queue);
    return conclude(request, enqueue, *enqueue.ended_before(), 0);
  }
  Watch watch(enqueue, progress, log);
  const enqueue::Ending ending = watch.run();
  progress.finish(progress_line(enqueue.standing(), watch.seconds()), 0);
  log.info("enqueue_ended",
           {{"job", settings->job}, {"outcome", to_string(ending.outcome)}, {"reason", ending.reason}});
  return conclude(request, enqueue, ending, watch.seconds());
}

std::string whole_window(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), ::isdigit);
  return digits && std::stoi(text) >= 1 && std::stoi(text) <= 65535 ? "" : "write a whole number, 1 to 65535";
}

}  // namespace

void add_enqueue(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<Request>();
  CLI::App* command = app.add_subcommand("enqueue", kAbout);
  add_common(*command, request->common);
  command->add_option("--from", request->options.list, "The list; - is standard input")
      ->required()
      ->type_name("FILE");
  command->add_flag("--again", request->options.again, "Send all of the list, whatever was sent before");
  command->add_option("--window", request->options.window, "Messages that are sent and not confirmed at most")
      ->check(whole_window)
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--rejects", request->options.rejects_file,
                   "Where lines go that cannot be sent [LIST.rejects.csv beside the list]")
      ->type_name("FILE");
  command->add_option("--summary", request->summary_file, "Write the counts as JSON when it ends")
      ->type_name("FILE");
  command->add_option("--progress", request->progress, "auto, plain (a line now and then) or none")
      ->check(CLI::IsMember({"auto", "plain", "none"}))
      ->capture_default_str()
      ->type_name("MODE");
  command->footer(kHelp);
  command->callback([request, &chosen] { chosen = [request] { return run(*request); }; });
}

}  // namespace payferry::cli
