// What the ledger itself costs: admits items and moves each through its four commits, so many in flight, and
// prints the time an item takes.
//
//   ledger_cost LEDGER [ITEMS] [IN_FLIGHT]

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <cstdlib>

#include "ledger/ledger.hpp"

namespace payferry {
namespace {

using ledger::Ledger;

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "ledger_cost: {}\n", result.error().message);
  std::exit(1);
}

ledger::AdmissionRules rules() {
  ledger::AdmissionRules rules;
  rules.with_links = true;
  rules.start = [](const Entry&) { return ledger::AdmissionRules::Start{}; };
  rules.meet = [](const ledger::Known&, const Entry&, const ledger::AdmissionRules::Start&) {
    return ledger::Meeting::keep;
  };
  return rules;
}

async::Task<void> admit(Ledger& ledger, std::size_t items) {
  std::vector<std::string> columns{std::string("customer")};
  const Result<ledger::InputState> begun = co_await ledger.begin_input("bench", "list", columns, false);
  const ledger::InputState input = must(begun);
  constexpr std::size_t kBatch = 1000;
  for (std::size_t first = 0; first < items; first += kBatch) {
    auto admission = std::make_shared<ledger::Admission>();
    admission->input = input.id;
    for (std::size_t i = first; i < std::min(items, first + kBatch); ++i)
      admission->entries.push_back(
          {i + 2, "acct_A", fmt::format("cus_{}", i), fmt::format("pm_{}", i), {}, nullptr});
    admission->lines = admission->read = admission->entries.size();
    const Result<ledger::Admitted> admitted = co_await ledger.admit(admission);
    must(admitted);
  }
}

async::Task<Intent> ask(Ledger& ledger, const ledger::Work& work, Step step) {
  Intent intent;
  intent.item_id = work.item.id;
  intent.step = step;
  intent.path = "/v1/payment_methods";
  intent.idempotency_key = std::string(64, 'k');
  intent.body = std::string(120, 'b');
  intent.api_version = "2026-09-30.endive";
  intent.key_digest = std::string(16, 'd');
  intent.first_sent = intent.last_sent = Stamp{1, 1, "boot"};
  intent.sends = 1;
  const Result<std::int64_t> id = co_await ledger.intend(intent, work.link);
  intent.id = must(id);
  co_return intent;
}

async::Task<void> answer(Ledger& ledger, ledger::Work& work, Intent intent, State state) {
  ledger::Settlement settlement;
  intent.state = IntentState::settled;
  work.item.state = state;
  settlement.item = work.item;
  settlement.intent = std::move(intent);
  if (state == State::succeeded) {
    work.link->target_customer = "cus_there";
    work.link->origin = Origin::created;
    settlement.link = work.link;
  }
  settlement.answered = Answered{200, "done", "", "", "req_1", 1, 2};
  const Result<bool> settled = co_await ledger.settle(std::move(settlement));
  must(settled);
}

async::Task<void> move(Ledger& ledger, ledger::Work work, std::size_t& left) {
  Intent clone = co_await ask(ledger, work, Step::clone);
  work.item.step = Step::create_customer;
  work.item.clone_id = "pm_clone";
  work.item.details = {"card", "fingerprint", "4242", "visa", 12, 2030};
  co_await answer(ledger, work, std::move(clone), State::pending);
  Intent create = co_await ask(ledger, work, Step::create_customer);
  co_await answer(ledger, work, std::move(create), State::succeeded);
  --left;
}

void move_all(boost::asio::io_context& context, Ledger& ledger, std::vector<ledger::Work> works,
              std::size_t in_flight) {
  std::size_t left = 0;
  for (std::size_t next = 0; next < works.size() || left > 0;) {
    for (; left < in_flight && next < works.size(); ++next, ++left)
      boost::asio::co_spawn(context, move(ledger, std::move(works[next]), left), boost::asio::detached);
    context.run_one();
  }
}

template <class T>
T wait(boost::asio::io_context& context, async::Task<T> task) {
  std::optional<T> value;
  boost::asio::co_spawn(context, std::move(task),
                        [&value](std::exception_ptr, T got) { value = std::move(got); });
  while (!value) context.run_one();
  return std::move(*value);
}

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

void measure(const LedgerPlace& place, std::size_t items, std::size_t in_flight) {
  boost::asio::io_context context;
  auto work = boost::asio::make_work_guard(context);
  std::size_t commits = 0;
  ledger::OpenOptions options{
      place, {"acct_bench", Mode::test}, rules(), [&commits](const ledger::CommitStats&) { ++commits; }};
  auto ledger = must(ledger::open_ledger(context, must(ledger::RunLock::take(place)), std::move(options)));
  auto began = std::chrono::steady_clock::now();
  bool admitted = false;
  boost::asio::co_spawn(context, admit(*ledger, items), [&admitted](std::exception_ptr) { admitted = true; });
  while (!admitted) context.run_one();
  fmt::print("admit   {:8.1f} us an item\n", seconds_since(began) * 1e6 / static_cast<double>(items));
  commits = 0;
  began = std::chrono::steady_clock::now();
  move_all(context, *ledger, must(wait(context, ledger->load(1, 0, items))), in_flight);
  fmt::print("move    {:8.1f} us an item, {:.1f} items a commit\n",
             seconds_since(began) * 1e6 / static_cast<double>(items),
             4.0 * static_cast<double>(items) / static_cast<double>(commits));
  ledger->close();
}

}  // namespace
}  // namespace payferry

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: ledger_cost LEDGER [ITEMS] [IN_FLIGHT]\n");
    return 2;
  }
  const auto number = [&](int at, std::size_t standard) {
    return argc > at ? static_cast<std::size_t>(std::atoll(argv[at])) : standard;
  };
  const std::string_view named = argv[1];
  payferry::LedgerPlace place = std::filesystem::path(named);
  if (payferry::LedgerPlace::names_server(named))
    place = payferry::must(payferry::LedgerPlace::server(named));
  payferry::measure(place, number(2, 5000), number(3, 64));
}
