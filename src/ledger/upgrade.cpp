#include "ledger/upgrade.hpp"

#include <string>

#include "ledger/schema.hpp"

namespace payferry::ledger {
namespace {

constexpr std::int64_t kOldest = 1;

// What each version added to the one before it; the first is version 2's. Version 4 added nothing: an item's
// open request is found among the item's requests, and two columns of earlier items say nothing any more.
constexpr const char* kAdditions[] = {kSteeringSchema, kLearntSchema, "", kFleetSchema, kJournalSchema};
static_assert(kOldest + std::int64_t{std::size(kAdditions)} == kSchemaVersion);

// The statements of a schema with every table among the temporary ones.
std::string as_temporary(std::string schema) {
  for (const auto& [plain, temporary] :
       {std::pair<std::string, std::string>{"CREATE TABLE ", "CREATE TABLE temp."},
        {"CREATE INDEX ", "CREATE INDEX temp."},
        {"CREATE UNIQUE INDEX ", "CREATE UNIQUE INDEX temp."}})
    for (std::size_t at = 0; (at = schema.find(plain, at)) != std::string::npos; at += temporary.size())
      schema.replace(at, plain.size(), temporary);
  return schema;
}

}  // namespace

bool is_known_version(std::int64_t version) {
  return version >= kOldest && version <= kSchemaVersion;
}

void define_newest(Database& database) {
  database.define(kSchema);
  for (const char* addition : kAdditions) database.define(addition);
  database.set_version(kSchemaVersion);
}

void upgrade(Database& database) {
  const std::int64_t from = database.version();
  if (from == kSchemaVersion) return;
  database.begin();
  for (std::int64_t at = from; at < kSchemaVersion; ++at) database.define(kAdditions[at - kOldest]);
  database.set_version(kSchemaVersion);
  database.commit();
}

void read_as_newest(Database& database) {
  for (std::int64_t at = database.version(); at < kSchemaVersion; ++at)
    database.define(as_temporary(kAdditions[at - kOldest]));
}

}  // namespace payferry::ledger
