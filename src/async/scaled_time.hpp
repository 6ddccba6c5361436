#pragma once

#include <memory>

#include "async/time.hpp"

// Time that passes faster than the machine's: for rehearsing hours in minutes. Whoever shares one of these
// clocks lives at the same speed.
namespace payferry::async {

class ScaledClock final : public Clock {
 public:
  // From now on `speed` seconds pass in one of the machine's; speed is above 0.
  explicit ScaledClock(double speed);
  SteadyTime steady() const override;
  Stamp stamp() const override;
  // When the machine's clock shows what this one calls `moment`.
  SteadyTime on_the_machine(SteadyTime moment) const;
  double speed() const { return speed_; }

 private:
  SystemClock machine_;
  const double speed_;
  const SteadyTime begin_;
  const Stamp begin_stamp_;
};

std::unique_ptr<Time> make_scaled_time(boost::asio::io_context&, std::shared_ptr<const ScaledClock>);

}  // namespace payferry::async
