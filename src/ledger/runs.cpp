#include "ledger/runs.hpp"

namespace payferry::ledger {

std::int64_t note_run(Database& database, const RunRecord& record) {
  const auto bind = [&](Statement& put, const auto&... more) -> Statement& {
    return put.bind(record.job, record.input, record.started_ms, record.ended_ms, record.pid,
                    record.exit_code, record.outcome, record.reason, record.summary, more...);
  };
  if (record.id == 0) {
    Statement add(database, R"sql(
      INSERT INTO run(job, input, started_ms, ended_ms, pid, exit_code, outcome, reason, summary)
      VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?))sql");
    return bind(add).insert();
  }
  Statement put(database, R"sql(
    UPDATE run SET job = ?, input = ?, started_ms = ?, ended_ms = ?, pid = ?, exit_code = ?, outcome = ?,
      reason = ?, summary = ? WHERE id = ?)sql");
  bind(put, record.id).exec();
  return record.id;
}

void note_steering(Database& database, const std::vector<SteeringRecord>& records) {
  Statement put(database, R"sql(
    INSERT INTO steering(run, at_ms, who, what, account, old, new) VALUES(?, ?, ?, ?, ?, ?, ?))sql");
  for (const SteeringRecord& record : records)
    put.bind(record.run, record.at_ms, record.who, record.what, record.account, record.before, record.after)
        .exec();
}

std::vector<SteeringRecord> steering_of(Database& database, std::int64_t run, std::size_t most) {
  Statement find(database, R"sql(
    SELECT at_ms, who, what, account, old, new FROM
      (SELECT * FROM steering WHERE run = ? ORDER BY id DESC LIMIT ?) AS newest ORDER BY id)sql");
  std::vector<SteeringRecord> records;
  for (find.bind(run, static_cast<std::int64_t>(most)); find.next();)
    records.push_back(
        {run, find.integer(0), find.text(1), find.text(2), find.text(3), find.text(4), find.text(5)});
  return records;
}

RunRecord run_from(const Statement& row, const std::string& job) {
  return {row.integer(0),
          job,
          row.integer(1),
          row.integer(2),
          row.integer(3),
          row.integer(4),
          static_cast<int>(row.integer(5)),
          row.text(6),
          row.text(7),
          row.text(8)};
}

std::int64_t present_input(Database& database, const std::string& job) {
  Statement find(database, "SELECT max(id) FROM input WHERE job = ?");
  return find.bind(job).next() ? find.integer(0) : 0;
}

std::optional<RunRecord> last_run(Database& database, const std::string& job) {
  Statement find(database, R"sql(
    SELECT id, input, started_ms, ended_ms, pid, exit_code, outcome, reason, summary FROM run WHERE job = ?
    ORDER BY id DESC LIMIT 1)sql");
  find.bind(job);
  if (!find.next()) return std::nullopt;
  return run_from(find, job);
}

}  // namespace payferry::ledger
