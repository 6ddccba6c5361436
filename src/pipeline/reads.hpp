#pragma once

#include <optional>
#include <string>

#include "pipeline/move.hpp"

namespace payferry::pipeline {

// How a read ended: with an answer that decides something (done, refused, account_lost, key_rejected), or
// with none.
struct Read {
  enum class Kind { answered, left, unknown };
  Kind kind = Kind::left;
  stripe::Verdict verdict;
};

// One read of Stripe's side at its place in the throttle, asked again after a back-off until it is answered:
// as often as a write would be, or `attempts` times. `left`: the run stops, or the account is closed.
async::Task<Read> read(Shared& shared, AccountPlace& account, Endpoint endpoint, std::string path,
                       std::string stripe_account, std::optional<int> attempts = std::nullopt);

}  // namespace payferry::pipeline
