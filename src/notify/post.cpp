#include "notify/post.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "async/group.hpp"

namespace payferry::notify {
namespace {

// What the connection advises is about Stripe's address.
Error without_advice(Error error) {
  error.message = error.message.substr(0, error.message.find("; "));
  return error;
}

}  // namespace

Result<std::unique_ptr<Post>> Post::make(boost::asio::io_context& context, async::Time& time,
                                         const std::string& base, const std::string& ca_file, bool open) {
  Result<stripe::ApiBase> parsed = open ? stripe::parse_open_base(base) : stripe::parse_api_base(base);
  if (!parsed) return parsed.error();
  stripe::Options options;
  options.ca_file = ca_file;
  options.max_answer_bytes = 64 * 1024;
  Result<stripe::WireFactory> factory = stripe::make_wire_factory(context, options, *parsed);
  if (!factory) return factory.error();
  return std::unique_ptr<Post>(new Post(context, time, std::move(*parsed), std::move(*factory)));
}

Post::Post(boost::asio::io_context& context, async::Time& time, stripe::ApiBase base,
           stripe::WireFactory make_wire)
    : context_(context),
      time_(time),
      alarm_(time.make_alarm()),
      base_(std::move(base)),
      make_wire_(std::move(make_wire)) {}

std::string Post::bytes_of(const HttpRequest& request) const {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: payferry/" PAYFERRY_VERSION
                                  "\r\nConnection: close\r\nContent-Length: {}\r\n",
                                  request.method, request.path, base_.authority, request.body.size());
  for (const std::string& header : request.headers) bytes += header + "\r\n";
  return bytes + "\r\n" + request.body;
}

async::Task<Result<int>> Post::send(HttpRequest request, SteadyTime deadline) {
  const std::string bytes = bytes_of(request);
  wire_ = make_wire_();
  deadline_ = deadline;
  done_ = false;
  async::Group watching(context_, time_);
  watching.spawn(watch());
  Result<int> status = co_await exchange(bytes);
  done_ = true;
  alarm_->wake();
  co_await watching.wait();
  wire_.reset();
  if (!status && time_.clock().steady() >= deadline_)
    co_return make_error(Errc::interrupted, "no answer in time");
  co_return status;
}

async::Task<Result<int>> Post::exchange(const std::string& bytes) {
  const Result<void> opened = co_await wire_->open();
  if (!opened) co_return without_advice(opened.error());
  const stripe::Trip trip = co_await wire_->carry(bytes);
  if (!trip.answer) co_return make_error(Errc::unreachable, "no answer: " + trip.failure);
  co_return trip.answer->status;
}

async::Task<void> Post::watch() {
  while (!done_ && time_.clock().steady() < deadline_) {
    const SteadyTime deadline = deadline_;
    co_await alarm_->wait_until(deadline);
  }
  if (!done_) wire_->abort();
}

void Post::hurry(SteadyTime deadline) {
  if (done_) return;
  deadline_ = std::min(deadline_, deadline);
  alarm_->wake();
}

}  // namespace payferry::notify
