#pragma once

namespace payferry::ledger {

inline constexpr int kSchemaVersion = 6;
inline constexpr int kApplicationId = 0x50467279;  // "PFry": tells our files from other SQLite files

// Rows lie in admission order; an identity is the first 16 bytes of a digest under one unique index. States
// are the numbers of core/words.hpp. The partial index finds what is open, however much is done.
inline constexpr const char* kSchema = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE account(
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL UNIQUE,
  lost_code TEXT NOT NULL DEFAULT '',
  lost_message TEXT NOT NULL DEFAULT '',
  lost_ms INTEGER NOT NULL DEFAULT 0,
  looked INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE input(
  id INTEGER PRIMARY KEY,
  job TEXT NOT NULL,
  identity TEXT NOT NULL,
  columns TEXT NOT NULL,
  position TEXT NOT NULL DEFAULT '',
  lines INTEGER NOT NULL DEFAULT 0,
  read INTEGER NOT NULL DEFAULT 0,
  duplicate INTEGER NOT NULL DEFAULT 0,
  amended INTEGER NOT NULL DEFAULT 0,
  differing INTEGER NOT NULL DEFAULT 0,
  complete INTEGER NOT NULL DEFAULT 0,
  started_ms INTEGER NOT NULL
);
CREATE INDEX input_job ON input(job, id);

CREATE TABLE link(
  id INTEGER PRIMARY KEY,
  identity BLOB NOT NULL,
  account INTEGER NOT NULL REFERENCES account(id),
  customer TEXT NOT NULL,
  target_customer TEXT NOT NULL DEFAULT '',
  origin INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL DEFAULT 0,
  creating INTEGER NOT NULL DEFAULT 0,
  used INTEGER NOT NULL DEFAULT 0,
  refused_code TEXT NOT NULL DEFAULT '',
  refused_message TEXT NOT NULL DEFAULT '',
  refused_request_id TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX link_identity ON link(identity);
CREATE INDEX link_given ON link(account, target_customer) WHERE origin = 2;

CREATE TABLE sighting(
  account INTEGER NOT NULL,
  customer TEXT NOT NULL,
  target_customer TEXT NOT NULL,
  created INTEGER NOT NULL,
  count INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY(account, customer)
) WITHOUT ROWID;

CREATE TABLE item(
  id INTEGER PRIMARY KEY,
  identity BLOB NOT NULL,
  account INTEGER NOT NULL REFERENCES account(id),
  link INTEGER NOT NULL,
  customer TEXT NOT NULL,
  payment_method TEXT NOT NULL,
  state INTEGER NOT NULL,
  step INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT '',
  request_id TEXT NOT NULL DEFAULT '',
  with_link INTEGER NOT NULL DEFAULT 0,
  clone_id TEXT NOT NULL DEFAULT '',
  type TEXT NOT NULL DEFAULT '',
  fingerprint TEXT NOT NULL DEFAULT '',
  last4 TEXT NOT NULL DEFAULT '',
  brand TEXT NOT NULL DEFAULT '',
  exp_month INTEGER NOT NULL DEFAULT 0,
  exp_year INTEGER NOT NULL DEFAULT 0,
  clone_generation INTEGER NOT NULL DEFAULT 0,
  attach_generation INTEGER NOT NULL DEFAULT 0,
  default_generation INTEGER NOT NULL DEFAULT 0,
  detach_generation INTEGER NOT NULL DEFAULT 0,
  replacements INTEGER NOT NULL DEFAULT 0,
  orphans INTEGER NOT NULL DEFAULT 0,
  adopted INTEGER NOT NULL DEFAULT 0,
  is_default INTEGER NOT NULL DEFAULT 0,
  content TEXT NOT NULL,
  content_digest INTEGER NOT NULL,
  cells TEXT NOT NULL,
  cells_input INTEGER NOT NULL
);
CREATE UNIQUE INDEX item_identity ON item(identity);
CREATE INDEX item_open ON item(account, id) WHERE state = 0;
CREATE INDEX item_waiting ON item(link) WHERE with_link = 1;

CREATE TABLE entry(
  input INTEGER NOT NULL,
  item INTEGER NOT NULL,
  line INTEGER NOT NULL,
  PRIMARY KEY(input, item)
) WITHOUT ROWID;

CREATE TABLE intent(
  id INTEGER PRIMARY KEY,
  item INTEGER NOT NULL,
  step INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  state INTEGER NOT NULL,
  path TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  api_version TEXT NOT NULL,
  key_digest TEXT NOT NULL,
  first_wall_ms INTEGER NOT NULL,
  first_boot_ms INTEGER NOT NULL,
  last_wall_ms INTEGER NOT NULL,
  last_boot_ms INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  sends INTEGER NOT NULL,
  status INTEGER NOT NULL DEFAULT 0,
  verdict TEXT NOT NULL DEFAULT '',
  code TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT '',
  request_id TEXT NOT NULL DEFAULT '',
  answered_ms INTEGER NOT NULL DEFAULT 0,
  latency_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX intent_item ON intent(item);

CREATE TABLE reject(
  id INTEGER PRIMARY KEY,
  input INTEGER NOT NULL,
  line INTEGER NOT NULL,
  account TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  cells TEXT NOT NULL
);
CREATE INDEX reject_input ON reject(input, id);

CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  job TEXT NOT NULL,
  input INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  exit_code INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  summary TEXT NOT NULL
);
CREATE INDEX run_job ON run(job, id);
)sql";

// What was steered by hand, in the order in which it was; `run` is the run that was steered.
inline constexpr const char* kSteeringSchema = R"sql(
CREATE TABLE steering(
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  account TEXT NOT NULL,
  old TEXT NOT NULL,
  new TEXT NOT NULL
);
CREATE INDEX steering_run ON steering(run, id);
)sql";

// Where Stripe's limits were met, by whichever job.
inline constexpr const char* kLearntSchema = R"sql(
CREATE TABLE learnt(
  account TEXT NOT NULL,
  what TEXT NOT NULL,
  refused_at_milli INTEGER NOT NULL,
  met_ms INTEGER NOT NULL,
  PRIMARY KEY(account, what)
) WITHOUT ROWID;
)sql";

// Who shares the ledger (fleet.hpp). A worker's id is its fence: it is never used again. Its turns
// (core/turns.hpp), a bit each: what it was told last, and what it may use until it hears. `opened` tells the
// others what was admitted; `looking`: who looks at an account's customers before the first write there.
inline constexpr const char* kFleetSchema = R"sql(
CREATE TABLE worker(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  job TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  turns INTEGER NOT NULL DEFAULT 0,
  turns_before INTEGER NOT NULL DEFAULT 0,
  share_until_ms INTEGER NOT NULL DEFAULT 0,
  demand_micro INTEGER NOT NULL DEFAULT 0,
  idle INTEGER NOT NULL DEFAULT 0,
  shown TEXT NOT NULL DEFAULT ''
);

CREATE TABLE shard(
  id INTEGER PRIMARY KEY,
  worker INTEGER NOT NULL
);

CREATE TABLE opened(
  id INTEGER PRIMARY KEY,
  worker INTEGER NOT NULL,
  account INTEGER NOT NULL,
  first_item INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);

CREATE TABLE looking(
  account INTEGER PRIMARY KEY,
  worker INTEGER NOT NULL
);
)sql";

// What a run has done lately and written into no other table yet (draft.hpp); journal.hpp reads its rows.
inline constexpr const char* kJournalSchema = R"sql(
CREATE TABLE journal(
  id INTEGER PRIMARY KEY,
  data BLOB NOT NULL
);
)sql";

}  // namespace payferry::ledger
