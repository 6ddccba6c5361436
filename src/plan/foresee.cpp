#include "plan/foresee.hpp"

#include <numeric>

#include "plan/advance.hpp"

namespace payferry::plan {
namespace {

void answer(Step step, Item& item, Link* link, const Rules& rules) {
  switch (step) {
    case Step::clone:
      item.clone_id = "made";
      break;
    case Step::create_customer:
      link->target_customer = "made";
      link->origin = Origin::created;
      succeed(item);
      break;
    case Step::attach:
      after_attached(item, rules);
      break;
    case Step::set_default:
      succeed(item);
      break;
    case Step::detach:
      roll_back(item);
      break;
  }
}

}  // namespace

std::uint64_t sum_of(const Calls& calls) {
  return std::accumulate(calls.begin(), calls.end(), std::uint64_t{0});
}

void add(Calls& to, const Calls& more) {
  for (std::size_t at = 0; at < to.size(); ++at) to[at] += more[at];
}

void foresee(Item& item, Link* link, const Rules& rules, Calls& calls) {
  while (is_under_way(item)) {
    const Next following = next(item, link, rules);
    if (const auto* end = std::get_if<End>(&following)) return apply(*end, item, link);
    const Step step = std::get<Call>(following).step;
    ++of(calls, endpoint_of(step));
    answer(step, item, link, rules);
  }
}

}  // namespace payferry::plan
