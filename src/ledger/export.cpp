#include "ledger/export.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "core/ids.hpp"
#include "core/redact.hpp"
#include "ledger/opening.hpp"
#include "ledger/owner.hpp"

namespace payferry::ledger {
namespace {

struct Kind {
  const char* kind;
  const char* sql;  // columns become members under their names; one that ends in ? is true or false
};

#define PAYFERRY_STEP(column)                                                                         \
  "CASE " column                                                                                      \
  " WHEN 0 THEN 'clone' WHEN 1 THEN 'create_customer' WHEN 2 THEN 'attach' WHEN 3 THEN 'set_default'" \
  " ELSE 'detach' END"

constexpr Kind kKinds[] = {
    {"account", "SELECT id, account, lost_code, lost_ms, looked FROM account ORDER BY id"},
    {"input", R"sql(
       SELECT id, job, identity, position, lines, read, duplicate, amended, differing, complete AS "complete?",
         started_ms FROM input ORDER BY id)sql"},
    {"link", R"sql(
       SELECT l.id, a.account, l.customer, l.target_customer,
         CASE l.origin WHEN 0 THEN 'none' WHEN 1 THEN 'created' ELSE 'reused' END AS origin, l.generation,
         l.creating AS "creating?", l.refused_code, l.refused_request_id
       FROM link l LEFT JOIN account a ON a.id = l.account ORDER BY l.id)sql"},
    {"item",
     "SELECT i.id, a.account, i.link, i.customer, i.payment_method,"
     " CASE i.state WHEN 0 THEN 'pending' WHEN 1 THEN 'succeeded' WHEN 2 THEN 'skipped' ELSE 'failed' END"
     " AS state, " PAYFERRY_STEP(
         "i.step") " AS step, i.reason, i.request_id, i.with_link AS \"with_link?\","
                   " i.clone_id, i.type, i.clone_generation, i.attach_generation, i.default_generation, "
                   "i.detach_generation, "
                   "i.replacements,"
                   " i.orphans, i.adopted AS \"adopted?\","
                   " CASE WHEN EXISTS(SELECT 1 FROM intent t WHERE t.item = i.id) THEN 1 ELSE 0 END AS "
                   "\"touched?\","
                   " coalesce((SELECT t.id FROM intent t WHERE t.item = i.id AND t.state <> 3 LIMIT 1), 0) "
                   "AS intent"
                   " FROM item i LEFT JOIN account a ON a.id = i.account ORDER BY i.id"},
    {"entry", "SELECT input, item, line FROM entry ORDER BY input, item"},
    {"intent",
     "SELECT id, item, " PAYFERRY_STEP("step") " AS step, generation,"
                                               " CASE state WHEN 0 THEN 'open' WHEN 1 THEN 'unsent' WHEN 2 "
                                               "THEN 'unknown' ELSE 'settled' END AS state,"
                                               " first_wall_ms, last_wall_ms, attempts, sends, status, "
                                               "verdict, code, request_id, answered_ms,"
                                               " latency_ms FROM intent ORDER BY id"},
    {"reject", "SELECT id, input, line, account, code FROM reject ORDER BY id"},
    {"run", R"sql(
       SELECT id, job, input, started_ms, ended_ms, pid, exit_code, outcome, reason FROM run ORDER BY id)sql"},
    {"steering", "SELECT id, run, at_ms, who, what, account, old, new FROM steering ORDER BY id"},
};

#undef PAYFERRY_STEP

class Lines {
 public:
  explicit Lines(const std::function<bool(std::string_view)>& take) : take_(take) {}

  bool put_owner(const Owner& owner) {
    begin("ledger");
    put("platform", owner.platform);
    put("mode", std::string(to_string(owner.mode)));
    return end();
  }

  bool put_rows(Database& database, const Kind& kind) {
    Statement rows(database, kind.sql, Rows::many);
    for (rows.bind(); rows.next();) {
      begin(kind.kind);
      for (int column = 0; column < rows.columns(); ++column) put_cell(rows, column);
      if (!end()) return false;
    }
    return true;
  }
  std::uint64_t count() const { return count_; }

 private:
  void begin(const char* kind) {
    buffer_.Clear();
    writer_.Reset(buffer_);
    writer_.StartObject();
    put("kind", kind);
  }
  void put(std::string_view name, const std::string& value) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer_.String(value);
  }
  void put_cell(const Statement& row, int column) {
    std::string_view name = row.name(column);
    const bool is_flag = name.ends_with('?');
    if (is_flag) name.remove_suffix(1);
    if (!row.is_integer(column)) return put(name, shown(name, row.text(column)));
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    if (is_flag)
      writer_.Bool(row.integer(column) != 0);
    else
      writer_.Int64(row.integer(column));
  }
  // A rejected line's cell of the account may hold anything.
  static std::string shown(std::string_view name, const std::string& text) {
    return name == "account" && !is_account_id(text) ? "" : redact(text);
  }
  bool end() {
    writer_.EndObject();
    buffer_.Put('\n');
    ++count_;
    return take_({buffer_.GetString(), buffer_.GetSize()});
  }

  const std::function<bool(std::string_view)>& take_;
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
  std::uint64_t count_ = 0;
};

}  // namespace

Result<std::uint64_t> export_rows(const LedgerPlace& place,
                                  const std::function<bool(std::string_view line)>& take) {
  Result<std::unique_ptr<Database>> database = open_for_reading(place);
  if (!database) return database.error();
  try {
    (*database)->hold();
    Lines lines(take);
    bool more = lines.put_owner(read_owner(**database));
    for (const Kind& kind : kKinds) more = more && lines.put_rows(**database, kind);
    (*database)->commit();
    return lines.count();
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

}  // namespace payferry::ledger
