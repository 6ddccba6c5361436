#include "notify/notifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "notify/signature.hpp"

namespace payferry::notify {
namespace {

constexpr std::chrono::seconds kFirstPause{1};

// Worth another try: what the next moment may cure.
bool is_passing(int status) {
  return status >= 500 || status == 408 || status == 425 || status == 429;
}

}  // namespace

Result<std::unique_ptr<Notifier>> Notifier::make(boost::asio::io_context& context, async::Time& time,
                                                 const settings::Settings& settings, telemetry::Log& log) {
  std::unique_ptr<Post> post;
  if (!settings.notify.url.base.empty()) {
    Result<std::unique_ptr<Post>> made =
        Post::make(context, time, settings.notify.url.base, settings.notify.ca_file, false);
    if (!made) return made.error();
    post = std::move(*made);
  }
  return std::unique_ptr<Notifier>(new Notifier(time, settings, log, std::move(post)));
}

Notifier::Notifier(async::Time& time, const settings::Settings& settings, telemetry::Log& log,
                   std::unique_ptr<Post> post)
    : time_(time), settings_(settings.notify), log_(log), alarm_(time.make_alarm()), post_(std::move(post)) {
  if (!settings_.command.empty())
    command_.emplace(time, settings_.command, std::vector{settings.stripe.api_key, settings_.secret});
}

void Notifier::look(const telemetry::Snapshot& now) {
  for (const Event event : occasions_.look(now)) tell(event, "", now);
}

void Notifier::account_done(const std::string& account, const telemetry::Snapshot& now) {
  look(now);  // a run tells first that it has started
  tell(Event::account_done, account, now);
}

void Notifier::planned(const std::string& job, const std::string& plan) {
  if (wants(Event::planned)) waiting_.push_back(make_plan_notification(job, plan, time_.clock().wall_ms()));
  close(time_.clock().steady() + settings_.timeout);
}

void Notifier::finish(const telemetry::Snapshot& last) {
  for (const Event event : occasions_.ended(last)) tell(event, "", last);
  close(time_.clock().steady() + settings_.timeout);
}

void Notifier::give_up() {
  close(time_.clock().steady());
}

void Notifier::close(SteadyTime at) {
  closes_at_ = closes_at_ ? std::min(*closes_at_, at) : at;
  if (post_) post_->hurry(*closes_at_);
  if (command_) command_->hurry(*closes_at_);
  alarm_->wake();
}

bool Notifier::wants(Event event) const {
  return std::find(settings_.events.begin(), settings_.events.end(), event) != settings_.events.end();
}

void Notifier::tell(Event event, const std::string& account, const telemetry::Snapshot& now) {
  if (!wants(event)) return;
  Notification made = make_notification(event, account, now, time_.clock().wall_ms(), ++made_);
  if (waiting_.size() >= kMostWaiting && event != Event::finished)
    return warn(made, "queue", "too much waits to be told; this is left out");
  waiting_.push_back(std::move(made));
  alarm_->wake();
}

bool Notifier::is_over() const {
  return closes_at_ && time_.clock().steady() >= *closes_at_;
}

SteadyTime Notifier::deadline() const {
  const SteadyTime own = time_.clock().steady() + settings_.timeout;
  return closes_at_ ? std::min(own, *closes_at_) : own;
}

async::Task<void> Notifier::run() {
  while (!waiting_.empty() || !closes_at_) {
    if (waiting_.empty()) {
      co_await alarm_->wait_until(SteadyTime::max());
      continue;
    }
    Notification next = std::move(waiting_.front());
    waiting_.pop_front();
    if (is_over())
      warn(next, "end", "the run has ended, and there was no time left to tell it");
    else
      co_await deliver(std::move(next));
  }
}

async::Task<void> Notifier::deliver(Notification notification) {
  if (command_) {
    const Result<void> ran = co_await command_->run(notification.body, deadline());
    if (!ran) warn(notification, "command", ran.error().message);
  }
  if (post_) co_await deliver_by_post(notification);
}

async::Task<void> Notifier::deliver_by_post(const Notification& notification) {
  std::string failure;
  Nanoseconds pause = kFirstPause;
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    if (attempt > 1) {
      const SteadyTime again = time_.clock().steady() + pause;
      while (!is_over() && time_.clock().steady() < again) {
        const SteadyTime until = closes_at_ ? std::min(again, *closes_at_) : again;
        co_await alarm_->wait_until(until);
      }
      pause *= 4;
    }
    if (is_over()) break;
    HttpRequest request = request_for(notification);
    const Result<int> status = co_await post_->send(std::move(request), deadline());
    if (status && *status >= 200 && *status < 300) co_return;
    failure = status ? fmt::format("it was answered with {}", *status) : status.error().message;
    if (status && !is_passing(*status)) break;
  }
  warn(notification, "url", failure.empty() ? "there was no time left to tell it" : failure);
}

// Signed anew for each attempt: receivers refuse what is old.
HttpRequest Notifier::request_for(const Notification& notification) const {
  const std::int64_t seconds = time_.clock().wall_ms() / 1000;
  return {"POST",
          settings_.url.path,
          {"Content-Type: application/json",
           "Payferry-Event: " + std::string(settings::to_string(notification.event)),
           "Payferry-Notification: " + notification.id,
           "Payferry-Signature: " + signature_of(settings_.secret, seconds, notification.body)},
          notification.body};
}

void Notifier::warn(const Notification& notification, const char* way, const std::string& message) {
  log_.warn("not_notified", {{"event", settings::to_string(notification.event)},
                             {"id", notification.id},
                             {"way", way},
                             {"message", message}});
}

}  // namespace payferry::notify
