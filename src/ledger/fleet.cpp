#include "ledger/fleet.hpp"

#include <algorithm>
#include <cmath>

#include "ledger/opening.hpp"
#include "ledger/server_clock.hpp"
#include "ledger/servers.hpp"

namespace payferry::ledger {
namespace {

constexpr double kMicro = 1e6;
constexpr int kAll = kShardCount + 1;  // with the list's
// What was admitted is told for so many leases: whoever is not heard of for one begins anew.
constexpr int kToldForLeases = 10;
constexpr int kBeatsPerSweep = 120;
constexpr int kMostTries = 20;

// What a view of the fleet is read from.
constexpr const char* kMembers = R"sql(
  SELECT id, until_ms, turns, turns_before, share_until_ms, demand_micro, idle, name, job, started_ms, shown,
    CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) FROM worker ORDER BY id)sql";
constexpr const char* kShards = "SELECT id, worker FROM shard ORDER BY id";

std::int64_t to_micro(double part) {
  return std::llround(std::clamp(part, 0.0, 1.0) * kMicro);
}

double from_micro(std::int64_t micro) {
  return static_cast<double>(micro) / kMicro;
}

TurnSet turns_from(std::int64_t stored) {
  return static_cast<TurnSet>(stored) & kAllTurns;
}

FleetWorker worker_from(const Statement& row) {
  const std::int64_t now = row.integer(11);
  FleetWorker worker;
  worker.id = row.integer(0);
  worker.live = row.integer(1) > now;
  worker.share = row.integer(4) > now ? part_of(turns_from(row.integer(2))) : 0;
  worker.idle = row.integer(6) != 0;
  worker.name = row.text(7);
  worker.job = row.text(8);
  worker.started_ms = row.integer(9);
  worker.shown = row.text(10);
  return worker;
}

void count_shard(std::vector<FleetWorker>& workers, std::int64_t shard, std::int64_t owner) {
  for (FleetWorker& worker : workers) {
    if (worker.id != owner) continue;
    if (shard == kListShard)
      worker.reads = true;
    else
      ++worker.shards;
  }
}

