#include "ledger/check.hpp"

#include "core/digest.hpp"
#include "ledger/check_rules.hpp"
#include "ledger/files.hpp"

namespace payferry::ledger {
namespace {

constexpr std::size_t kExamples = 5;

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text ? std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value))) : "";
}

void identity(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* owner = static_cast<const Owner*>(sqlite3_user_data(context));
  const Identity made = identity_of(
      {text_of(values[0]), owner->platform, to_string(owner->mode), text_of(values[1]), text_of(values[2])});
  sqlite3_result_blob(context, made.data(), static_cast<int>(made.size()), SQLITE_TRANSIENT);
}

void add_identity(Database& database, Owner& owner) {
  const int code =
      sqlite3_create_function(database.handle(), "payferry_identity", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                              &owner, identity, nullptr, nullptr);
  if (code != SQLITE_OK) throw SqliteError(code, sqlite3_errstr(code));
}

void add(Violation& violation, std::string example) {
  ++violation.count;
  if (violation.examples.size() < kExamples) violation.examples.push_back(std::move(example));
}

Violation look_at_structure(Database& database) {
  Violation violation{"structure", "the file itself is damaged", 0, {}};
  Statement looked(database, "PRAGMA integrity_check(100)");
  for (looked.bind(); looked.next();)
    if (looked.text(0) != "ok") add(violation, looked.text(0));
  return violation;
}

Violation look_at(Database& database, const CheckRule& rule) {
  Violation violation{rule.name, rule.meaning, 0, {}};
  Statement rows(database, rule.sql);
  for (rows.bind(); rows.next();) add(violation, rows.text(0));
  return violation;
}

std::uint64_t count_of(Database& database, const char* sql) {
  Statement row(database, sql);
  return row.bind().next() ? static_cast<std::uint64_t>(row.integer(0)) : 0;
}

// Rows of a broken structure say nothing: then the rules are not asked.
void look_at_everything(Database& database, Findings& findings) {
  Violation structure = look_at_structure(database);
  if (structure.count > 0) {
    findings.violations.push_back(std::move(structure));
    return;
  }
  findings.accounts = count_of(database, "SELECT count(*) FROM account");
  findings.links = count_of(database, "SELECT count(*) FROM link");
  findings.items = count_of(database, "SELECT count(*) FROM item");
  findings.intents = count_of(database, "SELECT count(*) FROM intent");
  for (const CheckRule& rule : check_rules()) {
    Violation violation = look_at(database, rule);
    if (violation.count > 0) findings.violations.push_back(std::move(violation));
  }
}

}  // namespace

Result<Findings> check(const std::filesystem::path& path) {
  Result<std::unique_ptr<Database>> database = open_for_reading(path);
  if (!database) return database.error();
  try {
    const Result<Owner> owner = read_owner(**database, path);
    if (!owner) return owner.error();
    Findings findings;
    findings.owner = *owner;
    add_identity(**database, findings.owner);
    // One moment for all of it, whatever a run does meanwhile.
    (*database)->execute("BEGIN");
    look_at_everything(**database, findings);
    (*database)->execute("COMMIT");
    return findings;
  } catch (const SqliteError& error) {
    return explain(error, path);
  }
}

}  // namespace payferry::ledger
