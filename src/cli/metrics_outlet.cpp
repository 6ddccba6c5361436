#include "cli/metrics_outlet.hpp"

#include <utility>

#include "async/blocking.hpp"
#include "report/atomic_file.hpp"
#include "telemetry/metrics.hpp"

namespace payferry::cli {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr unsigned kReadableByAll = 0644;  // node-exporter is another user

}  // namespace

Result<std::unique_ptr<MetricsOutlet>> MetricsOutlet::make(boost::asio::io_context& context,
                                                           async::Time& time,
                                                           const settings::Settings& settings,
                                                           telemetry::Log& log, Text text) {
  std::unique_ptr<notify::Post> gateway;
  if (!settings.metrics.push_gateway.base.empty()) {
    Result<std::unique_ptr<notify::Post>> made =
        notify::Post::make(context, time, settings.metrics.push_gateway.base, settings.stripe.ca_file, true);
    if (!made) return made.error();
    gateway = std::move(*made);
  }
  return std::unique_ptr<MetricsOutlet>(
      new MetricsOutlet(context, time, settings, log, std::move(text), std::move(gateway)));
}

MetricsOutlet::MetricsOutlet(boost::asio::io_context& context, async::Time& time,
                             const settings::Settings& settings, telemetry::Log& log, Text text,
                             std::unique_ptr<notify::Post> gateway)
    : context_(context),
      time_(time),
      settings_(settings),
      log_(log),
      text_(std::move(text)),
      gateway_(std::move(gateway)),
      alarm_(time.make_alarm()) {}

async::Task<void> MetricsOutlet::run() {
  for (bool last = false; !last;) {
    const SteadyTime next = time_.clock().steady() + settings_.metrics.interval;
    if (!closing_) co_await alarm_->wait_until(next);
    last = closing_;  // closed while something was under way: that was not the last word
    co_await bring();
  }
}

void MetricsOutlet::close() {
  closing_ = true;
  if (gateway_) gateway_->hurry(time_.clock().steady());
  alarm_->wake();
}

async::Task<void> MetricsOutlet::bring() {
  const std::string text = text_();
  if (!settings_.metrics.textfile.empty()) {
    auto write = [file = settings_.metrics.textfile, &text] {
      return report::write_atomically(file, text, kReadableByAll);
    };
    const Result<void> written =
        co_await async::on_thread<Result<void>>(disk_, context_.get_executor(), std::move(write));
    if (!written) log_.warn("metrics_not_written", {{"message", written.error().message}});
  }
  if (gateway_) co_await push(text);
}

// PUT replaces what the group held before: a metric that is gone must not stay.
async::Task<void> MetricsOutlet::push(std::string text) {
  const std::string& base = settings_.metrics.push_gateway.path;
  notify::HttpRequest request;
  request.method = "PUT";
  request.path = (base == "/" ? "" : base) + "/metrics/job/payferry/payferry_job/" + settings_.job;
  request.headers = {"Content-Type: " + std::string(telemetry::Metrics::kContentType)};
  request.body = std::move(text);
  const SteadyTime deadline = time_.clock().steady() + kPatience;
  const Result<int> status = co_await gateway_->send(std::move(request), deadline);
  if (status && *status >= 200 && *status < 300) co_return;
  const std::string message =
      status ? "it was answered with " + std::to_string(*status) : status.error().message;
  log_.warn("metrics_not_pushed", {{"message", message}});
}

}  // namespace payferry::cli
