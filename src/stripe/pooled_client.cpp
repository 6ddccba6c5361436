#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <deque>
#include <exception>
#include <vector>

#include "stripe/pool.hpp"
#include "stripe/wire.hpp"
#include "stripe/wire_format.hpp"

namespace payferry::stripe {
namespace {

using async::Task;
using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, async::Executor>;
using WirePtr = std::unique_ptr<Wire>;

// More callers than this cannot come of a bounded window: somebody forgot to hand back leases.
constexpr std::size_t kMaxWaiters = 4096;

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

Error stopped() {
  return make_error(Errc::stopped, "the client was stopped");
}

struct Waiter;
class LeasedWire;

// Shared by the client, its leases and the coroutines in flight: whichever goes last closes the door.
struct Core {
  Core(boost::asio::io_context& context, const Options& options, const ApiBase& base, WireFactory factory)
      : executor(context.get_executor()),
        format(base, options.api_key),
        make_wire(std::move(factory)),
        pool(options.max_connections, options.idle_timeout) {}

  // A connection that the other side has closed meanwhile is no turn.
  Turn<WirePtr> take() {
    for (;;) {
      Turn<WirePtr> turn = pool.take(now());
      if (turn.kind != Turn<WirePtr>::reuse || turn.value->looks_alive()) return turn;
      pool.forget();
    }
  }

  // Of kind reuse or wait.
  Turn<WirePtr> take_idle() {
    Turn<WirePtr> turn;
    if (pool.idle() > 0) turn = take();
    if (turn.kind == Turn<WirePtr>::open) {
      pool.forget();
      turn.kind = Turn<WirePtr>::wait;
    }
    return turn;
  }

  void hand_back(WirePtr wire, bool usable) {
    if (usable && !is_stopped) {
      pool.keep(std::move(wire), now());
    } else {
      wire.reset();
      pool.forget();
    }
    serve();
  }

  void serve();
  void abort();

  async::Executor executor;
  WireFormat format;
  WireFactory make_wire;
  Pool<WirePtr> pool;
  std::deque<Waiter*> waiters;    // in the order in which they came
  std::vector<LeasedWire*> busy;  // what abort() has to end
  bool is_stopped = false;
};

// Someone for whom there is no connection yet. Lives in the waiting coroutine's frame.
struct Waiter {
  explicit Waiter(std::shared_ptr<Core> of) : core(std::move(of)), timer(core->executor) {
    timer.expires_at(Timer::time_point::max());
    core->waiters.push_back(this);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    std::erase(core->waiters, this);
    if (turn.kind != Turn<WirePtr>::wait)
      core->hand_back(std::move(turn.value), turn.kind == Turn<WirePtr>::reuse);
  }

  Turn<WirePtr> release() {
    Turn<WirePtr> mine = std::move(turn);
    turn.kind = Turn<WirePtr>::wait;
    return mine;
  }

  std::shared_ptr<Core> core;
  Timer timer;
  Turn<WirePtr> turn;
};

void Core::serve() {
  while (!waiters.empty() && !is_stopped) {
    Turn<WirePtr> turn = take();
    if (turn.kind == Turn<WirePtr>::wait) return;
    Waiter* first = waiters.front();
    waiters.pop_front();
    first->turn = std::move(turn);
    first->timer.cancel();
  }
}

// A place in the pool and the wire in it. Dropping it gives both back.
class LeasedWire final : public Connection {
 public:
  LeasedWire(std::shared_ptr<Core> core, Turn<WirePtr> turn)
      : core_(std::move(core)),
        wire_(std::move(turn.value)),
        place_(core_->busy.size()),
        is_reused_(turn.kind == Turn<WirePtr>::reuse),
        is_usable_(is_reused_) {
    if (!wire_) wire_ = core_->make_wire();
    core_->busy.push_back(this);
  }
  LeasedWire(const LeasedWire&) = delete;
  LeasedWire& operator=(const LeasedWire&) = delete;
  ~LeasedWire() override {
    // The last one takes its place: a thousand may be leased.
    core_->busy[place_] = core_->busy.back();
    core_->busy[place_]->place_ = place_;
    core_->busy.pop_back();
    core_->hand_back(std::move(wire_), is_usable_);
  }

  Wire& wire() { return *wire_; }
  bool is_reused() const { return is_reused_; }
  void set_usable(bool usable) { is_usable_ = usable; }

  // Never another pooled one: what idled as long as this one may be just as dead.
  void replace() {
    wire_ = core_->make_wire();
    is_reused_ = false;
    is_usable_ = false;
  }

