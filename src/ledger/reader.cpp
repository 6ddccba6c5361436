#include "ledger/reader.hpp"

#include <unordered_map>

#include "ledger/content.hpp"
#include "ledger/count.hpp"
#include "ledger/history.hpp"
#include "ledger/learnt.hpp"
#include "ledger/lives.hpp"
#include "ledger/opening.hpp"
#include "ledger/owner.hpp"
#include "ledger/rollback.hpp"
#include "ledger/runs.hpp"
#include "ledger/stored_checks.hpp"

namespace payferry::ledger {
namespace {

constexpr const char* kMapping = R"sql(
  SELECT a.account, i.customer, i.payment_method, coalesce(l.target_customer, ''), i.clone_id, i.type, i.fingerprint,
    i.last4, i.exp_month, i.exp_year, i.brand
  FROM entry e JOIN item i ON i.id = e.item JOIN account a ON a.id = i.account LEFT JOIN link l ON l.id = i.link
  WHERE e.input = ? AND i.state = 1 ORDER BY e.item)sql";

// A rejected line's cells are named by the input that holds it, an item's by the input that its content came
// from.
constexpr const char* kRejects = R"sql(
  SELECT line, account, 'rejected', '', code, message, '', cells, input FROM reject WHERE input = ?1
  UNION ALL
  SELECT e.line, a.account, CASE i.state WHEN 3 THEN 'failed' ELSE 'blocked' END,
    CASE i.step WHEN 0 THEN 'clone' WHEN 1 THEN 'create_customer' WHEN 2 THEN 'attach' WHEN 3 THEN 'set_default'
      ELSE 'detach' END,
    CASE i.state WHEN 3 THEN i.reason ELSE a.lost_code END,
    CASE i.state WHEN 3 THEN i.message ELSE a.lost_message END, i.request_id, i.cells, i.cells_input
  FROM entry e JOIN item i ON i.id = e.item JOIN account a ON a.id = i.account
    LEFT JOIN intent t ON t.item = i.id AND t.state <> 3
  WHERE e.input = ?1 AND (i.state = 3 OR (i.state = 0 AND a.lost_code <> '' AND (t.id IS NULL OR t.state = 1)))
  ORDER BY 1, 2)sql";

class StoredReader final : public Reader {
 public:
  StoredReader(LedgerPlace place, std::unique_ptr<Database> database, Owner owner)
      : place_(std::move(place)), database_(std::move(database)), owner_(std::move(owner)) {}

  Owner owner() const override { return owner_; }

  void hold() override {
    guarded([&] { database_->hold(); });
  }

  void interrupt() noexcept override { database_->interrupt(); }

  std::int64_t present_input(const std::string& job) override {
    return guarded([&] { return ledger::present_input(*database_, job); });
  }

  std::vector<std::string> columns(std::int64_t input) override {
    return guarded([&] { return columns_of(input); });
  }

  Tally tally(std::int64_t input) override {
    return guarded([&] {
      // One moment for all of its counts.
      const bool held = database_->in_transaction();
      if (!held) database_->hold();
      const Tally counted = count(*database_, input);
      if (!held) database_->commit();
      return counted;
    });
  }

  std::optional<RunRecord> last_run(const std::string& job) override {
    return guarded([&] { return ledger::last_run(*database_, job); });
  }

  std::vector<SteeringRecord> steering(std::int64_t run, std::size_t most) override {
    return guarded([&] { return steering_of(*database_, run, most); });
  }

  std::vector<LearntLimit> learnt() override {
    return guarded([&] { return ledger::learnt(*database_); });
  }

  std::vector<FleetWorker> fleet() override {
    if (place_.is_file()) return {};
    return guarded([&] { return fleet_of(*database_); });
  }

  std::optional<InputPlace> place(std::int64_t input) override {
    return guarded([&]() -> std::optional<InputPlace> {
      Statement find(*database_, "SELECT identity, position, complete FROM input WHERE id = ?");
      if (!find.bind(input).next()) return std::nullopt;
      return InputPlace{find.text(0), find.text(1), find.integer(2) != 0};
    });
  }

  std::vector<Life> lives(const std::string& id) override {
    return guarded([&] { return lives_of(*database_, owner_, id); });
  }

  std::unique_ptr<Checks> begin_checks(const CheckFilter& filter) override {
    return guarded([&] { return make_checks(*database_, place_, filter); });
  }

  RollbackPlan plan_rollback(const RollbackFilter& filter) override {
    return guarded([&] { return ledger::plan_rollback(*database_, filter); });
  }

  void for_each_mapping(std::int64_t input, const std::function<void(const MappingRow&)>& take) override {
    guarded([&] { map(input, take); });
  }

  void for_each_reject(std::int64_t input, const std::function<void(const RejectRow&)>& take) override {
    guarded([&] { list_rejects(input, take); });
  }

  void for_each_answer(std::int64_t input, const std::function<void(const PastAnswer&)>& take) override {
    guarded([&] { ledger::for_each_answer(*database_, input, take); });
  }

  void for_each_entry(std::int64_t input, const std::function<void(const EntryEnd&)>& take) override {
    guarded([&] { ledger::for_each_entry(*database_, input, take); });
  }

  void for_each_run(const std::string& job, std::int64_t input,
                    const std::function<void(const RunRecord&)>& take) override {
    guarded([&] { ledger::for_each_run(*database_, job, input, take); });
  }

  std::vector<AccountName> account_names() override {
    return guarded([&] { return ledger::account_names(*database_); });
  }

 private:
  template <class Read>
  auto guarded(Read read) -> decltype(read()) {
    try {
      return read();
    } catch (const DatabaseError& error) {
      throw Unreadable(explain(error, place_).message);
    }
  }

  std::vector<std::string> columns_of(std::int64_t input) {
    Statement find(*database_, "SELECT columns FROM input WHERE id = ?");
    return find.bind(input).next() ? decode_list(find.text(0)) : std::vector<std::string>();
  }

  void map(std::int64_t input, const std::function<void(const MappingRow&)>& take) {
    Statement rows(*database_, kMapping, Rows::many);
    for (rows.bind(input); rows.next();) {
      const MappingRow row{rows.text(0),
                           rows.text(1),
                           rows.text(2),
                           rows.text(3),
                           rows.text(4),
                           {rows.text(5), rows.text(6), rows.text(7), rows.text(10),
                            static_cast<int>(rows.integer(8)), static_cast<int>(rows.integer(9))}};
      take(row);
    }
  }

  void list_rejects(std::int64_t input, const std::function<void(const RejectRow&)>& take) {
    std::unordered_map<std::int64_t, std::vector<std::string>> names;
    Statement rows(*database_, kRejects, Rows::many);
    for (rows.bind(input); rows.next();) {
      const std::int64_t named_by = rows.integer(8);
      if (!names.contains(named_by)) names[named_by] = columns_of(named_by);
      const RejectRow row{static_cast<std::uint64_t>(rows.integer(0)),
                          rows.text(1),
                          rows.text(2),
                          rows.text(3),
                          rows.text(4),
                          rows.text(5),
                          rows.text(6),
                          names[named_by],
                          decode_list(rows.text(7))};
      take(row);
    }
  }

  const LedgerPlace place_;
  std::unique_ptr<Database> database_;
  Owner owner_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(const LedgerPlace& place) {
  try {
    Result<std::unique_ptr<Database>> database = open_for_reading(place);
    if (!database) return database.error();
    const Owner owner = read_owner(**database);
    return std::unique_ptr<Reader>(std::make_unique<StoredReader>(place, std::move(*database), owner));
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

}  // namespace payferry::ledger