class ServerFleetPlace final : public FleetPlace {
 public:
  ServerFleetPlace(FleetOptions options, std::unique_ptr<Database> database)
      : options_(std::move(options)),
        database_(std::move(database)),
        lock_(*database_, "SELECT pg_advisory_xact_lock(CAST(? AS integer), hashtext(current_schema()))"),
        now_(*database_, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"),
        members_(*database_, kMembers),
        shards_(*database_, kShards),
        // One whose transaction is still open is left for the next time: waiting for it would hold up all.
        bury_(*database_,
              "DELETE FROM worker WHERE id IN (SELECT id FROM worker WHERE id = ? FOR UPDATE SKIP LOCKED)"),
        take_(*database_, "UPDATE shard SET worker = ? WHERE id = ?"),
        beat_(*database_, R"sql(
          UPDATE worker SET until_ms = ?, turns = ?, turns_before = ?, share_until_ms = ?, demand_micro = ?, idle = ?,
            shown = ? WHERE id = ?)sql"),
        opened_(*database_, R"sql(
          SELECT o.id, o.account, o.first_item, o.worker, a.account, a.lost_code <> '' FROM opened o
          JOIN account a ON a.id = o.account WHERE o.id > ? ORDER BY o.id)sql"),
        input_(*database_, "SELECT id, complete FROM input WHERE job = ? ORDER BY id DESC LIMIT 1") {}

  void join() {
    in_transaction([&] {
      Statement(
          *database_,
          "INSERT INTO shard(id, worker) SELECT n, 0 FROM generate_series(0, ?) AS n ON CONFLICT DO NOTHING")
          .bind(std::int64_t{kShardCount})
          .exec();
      const std::int64_t now = server_now();
      worker_ =
          Statement(*database_, "INSERT INTO worker(name, job, started_ms, until_ms) VALUES(?, ?, ?, ?)")
              .bind(options_.name, options_.job, now, now + options_.lease.count())
              .insert();
      // What was told before is found by looking at all accounts.
      Statement last(*database_, "SELECT coalesce(max(id), 0) FROM opened");
      told_ = last.bind().next() ? last.integer(0) : 0;
    });
  }

  std::int64_t worker() const override { return worker_; }

  Result<Standing> beat(const Beat& beat) override {
    try {
      Standing standing;
      const SteadyTime before = SteadyClock::now();
      in_transaction([&] { standing = beat_now(beat); });
      // Not before it is committed: a transaction that met another is done once more.
      turns_ = standing.decision.turns;
      told_ = standing.told;
      standing.lease_until = before + options_.lease;
      standing.share_until = before + kShareHolds;
      standing.clock_zero = clock_.zero();
      return standing;
    } catch (const DatabaseError& error) {
      return explain(error, options_.place);
    }
  }

  Result<void> leave(bool done) override {
    try {
      in_transaction([&] {
        Statement(*database_, "UPDATE shard SET worker = ? WHERE worker = ?")
            .bind(done ? kNothingLeft : std::int64_t{0}, worker_)
            .exec();
        Statement(*database_, "DELETE FROM worker WHERE id = ?").bind(worker_).exec();
      });
      return {};
    } catch (const DatabaseError& error) {
      return explain(error, options_.place);
    }
  }

 private:
  using SteadyClock = std::chrono::steady_clock;

  // Beats exclude each other: what one decides the next one sees.
  template <class Work>
  void in_transaction(Work work) {
    for (int tries = 1;; ++tries) {
      try {
        database_->begin();
        lock_.bind(std::int64_t{kFleetLock}).next();
        lock_.reset();
        work();
        return database_->commit();
      } catch (const DatabaseError& error) {
        database_->rollback();
        const bool stalled = error.kind() == DatabaseError::Kind::locked;
        if (tries >= kMostTries || (!stalled && error.kind() != DatabaseError::Kind::collided)) throw;
        // Before the shares run out, which holds for whoever waits here.
        if (stalled) database_->evict_stalled(kFleetPatience);
      }
    }
  }

  // In milliseconds since 1970.
  std::int64_t server_now() {
    const SteadyTime before = SteadyClock::now();
    now_.bind().next();
    const std::chrono::microseconds now(now_.integer(0));
    clock_.heard(before, SteadyClock::now(), now);
    now_.reset();
    return std::chrono::floor<std::chrono::milliseconds>(now).count();
  }

  Standing beat_now(const Beat& beat) {
    const std::int64_t now = server_now();
    Standing standing;
    FleetView view = look(now, standing);
    if (!is_member(view)) throw DatabaseError(DatabaseError::Kind::fenced, kFenced);
    give_up(beat.given_up, view);
    for (FleetMember& member : view.members)
      if (member.worker == worker_) member.demand = beat.demand, member.idle = beat.idle;
    bury_dead(view);
    standing.decision = options_.rules(view, beat.reads);
    for (const int shard : standing.decision.take) take_.bind(worker_, shard).exec();
    // Whoever has just taken something has not looked into it yet.
    const bool idle = beat.idle && standing.decision.take.empty();
    beat_
        .bind(now + options_.lease.count(), static_cast<std::int64_t>(standing.decision.turns),
              static_cast<std::int64_t>(turns_), now + kShareHolds.count(), to_micro(beat.demand), idle,
              beat.shown, worker_)
        .exec();
    read_news(standing);
    if (++beats_ % kBeatsPerSweep == 0)
      Statement(*database_, "DELETE FROM opened WHERE at_ms < ?")
          .bind(now - kToldForLeases * options_.lease.count())
          .exec();
    return standing;
  }

  FleetView look(std::int64_t now, Standing& standing) {
    FleetView view;
    view.me = worker_;
    view.owners.assign(kAll, 0);
    for (members_.bind(); members_.next();) {
      FleetMember member;
      member.worker = members_.integer(0);
      member.live = members_.integer(1) > now;
      member.present = members_.integer(4) > now || member.worker == worker_;
      // What it had before may be in use until it has heard of the new one.
      member.granted = turns_from(members_.integer(2) | members_.integer(3));
      member.demand = from_micro(members_.integer(5));
      member.idle = members_.integer(6) != 0;
      view.members.push_back(member);
      standing.workers.push_back(worker_from(members_));
    }
    for (shards_.bind(); shards_.next();) {
      const auto shard = static_cast<std::size_t>(shards_.integer(0));
      if (shard >= view.owners.size()) continue;
      view.owners[shard] = shards_.integer(1);
      count_shard(standing.workers, shards_.integer(0), shards_.integer(1));
    }
    return view;
  }

  bool is_member(const FleetView& view) const {
    return std::any_of(view.members.begin(), view.members.end(),
                       [&](const FleetMember& member) { return member.worker == worker_; });
  }

  void give_up(Shards shards, FleetView& view) {
    for (int shard = 0; shard < kShardCount; ++shard) {
      if (!holds(shards, shard) || view.owners[static_cast<std::size_t>(shard)] != worker_) continue;
      take_.bind(std::int64_t{0}, shard).exec();
      view.owners[static_cast<std::size_t>(shard)] = 0;
    }
  }

  // Only whose row is gone can record nothing any more: before that its lanes are nobody else's.
  void bury_dead(FleetView& view) {
    for (FleetMember& member : view.members) {
      if (member.live || member.worker == worker_) continue;
      bury_.bind(member.worker).exec();
      member.live = database_->changes() == 0;
    }
  }

  void read_news(Standing& standing) {
    standing.told = told_;
    for (opened_.bind(told_); opened_.next();) {
      standing.told = opened_.integer(0);
      if (opened_.integer(3) == worker_) continue;
      standing.opened.push_back(
          {opened_.integer(1), opened_.text(4), opened_.integer(2), opened_.integer(5) != 0});
    }
    input_.bind(options_.job);
    if (!input_.next()) return;
    standing.input = input_.integer(0);
    standing.input_complete = input_.integer(1) != 0;
    input_.reset();
  }

  FleetOptions options_;
  std::unique_ptr<Database> database_;
  Statement lock_, now_, members_, shards_, bury_, take_, beat_, opened_, input_;
  std::int64_t worker_ = 0;
  std::int64_t told_ = 0;  // the last row of `opened` that was read
  TurnSet turns_ = 0;      // in force
  ServerClock clock_;
  int beats_ = 0;
};

}  // namespace

