#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>

#include "async/time.hpp"
#include "notify/post.hpp"
#include "settings/settings.hpp"
#include "telemetry/log.hpp"

namespace payferry::cli {

// Brings the metrics to where metrics.textfile and metrics.push_gateway say: every metrics.interval, and a
// last time when the run has ended. What cannot be brought is a warning.
class MetricsOutlet {
 public:
  using Text = std::function<std::string()>;

  // Error: usage, for a gateway that is no URL.
  static Result<std::unique_ptr<MetricsOutlet>> make(boost::asio::io_context& context, async::Time& time,
                                                     const settings::Settings& settings, telemetry::Log& log,
                                                     Text text);

  // Returns after close(), when the last has been brought, or could not be in some seconds.
  async::Task<void> run();
  void close();

 private:
  MetricsOutlet(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
                telemetry::Log& log, Text text, std::unique_ptr<notify::Post> gateway);

  async::Task<void> bring();
  async::Task<void> push(std::string text);

  boost::asio::io_context& context_;
  async::Time& time_;
  const settings::Settings& settings_;
  telemetry::Log& log_;
  Text text_;
  std::unique_ptr<notify::Post> gateway_;
  std::unique_ptr<async::Alarm> alarm_;
  boost::asio::thread_pool disk_{1};
  bool closing_ = false;
};

}  // namespace payferry::cli
