#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "async/task.hpp"
#include "core/clock.hpp"

namespace payferry::stripe {

class Deadline;

// One timer for the deadlines of all connections: a request sets two, and hardly any is ever reached, so that
// noting when it would be has to be enough. Make it with std::make_shared; the deadlines keep it alive.
class Deadlines : public std::enable_shared_from_this<Deadlines> {
 public:
  explicit Deadlines(const async::Executor& executor) : timer_(executor) {}

 private:
  friend class Deadline;
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, async::Executor>;

  void add(Deadline& deadline);
  void remove(Deadline& deadline);
  void wait_until(SteadyTime moment);
  void look(SteadyTime now);

  Timer timer_;
  SteadyTime waits_until_ = SteadyTime::max();  // max: it does not wait
  std::vector<Deadline*> set_;
};

// A moment by which something has to be done.
class Deadline {
 public:
  // `missed` is called once for each set() that is not lifted in time; the deadline is lifted by then.
  Deadline(std::shared_ptr<Deadlines> all, std::function<void()> missed)
      : all_(std::move(all)), missed_(std::move(missed)) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() { lift(); }

  // In the place of what was set before.
  void set(Nanoseconds from_now);
  void lift();

 private:
  friend class Deadlines;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  std::shared_ptr<Deadlines> all_;
  std::function<void()> missed_;
  SteadyTime at_;
  std::size_t place_ = kNowhere;  // in Deadlines::set_
};

}  // namespace payferry::stripe
