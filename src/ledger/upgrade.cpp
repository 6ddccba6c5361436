#include "ledger/upgrade.hpp"

#include <fmt/format.h>

#include <string>

#include "ledger/schema.hpp"

namespace payferry::ledger {
namespace {

constexpr std::int64_t kOldest = 1;

// What each version added to the one before it; the first is version 2's.
constexpr const char* kAdditions[] = {kSteeringSchema, kLearntSchema};
static_assert(kOldest + std::int64_t{std::size(kAdditions)} == kSchemaVersion);

std::int64_t version_of(Database& database) {
  Statement version(database, "PRAGMA user_version");
  return version.bind().next() ? version.integer(0) : 0;
}

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

void upgrade(Database& database) {
  const std::int64_t from = version_of(database);
  if (from == kSchemaVersion) return;
  database.execute("BEGIN IMMEDIATE");
  for (std::int64_t at = from; at < kSchemaVersion; ++at) database.execute(kAdditions[at - kOldest]);
  database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str());
  database.execute("COMMIT");
}

void read_as_newest(Database& database) {
  for (std::int64_t at = version_of(database); at < kSchemaVersion; ++at)
    database.execute(as_temporary(kAdditions[at - kOldest]).c_str());
}

}  // namespace payferry::ledger