void tell_opened(Database& database, std::int64_t worker, const Admitted& admitted, std::int64_t now_ms) {
  Statement add(database, "INSERT INTO opened(worker, account, first_item, at_ms) VALUES(?, ?, ?, ?)");
  for (const auto& [id, opened] : admitted.opened) add.bind(worker, id, opened.first_item, now_ms).exec();
}

bool begin_look(Database& database, std::int64_t worker, std::int64_t account_id) {
  Statement(database, R"sql(
    INSERT INTO looking(account, worker) VALUES(?, ?)
    ON CONFLICT(account) DO UPDATE SET worker = excluded.worker
      WHERE looking.worker = excluded.worker OR NOT EXISTS(SELECT 1 FROM worker w WHERE w.id = looking.worker))sql")
      .bind(account_id, worker)
      .exec();
  return database.changes() > 0;
}

void end_look(Database& database, std::int64_t worker, std::int64_t account_id) {
  Statement(database, "DELETE FROM looking WHERE account = ? AND worker = ?").bind(account_id, worker).exec();
}

std::vector<FleetWorker> fleet_of(Database& database) {
  std::vector<FleetWorker> workers;
  Statement members(database, kMembers);
  for (members.bind(); members.next();) workers.push_back(worker_from(members));
  Statement shards(database, kShards);
  for (shards.bind(); shards.next();) count_shard(workers, shards.integer(0), shards.integer(1));
  return workers;
}

Result<std::unique_ptr<FleetPlace>> join_fleet(FleetOptions options) {
  try {
    std::unique_ptr<Database> database = connect_server(options.place);
    set_patience(*database, kFleetPatience);
    database->expect_answers_within(std::chrono::ceil<std::chrono::seconds>(options.lease));
    auto place = std::make_unique<ServerFleetPlace>(options, std::move(database));
    place->join();
    return std::unique_ptr<FleetPlace>(std::move(place));
  } catch (const DatabaseError& error) {
    return explain(error, options.place);
  }
}

}  // namespace payferry::ledger
