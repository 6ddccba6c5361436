#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "async/task.hpp"
#include "async/time.hpp"
#include "throttle/steering.hpp"
#include "throttle/throttle.hpp"

namespace payferry::pipeline {

// The waiting that belongs to the throttle's decisions: a coroutine enters before every request and leaves
// when it was answered.
class Gate {
 public:
  Gate(boost::asio::io_context& context, async::Time& time, throttle::Controls controls);

  // A place in flight, held until leave() or answered(), or 0: the run stops, or the account was closed or is
  // skipped. `group`: what the call locks at Stripe's side, whatever the account; 0: nothing.
  async::Task<std::uint64_t> enter(throttle::AccountIndex account, Endpoint endpoint, SteadyTime not_before,
                                   std::uint64_t group = 0);
  // The same where nobody has to wait, and 0 where somebody would.
  std::uint64_t enter_at_once(throttle::AccountIndex account, Endpoint endpoint, std::uint64_t group = 0);
  // The call was not made, or has ended without an answer.
  void leave(std::uint64_t place);
  // It was answered; `pushback`: by that it was too much.
  void answered(std::uint64_t place, std::optional<throttle::Pushback> pushback);

  void proven(throttle::AccountIndex account);
  // Nothing to this account until then; afterwards one call at a time until it is proven again.
  void hold(throttle::AccountIndex account, SteadyTime until);
  void release(throttle::AccountIndex account);
  // Whoever waits for this account, now or later, gets 0.
  void close(throttle::AccountIndex account);
  // Whoever waits for this account now gets 0.
  void turn_away(throttle::AccountIndex account);

  // What this writer wants from now on, instead of what it wanted before.
  // True if something else holds now.
  bool steer(throttle::Writer writer, throttle::Changes changes);
  const throttle::Steering& steering() const { return steering_; }
  // Called whenever what is in force has changed.
  void on_steered(std::function<void()> look) { on_steered_ = std::move(look); }
  // Who is behind an index: those who steer know accounts by their ids.
  void introduce(throttle::AccountIndex index, const std::string& account);

  // The id behind an index; empty for the platform.
  std::string name_of(throttle::AccountIndex index) const;
  // What an earlier run learnt of a limit; `account` empty: the platform's. Accounts that are not known yet
  // get theirs when they are introduced.
  void restore(const std::string& account, std::optional<Endpoint> endpoint, double ceiling, Nanoseconds age,
               SteadyTime now);
  void restore_by_account() { throttle_.restore_by_account(); }

  // Lets tickets through until stop(). Owned by the run.
  async::Task<void> run();
  // Whoever waits, now or later, gets 0.
  void stop();

  const throttle::Throttle& throttle() const { return throttle_; }

 private:
  using Handler = boost::asio::any_completion_handler<void(std::uint64_t)>;
  struct Waiter {
    throttle::AccountIndex account;
    Handler handler;
  };
  bool turns_away(throttle::AccountIndex account) const;
  void obey();
  void release_due(SteadyTime now);
  void let(std::uint64_t id, std::uint64_t answer);

  boost::asio::io_context& context_;
  async::Time& time_;
  std::unique_ptr<async::Alarm> alarm_;
  throttle::Steering steering_;
  throttle::Throttle throttle_;
  std::unordered_map<std::uint64_t, Waiter> waiters_;
  std::unordered_map<throttle::AccountIndex, bool> closed_;
  std::unordered_map<throttle::AccountIndex, SteadyTime> held_;
  std::set<std::pair<SteadyTime, throttle::AccountIndex>> held_until_;  // the same, by time
  std::function<void()> on_steered_;
  std::unordered_map<throttle::AccountIndex, std::string> names_;
  struct Earlier {
    std::optional<Endpoint> endpoint;
    double ceiling = 0;
    Nanoseconds age{0};
  };
  std::unordered_multimap<std::string, Earlier> earlier_;  // of accounts that are not known yet
  std::uint64_t last_id_ = 0;
  bool stopped_ = false;
};

}  // namespace payferry::pipeline
