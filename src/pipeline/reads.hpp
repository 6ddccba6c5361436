#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/move.hpp"
#include "plan/request.hpp"

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

// All pages of a list, `path` having its parameters but not the cursor. Where it is not answered with `done`,
// `all` holds what the pages before said.
template <class T>
async::Task<Read> read_pages(Shared& shared, AccountPlace& account, Endpoint endpoint, std::string path,
                             std::string stripe_account, std::vector<T>& all) {
  Read page;
  std::string after;
  for (bool more = true; more;) {
    std::string next = after.empty() ? path : path + "&starting_after=" + plan::percent_encoded(after);
    page = co_await read(shared, account, endpoint, std::move(next), stripe_account);
    if (page.kind != Read::Kind::answered || page.verdict.kind != stripe::Kind::done) co_return page;
    auto& found = std::get<stripe::Page<T>>(page.verdict.object);
    more = found.has_more && !found.data.empty();
    if (more) after = found.data.back().id;
    for (T& each : found.data) all.push_back(std::move(each));
  }
  co_return page;
}

}  // namespace payferry::pipeline