 private:
  std::shared_ptr<Core> core_;
  WirePtr wire_;
  std::size_t place_;  // in Core::busy
  bool is_reused_;
  bool is_usable_;
};

void Core::abort() {
  is_stopped = true;
  pool.drop_idle();
  for (LeasedWire* leased : busy) leased->wire().abort();
  for (Waiter* waiter : waiters) waiter->timer.cancel();
  waiters.clear();
}

Task<Result<Turn<WirePtr>>> wait_for_turn(std::shared_ptr<Core> core) {
  if (core->waiters.size() >= kMaxWaiters)
    co_return make_error(Errc::internal, "too many callers wait for a connection");
  Waiter waiter(core);
  boost::system::error_code ignored;
  co_await waiter.timer.async_wait(boost::asio::redirect_error(async::use_task, ignored));
  if (core->is_stopped) co_return stopped();
  co_return waiter.release();
}

Task<Result<Lease>> lease_wire(std::shared_ptr<Core> core) {
  if (core->is_stopped) co_return stopped();
  Turn<WirePtr> turn;
  if (core->waiters.empty()) turn = core->take();
  if (turn.kind == Turn<WirePtr>::wait) {
    Result<Turn<WirePtr>> granted = co_await wait_for_turn(core);
    if (!granted) co_return granted.error();
    turn = std::move(*granted);
  }
  auto leased = std::make_unique<LeasedWire>(core, std::move(turn));
  if (!leased->is_reused()) {
    const Result<void> opened = co_await leased->wire().open();
    if (core->is_stopped) co_return stopped();
    if (!opened) co_return opened.error();
    leased->set_usable(true);
  }
  co_return Lease(std::move(leased));
}

// Nobody is overtaken.
Lease lease_idle(const std::shared_ptr<Core>& core) {
  if (core->is_stopped || !core->waiters.empty()) return nullptr;
  Turn<WirePtr> turn = core->take_idle();
  if (turn.kind != Turn<WirePtr>::reuse) return nullptr;
  return std::make_unique<LeasedWire>(core, std::move(turn));
}

// Once more over a fresh connection. That the first sending reached a socket is not taken back.
Task<Trip> carry_afresh(LeasedWire& leased, const std::string& bytes) {
  leased.replace();
  const Result<void> opened = co_await leased.wire().open();
  Trip trip;
  if (opened) {
    trip = co_await leased.wire().carry(bytes);
  } else {
    trip.failure = "reset";
  }
  co_return trip;
}

Task<void> send_over(std::shared_ptr<Core> core, LeasedWire& leased, const std::string& bytes,
                     Exchange& out) {
  leased.set_usable(false);
  Trip trip = co_await leased.wire().carry(bytes);
  out.sends = trip.sent ? 1 : 0;
  if (leased.is_reused() && trip.is_stale() && !core->is_stopped) {
    trip = co_await carry_afresh(leased, bytes);
    if (trip.sent) ++out.sends;
  }
  out.sent = out.sends > 0;
  leased.set_usable(trip.reusable);
  out.answer = std::move(trip.answer);
  if (!out.answer) out.failure = core->is_stopped ? "stopped" : trip.failure;
}

Task<Exchange> carry_out(std::shared_ptr<Core> core, Lease lease, std::optional<std::string> bytes) {
  Exchange out;
  auto* leased = dynamic_cast<LeasedWire*>(lease.get());
  if (leased == nullptr || !bytes || core->is_stopped) {
    out.failure = core->is_stopped ? "stopped" : "invalid_request";
    co_return out;
  }
  const SteadyTime begin = now();
  try {
    co_await send_over(core, *leased, *bytes, out);
  } catch (const std::exception&) {
    // Out of memory or worse: nothing is known of the request but that it may have been sent.
    out.answer.reset();
    out.failure = "internal";
    out.sent = true;
  }
  out.latency = now() - begin;
  // Before the caller goes on: what it does next may need this connection.
  lease.reset();
  co_return out;
}

// What readers and clients have in common: Face is one of the two.
template <class Face>
class Pooled : public Face {
 public:
  explicit Pooled(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~Pooled() override { core_->abort(); }
  Pooled(const Pooled&) = delete;
  Pooled& operator=(const Pooled&) = delete;

  Task<Result<Lease>> connect() override {
    try {
      Result<Lease> lease = co_await lease_wire(core_);
      co_return lease;
    } catch (const std::exception& e) {
      co_return make_error(Errc::internal, std::string("no connection could be made: ") + e.what());
    }
  }

  Task<Exchange> ask(Lease lease, Query query) override {
    return carry_out(core_, std::move(lease), core_->format.write(query));
  }

  void abort() override { core_->abort(); }

 protected:
  std::shared_ptr<Core> core_;
};

class PooledReader final : public Pooled<Reader> {
 public:
  using Pooled<Reader>::Pooled;
};

class PooledClient final : public Pooled<Client> {
 public:
  using Pooled<Client>::Pooled;
  Lease take_idle() override { return lease_idle(core_); }
  Task<Exchange> send(Lease lease, Request request) override {
    return carry_out(core_, std::move(lease), core_->format.write(request));
  }
};

Result<std::shared_ptr<Core>> make_core(boost::asio::io_context& context, const Options& options) {
  const Result<ApiBase> base = parse_api_base(options.api_base);
  if (!base) return base.error();
  if (options.api_key.empty() || !is_header_safe(options.api_key))
    return make_error(Errc::usage, "stripe.api_key is empty or holds a blank or a line end");
  if (options.max_connections == 0) return make_error(Errc::usage, "at least one connection is needed");
  Result<WireFactory> make_wire = make_wire_factory(context, options, *base);
  if (!make_wire) return make_wire.error();
  return std::make_shared<Core>(context, options, *base, std::move(*make_wire));
}

}  // namespace

std::unique_ptr<Client> make_pooled_client(boost::asio::io_context& context, const Options& options,
                                           const ApiBase& base, WireFactory make_wire) {
  return std::make_unique<PooledClient>(std::make_shared<Core>(context, options, base, std::move(make_wire)));
}

Result<std::unique_ptr<Client>> make_client(boost::asio::io_context& context, Options options) {
  Result<std::shared_ptr<Core>> core = make_core(context, options);
  if (!core) return core.error();
  return std::unique_ptr<Client>(std::make_unique<PooledClient>(std::move(*core)));
}

Result<std::unique_ptr<Reader>> make_reader(boost::asio::io_context& context, Options options) {
  Result<std::shared_ptr<Core>> core = make_core(context, options);
  if (!core) return core.error();
  return std::unique_ptr<Reader>(std::make_unique<PooledReader>(std::move(*core)));
}

}  // namespace payferry::stripe
