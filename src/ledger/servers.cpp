#include "ledger/servers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "core/host.hpp"
#include "ledger/owner.hpp"
#include "ledger/postgres.hpp"
#include "ledger/schema.hpp"
#include "ledger/upgrade.hpp"

namespace payferry::ledger {
namespace {

Error refuse(const LedgerPlace& place, const std::string& what) {
  return make_error(Errc::ledger, fmt::format("ledger {}: {}", place.string(), what));
}

// Who we are for whoever looks at the server's connections, or finds the ledger held.
std::string application() {
  return fmt::format("payferry {} {}", ::getpid(), host_name()).substr(0, 63);
}

// One at a time makes the tables, or adds to them.
void lock_definition(Database& database) {
  Statement take(database, "SELECT pg_advisory_xact_lock(CAST(? AS integer), hashtext(current_schema()))");
  take.bind(std::int64_t{kDefinitionLock}).next();
}

std::unique_ptr<Database> connect(const LedgerPlace& place) {
  std::unique_ptr<Database> database = connect_postgres(place, application());
  // What is answered is durable, whatever the server's own settings say; and nobody ends us for being slow.
  // A worker that vanished without a word loses its connection, and with it the lock, after 25 s.
  database->execute(
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
      "'off';"
      "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
      "SET standard_conforming_strings = on; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;"
      "SET tcp_keepalives_count = 3; SET tcp_user_timeout = 25000");
  return database;
}

// What no wait would mend. libpq tells of the server's refusals only in words, but whether it takes
// connections. Words about certificates are its own; no server is asked for more where one does not prove who
// it is.
bool is_hopeless(const DatabaseError& error, const LedgerPlace& place, int& refusals) {
  if (error.kind() != DatabaseError::Kind::gone) return true;
  if (std::string_view(error.what()).find("certificate") != std::string_view::npos) return true;
  // It may have come back between the two questions.
  constexpr int kInARow = 2;
  refusals = is_taking_connections(place) ? refusals + 1 : 0;
  return refusals >= kInARow;
}

// Who starts while its server restarts waits for it.
std::unique_ptr<Database> connect_patiently(const LedgerPlace& place, const Waiting& waiting) {
  constexpr std::chrono::seconds kFirstContact{30};
  const auto until = std::chrono::steady_clock::now() + kFirstContact;
  for (int refusals = 0;;) {
    try {
      return connect(place);
    } catch (const DatabaseError& error) {
      if (is_hopeless(error, place, refusals) || std::chrono::steady_clock::now() >= until) throw;
      const Error why = refuse(
          place,
          fmt::format("the server cannot be reached yet ({}); it is tried for half a minute", error.what()));
      if (!waiting(why)) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

bool has_tables(Database& database) {
  Statement find(database, R"sql(
    SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'meta' AND relnamespace = to_regnamespace(current_schema())::oid)sql");
  return find.bind().next();
}

// Tables of that name that somebody else made hold no version.
Result<void> check_version(Database& database, const LedgerPlace& place) {
  const std::int64_t version = database.version();
  if (version == 0)
    return refuse(place,
                  "its database has tables that are not a ledger's; name another database under `ledger`, or "
                  "another schema (options=-csearch_path%3Dname)");
  if (!is_known_version(version))
    return refuse(place,
                  fmt::format("its schema is version {}, this program knows version {}; use the Payferry "
                              "that wrote it or a newer one. Nothing was changed",
                              version, kSchemaVersion));
  return {};
}

bool lock(Database& database, Holding holding) {
  Statement take(database,
                 holding == Holding::alone
                     ? "SELECT pg_try_advisory_lock(CAST(? AS integer), hashtext(current_schema()))"
                     : "SELECT pg_try_advisory_lock_shared(CAST(? AS integer), hashtext(current_schema()))");
  return take.bind(kApplicationId).next() && take.integer(0) != 0;
}

std::string holder_of(Database& database) {
  Statement find(database, R"sql(
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = ?
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1)sql");
  const std::string name = find.bind(kApplicationId).next() ? find.text(0) : "";
  return name.starts_with("payferry ") ? "process " + name.substr(9) : "another process";
}

}  // namespace

Error explain_server(const DatabaseError& error, const LedgerPlace& place) {
  constexpr const char* kSafe = "What it had confirmed is safe, and nothing was sent since";
  using Kind = DatabaseError::Kind;
  switch (error.kind()) {
    case Kind::gone:
      return refuse(place,
                    fmt::format("the server cannot be reached any more, or refuses the connection ({}). {}; "
                                "run the same command again when it is back",
                                error.what(), kSafe));
    case Kind::full:
      return refuse(
          place,
          fmt::format("the server's disk is full; make room and run the same command again. {}", kSafe));
    case Kind::unwritable:
      return refuse(
          place, fmt::format("the user may not do what a ledger needs ({}): let it own the database or the "
                             "schema, and name a server that takes writes. {}",
                             error.what(), kSafe));
    case Kind::fenced:
      return refuse(place, fmt::format("{}. {}; start it again", kFenced, kSafe));
    case Kind::foreign:
      return refuse(place,
                    fmt::format("its tables are not a ledger's ({}); name another database under `ledger`. "
                                "Nothing was sent",
                                error.what()));
    case Kind::damaged:
      return refuse(place,
                    fmt::format("its data is damaged ({}). Nothing is sent with it. Keep it, look with "
                                "`payferry ledger check`, and restore your newest backup within a day of "
                                "the last run: so long Stripe remembers what was done since that backup, "
                                "and does nothing twice",
                                error.what()));
    default:
      return refuse(place, fmt::format("{}. {}", error.what(), kSafe));
  }
}

void set_patience(Database& database, int seconds) {
  database.execute(fmt::format("SET lock_timeout = '{}s'", seconds).c_str());
}

std::unique_ptr<Database> connect_server(const LedgerPlace& place) {
  return connect(place);
}

Result<std::unique_ptr<Database>> lock_server(const LedgerPlace& place, Holding holding,
                                              const Waiting& waiting) {
  try {
    std::unique_ptr<Database> database = waiting ? connect_patiently(place, waiting) : connect(place);
    // The server needs a moment to notice that a killed worker's connection has ended.
    constexpr int kTries = 20;
    for (int tries = 0; tries < kTries; ++tries) {
      if (lock(*database, holding)) {
        if (holding == Holding::shared) set_patience(*database, kPatience);
        return database;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return refuse(place,
                  fmt::format("{} is using it; wait until that run has ended, or stop it. Nothing was sent",
                              holder_of(*database)));
  } catch (const DatabaseError& error) {
    return explain_server(error, place);
  }
}

Result<std::unique_ptr<Database>> open_server_for_writing(std::unique_ptr<Database> locked,
                                                          const LedgerPlace& place, const Owner& owner) {
  Database& database = *locked;
  database.begin();
  lock_definition(database);
  if (!has_tables(database)) {
    define_newest(database);
    write_owner(database, owner);
  }
  database.commit();
  const Result<void> known = check_version(database, place);
  if (!known) return known.error();
  const Result<void> ours = check_owner(database, place, owner);
  if (!ours) return ours.error();
  upgrade(database);
  return locked;
}

Result<std::unique_ptr<Database>> open_server_for_reading(const LedgerPlace& place) {
  std::unique_ptr<Database> database = connect(place);
  if (!has_tables(*database))
    return refuse(
        place, "there are no tables of a ledger; the job has not run yet, or `ledger` names another place");
  const Result<void> known = check_version(*database, place);
  if (!known) return known.error();
  read_as_newest(*database);
  database->execute("SET default_transaction_read_only = on");
  return database;
}

Result<bool> is_server_there(const LedgerPlace& place) {
  const std::unique_ptr<Database> database = connect(place);
  return has_tables(*database);
}

}  // namespace payferry::ledger
