#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "async/time.hpp"
#include "notify/command.hpp"
#include "notify/occasions.hpp"
#include "notify/payload.hpp"
#include "notify/post.hpp"
#include "settings/settings.hpp"
#include "telemetry/log.hpp"

namespace payferry::notify {

// Tells whom the job file names what happens, one thing after the other, in order. Nothing waits for it but
// the end of the run, and that for notify.timeout at most. What cannot be told is a warning.
class Notifier {
 public:
  static constexpr std::size_t kMostWaiting = 100;
  static constexpr int kAttempts = 3;

  // Error: usage, for a CA file that cannot be read.
  static Result<std::unique_ptr<Notifier>> make(boost::asio::io_context& context, async::Time& time,
                                                const settings::Settings& settings, telemetry::Log& log);

  // What the snapshot gives occasion for.
  void look(const telemetry::Snapshot& now);
  void account_done(const std::string& account, const telemetry::Snapshot& now);
  // That a plan was made, in the JSON of `plan --json`: the first and last word of `payferry plan`.
  void planned(const std::string& job, const std::string& plan);
  // The last word; run() returns when everything is told, or in notify.timeout.
  void finish(const telemetry::Snapshot& last);
  // Gives up what is not told yet.
  void give_up();

  async::Task<void> run();

 private:
  Notifier(async::Time& time, const settings::Settings& settings, telemetry::Log& log,
           std::unique_ptr<Post> post);

  bool wants(Event event) const;
  void tell(Event event, const std::string& account, const telemetry::Snapshot& now);
  void close(SteadyTime deadline);
  SteadyTime deadline() const;
  bool is_over() const;
  async::Task<void> deliver(Notification notification);
  async::Task<void> deliver_by_post(const Notification& notification);
  HttpRequest request_for(const Notification& notification) const;
  void warn(const Notification& notification, const char* way, const std::string& message);

  async::Time& time_;
  const settings::NotifySettings& settings_;
  telemetry::Log& log_;
  std::unique_ptr<async::Alarm> alarm_;
  std::unique_ptr<Post> post_;
  std::optional<Command> command_;
  Occasions occasions_;
  std::deque<Notification> waiting_;
  std::uint64_t made_ = 0;
  std::optional<SteadyTime> closes_at_;
};

}  // namespace payferry::notify
