#include "pipeline/fleet.hpp"

#include <algorithm>
#include <utility>

#include "async/blocking.hpp"

namespace payferry::pipeline {

using async::Task;

Fleet::~Fleet() {
  thread_.join();
}

Task<Result<std::unique_ptr<Fleet>>> Fleet::join(boost::asio::io_context& context, async::Time& time,
                                                 ledger::FleetOptions options) {
  auto fleet = std::make_unique<Fleet>(context, time);
  using Place = Result<std::unique_ptr<ledger::FleetPlace>>;
  auto join = [options = std::move(options)] { return ledger::join_fleet(options); };
  Place place = co_await async::on_thread<Place>(fleet->thread_, context.get_executor(), std::move(join));
  if (!place) co_return place.error();
  fleet->place_ = std::move(*place);
  Result<std::unique_ptr<Fleet>> joined = std::move(fleet);
  co_return joined;
}

Task<Result<void>> Fleet::beat(ledger::Beat beat) {
  auto call = [this, beat = std::move(beat)] { return place_->beat(beat); };
  Result<ledger::Standing> standing =
      co_await async::on_thread<Result<ledger::Standing>>(thread_, context_.get_executor(), std::move(call));
  Result<void> done;
  if (standing)
    standing_ = std::move(*standing);
  else
    done = standing.error();
  co_return done;
}

Task<Result<void>> Fleet::leave(bool done) {
  auto call = [this, done] { return place_->leave(done); };
  co_return co_await async::on_thread<Result<void>>(thread_, context_.get_executor(), std::move(call));
}

bool Fleet::has_company() const {
  const auto own = std::find_if(standing_.workers.begin(), standing_.workers.end(),
                                [&](const ledger::FleetWorker& each) { return each.id == worker(); });
  if (own == standing_.workers.end()) return false;
  return std::any_of(standing_.workers.begin(), standing_.workers.end(),
                     [&](const ledger::FleetWorker& each) {
                       return each.id != worker() && each.live && each.job == own->job;
                     });
}

bool Fleet::is_first() const {
  const auto first = std::find_if(standing_.workers.begin(), standing_.workers.end(),
                                  [](const ledger::FleetWorker& each) { return each.live; });
  return first == standing_.workers.end() || first->id == worker();
}

}  // namespace payferry::pipeline
