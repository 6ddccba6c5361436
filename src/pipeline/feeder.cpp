#include "pipeline/feeder.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include "pipeline/account_guard.hpp"

namespace payferry::pipeline {
namespace {

constexpr std::size_t kMostPerLoad = 256;

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

bool Selection::takes(const Item& item) const {
  if (!accounts.empty() && !contains(accounts, item.account)) return false;
  if (types.empty()) return true;
  return contains(types, item.details.type.empty() ? item.content.type : item.details.type);
}

Feeder::Feeder(boost::asio::io_context& context, Shared& shared, Selection selection, std::size_t window)
    : shared_(shared),
      selection_(std::move(selection)),
      window_(window),
      lanes_running_(context, shared.time),
      alarm_(shared.time.make_alarm()) {}

void Feeder::open(std::int64_t account_id, const std::string& account, bool lost, std::int64_t first_item) {
  if (!selection_.accounts.empty() && !contains(selection_.accounts, account)) return;
  if (held_.contains(account_id)) return;
  const Window::Account& opened = window_.open(account_id, account, lost, first_item);
  shared_.gate.introduce(opened.place.index, account);
  alarm_->wake();
}

void Feeder::hold(std::int64_t account_id, const std::string& account, bool lost) {
  held_[account_id] = Held{account, lost};
}

void Feeder::release() {
  const auto held = std::exchange(held_, {});
  for (const auto& [id, account] : held) open(id, account.account, account.lost, 1);
}

// A skipped account leaves memory to the others: its lanes are turned away at the gate, and what they had is
// read again when the account is taken again.
void Feeder::steered() {
  const auto& skipped = shared_.gate.throttle().controls().skipped;
  for (auto& [id, account] : window_.accounts()) {
    const bool skip = skipped.contains(account.place.index);
    if (skip == account.skipped) continue;
    if (skip) {
      window_.skip(account);
      continue;
    }
    if (shared_.guard) shared_.guard->ask_again(id);
    window_.take_again(account);
  }
  alarm_->wake();
}

void Feeder::resize(std::size_t window) {
  if (!window_.resize(window)) return;
  alarm_->wake();
}

Shards Feeder::busy() const {
  Shards shards = 0;
  for (const auto& [name, lane] : lanes_) shards |= Shards{1} << lane->shard();
  return shards;
}

bool Feeder::is_idle() const {
  return !loading_ && held_.empty() && lanes_.empty() && window_.in_memory() == 0 &&
         !window_.anything_to_load();
}

void Feeder::intake_ended() {
  intake_ended_ = true;
  for (auto& [id, account] : window_.accounts()) tell_if_done(account);
  alarm_->wake();
}

async::Task<void> Feeder::run() {
  while (!shared_.stop.requested() && !shared_.canary.exhausted()) {
    if (Window::Account* account = window_.next_to_load()) {
      const bool loaded = co_await load(*account);
      if (!loaded) break;
      continue;
    }
    if (intake_ended_ && !window_.anything_to_load() && window_.in_memory() == 0) break;
    co_await alarm_->wait_until(SteadyTime::max());
  }
  co_await lanes_running_.wait();
}

ledger::Ledger::Answer<std::vector<ledger::Work>> Feeder::next_of(const Window::Account& account,
                                                                  std::size_t limit) {
  if (selection_.attached) return shared_.ledger.load_attached(account.id, account.after, limit);
  return shared_.ledger.load(account.id, account.after, limit);
}

async::Task<bool> Feeder::load(Window::Account& account) {
  const std::size_t limit = std::min(window_.room_for(account), kMostPerLoad);
  loading_ = true;
  Result<std::vector<ledger::Work>> found = co_await next_of(account, limit);
  loading_ = false;
  if (!found) {
    shared_.stop.request(Why::ledger, found.error().message);
    co_return false;
  }
  const std::int64_t last = found->empty() ? account.after : found->back().item.id;
  const bool exhausted = found->size() < limit;
  // Set back meanwhile: what comes before these is to be loaded first.
  if (!account.rewound)
    for (ledger::Work& work : *found) take(account, std::move(work));
  window_.loaded(account, last, exhausted);
  tell_if_done(account);
  co_return true;
}

void Feeder::tell_if_done(Window::Account& account) {
  if (!intake_ended_ || account.told || shared_.stop.requested() || !Window::is_done(account)) return;
  account.told = true;
  shared_.events.account_done(account.name);
}

void Feeder::take(Window::Account& account, ledger::Work&& work) {
  if (!selection_.takes(work.item)) {
    if (work.item.id > account.furthest) ++left_out_;
    return;
  }
  const int shard = shard_of(work.item.link_id, work.item.id);
  // Given up while it was being loaded.
  if (!holds(served_, shard)) return;
  const std::string name = plan::lane_of(work.item, work.link ? &*work.link : nullptr);
  if (account.place.closed || account.skipped || window_.holds(work.item.id) || kept_.contains(work.item.id))
    return;
  const auto running = lanes_.find(name);
  if (running != lanes_.end() && running->second->is_full()) {
    running->second->leave(work.item.id);
    window_.leave(account);
    return;
  }
  if (!window_.admit(account, work, name)) return;
  std::shared_ptr<Lane>& lane = lanes_[name];
  const bool idle = lane == nullptr;
  if (idle) lane = std::make_shared<Lane>(name, shard);
  lane->add(std::move(work));
  if (idle) lanes_running_.spawn(run_lane(account, lane));
}

async::Task<bool> Feeder::may_move(Window::Account& account) {
  if (!shared_.guard) co_return true;
  const Guarded guarded = co_await shared_.guard->admit(account.place, account.id, account.name);
  co_return guarded == Guarded::pass;
}

async::Task<void> Feeder::run_lane(Window::Account& account, std::shared_ptr<Lane> lane) {
  const std::uint64_t skips = account.skips;
  bool going = co_await may_move(account);
  while (going && !lane->empty() && holds(served_, lane->shard())) {
    std::list<ledger::Work> taken = lane->take();
    ledger::Work& work = taken.front();
    const std::int64_t id = work.item.id;
    Link* link = lane->link_of(work);
    UsedMethods* used = selection_.spare_used ? &lane->used() : nullptr;
    Move move(shared_, account.place, std::move(work.item), link, std::move(work.intent), &lane->existing(),
              used);
    const Moved moved = co_await move.run();
    if (moved == Moved::parked) window_.park(lane->name());
    // Its clone could not be detached: it is what it was, and would be loaded and asked for again.
    if (moved == Moved::ended && move.item().state == State::succeeded && selection_.attached)
      kept_.insert(id);
    going = moved == Moved::ended;
    window_.ended(account, id);
    alarm_->wake();
  }
  while (!lane->empty()) window_.ended(account, lane->take().front().item.id);
  lanes_.erase(lane->name());
  if (lane->left_from()) window_.open(account.id, account.name, account.place.lost, *lane->left_from());
  tell_if_done(account);
  // Skipped and taken again while this lane was ending: what it left was not seen by who looked meanwhile.
  if (!going && skips != account.skips && !account.skipped) window_.take_again(account);
  alarm_->wake();
}

}  // namespace payferry::pipeline
