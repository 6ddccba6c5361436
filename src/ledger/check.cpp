#include "ledger/check.hpp"

#include <algorithm>

#include "core/digest.hpp"
#include "ledger/check_rules.hpp"
#include "ledger/opening.hpp"
#include "ledger/owner.hpp"

namespace payferry::ledger {
namespace {

constexpr std::size_t kExamples = 5;

void add(Violation& violation, std::string example) {
  ++violation.count;
  if (violation.examples.size() < kExamples) violation.examples.push_back(std::move(example));
}

Violation look_at_structure(Database& database) {
  constexpr int kMost = 100;
  Violation violation{"structure", "the file itself is damaged", 0, {}};
  for (std::string& broken : database.damage(kMost)) add(violation, std::move(broken));
  return violation;
}

// A row of a rule about identities breaks it where its identity is not that of its account and name.
bool breaks(const Statement& row, const CheckRule& rule, const Owner& owner) {
  if (!rule.identity_of) return true;
  const Identity identity =
      identity_of({rule.identity_of, owner.platform, to_string(owner.mode), row.text(1), row.text(2)});
  const std::string found = row.bytes(3);
  return !std::equal(identity.begin(), identity.end(), found.begin(), found.end(),
                     [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
}

Violation look_at(Database& database, const CheckRule& rule, const Owner& owner) {
  Violation violation{rule.name, rule.meaning, 0, {}};
  Statement rows(database, rule.sql, Rows::many);
  for (rows.bind(); rows.next();)
    if (breaks(rows, rule, owner)) add(violation, rows.text(0));
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
    Violation violation = look_at(database, rule, findings.owner);
    if (violation.count > 0) findings.violations.push_back(std::move(violation));
  }
}

}  // namespace

Result<Findings> check(const LedgerPlace& place) {
  Result<std::unique_ptr<Database>> database = open_for_reading(place, Touch::nothing);
  if (!database) return database.error();
  try {
    Findings findings;
    // One moment for all of it, whatever a run does meanwhile.
    (*database)->hold();
    findings.owner = read_owner(**database);
    look_at_everything(**database, findings);
    (*database)->commit();
    return findings;
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

}  // namespace payferry::ledger
