#include "telemetry/notables.hpp"

#include <algorithm>

namespace payferry::telemetry {
namespace {

template <class T>
void add_newest(std::vector<T>& to, T value, std::size_t most) {
  if (to.size() >= most) to.erase(to.begin());
  to.push_back(std::move(value));
}

}  // namespace

void Notables::saw(SeenError error) {
  add_newest(errors, std::move(error), kMostErrors);
}

void Notables::in_trouble(TroubledAccount account) {
  recovered(account.account);
  if (accounts.size() < kMostAccounts) accounts.push_back(std::move(account));
}

void Notables::recovered(const std::string& account) {
  std::erase_if(accounts, [&](const TroubledAccount& each) { return each.account == account; });
}

void Notables::steered(SteeredChange change) {
  add_newest(changes, std::move(change), kMostChanges);
}

void Notables::sample(const Sample& now) {
  if (!history.empty() && now.seconds - history.back().seconds < apart_) return;
  history.push_back(now);
  if (history.size() <= kMostSamples) return;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < history.size(); at += 2) history[kept++] = history[at];
  history.resize(kept);
  apart_ *= 2;
}

}  // namespace payferry::telemetry
