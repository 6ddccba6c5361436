#include "ledger/learnt.hpp"

#include <cmath>

namespace payferry::ledger {
namespace {

constexpr double kMilli = 1000;

}  // namespace

void note_learnt(Database& database, const std::vector<LearntLimit>& limits) {
  Statement put(database,
                R"sql(
    INSERT INTO learnt(account, what, refused_at_milli, met_ms) VALUES(?, ?, ?, ?)
    ON CONFLICT(account, what) DO UPDATE SET refused_at_milli = excluded.refused_at_milli, met_ms = excluded.met_ms)sql");
  for (const LearntLimit& limit : limits)
    put.bind(limit.account, limit.what, static_cast<std::int64_t>(std::llround(limit.refused_at * kMilli)),
             limit.met_ms)
        .exec();
}

std::vector<LearntLimit> learnt(Database& database) {
  Statement all(database,
                "SELECT account, what, refused_at_milli, met_ms FROM learnt ORDER BY account, what");
  std::vector<LearntLimit> limits;
  for (all.bind(); all.next();)
    limits.push_back(
        {all.text(0), all.text(1), static_cast<double>(all.integer(2)) / kMilli, all.integer(3)});
  return limits;
}

}  // namespace payferry::ledger
