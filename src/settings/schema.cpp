#include "settings/schema.hpp"

#include <algorithm>

#include "settings/converters.hpp"
#include "settings/kafka_tree.hpp"
#include "settings/limit_trees.hpp"
#include "settings/source_trees.hpp"

namespace payferry::settings {
namespace {

// clang-format off
constexpr Key kSchema[] = {
    {.name = "job", .standard = "",
     .takes = "a name of at most 64 characters a-z, 0-9 and -, the first no -",
     .about = "The job's name; the ledger, metrics and reports know the job by it.",
     .convert = to_job, .required = true, .job_only = true},

    {.name = "source.csv", .standard = "",
     .takes = "the path of a CSV file, or \"-\" for standard input",
     .about = "The list to move, relative to the file in which this stands; \"-\" is standard input.",
     .convert = to_csv},
    {.name = "source.amqp", .standard = "",
     .takes = "url and queue, such as { url: amqps://payferry@mq.example.com/vhost, password_file: mq-password, queue: payferry }",
     .about = "A queue of RabbitMQ in place of a list: url, password or password_file, queue, prefetch (1000), ca_file, "
              "declare (false), dead_letter.",
     .tree = to_amqp},
    {.name = "source.kafka", .standard = "",
     .takes = "brokers and topic, such as { brokers: \"kafka.example.com:9093\", username: payferry, password_file: kafka-password, topic: payferry }",
     .about = "A topic of Kafka in place of a list: brokers, topic, group (payferry), username, password or password_file, "
              "mechanism (scram-sha-512), tls (true), ca_file, dead_letter.",
     .tree = to_kafka},
    {.name = "source.idle_exit", .standard = "none",
     .takes = "none or a duration between 1s and 1d, such as 30s",
     .about = "A queue that stays empty for so long is at its end, and so is the run; none: the run waits for more.",
     .convert = to_idle_exit},

    {.name = "stripe.api_key", .standard = "",
     .takes = "${STRIPE_SECRET_KEY} holding a secret or restricted key (sk_… or rk_…), or use api_key_file",
     .about = "The platform's secret or restricted key, from the environment.",
     .convert = to_api_key, .secret = true},
    {.name = "stripe.api_key_file", .standard = "",
     .takes = "the path of a file whose first line is the key",
     .about = "A file whose first line is the key, in place of api_key.",
     .convert = to_api_key_file},
    {.name = "stripe.api_base", .standard = "https://api.stripe.com",
     .takes = "https://host or https://host:port, without path, query or user",
     .about = "Where Stripe is; http:// only towards a loopback address.",
     .convert = to_api_base},
    {.name = "stripe.api_version", .standard = "2026-09-30.endive",
     .takes = "a version such as 2026-09-30.endive",
     .about = "The version of Stripe's API that every request names.",
     .convert = to_api_version},
    {.name = "stripe.ca_file", .standard = "",
     .takes = "the path of a readable file of PEM certificates",
     .about = "Trust this CA bundle instead of the system's.",
     .convert = to_ca_file},
    {.name = "stripe.platform_account", .standard = "",
     .takes = "the platform's id, acct_…",
     .about = "Refuse to run with a key of any other account.",
     .convert = to_platform_account},
    {.name = "stripe.timeout", .standard = "30s",
     .takes = "a duration between 1s and 10m, such as 30s",
     .about = "How long one request may take, from its last byte to the last byte of its answer.",
     .convert = to_timeout},

    {.name = "target.accounts", .standard = "",
     .takes = "ids of connected accounts, such as [acct_A, acct_B]",
     .about = "Where a line without an account of its own goes: to each of these.",
     .convert = to_accounts, .is_list = true},
    {.name = "target.types", .standard = "[card, us_bank_account]",
     .takes = "card, us_bank_account or both, such as [card]",
     .about = "The types to move; others are skipped.",
     .convert = to_types, .is_list = true},
    {.name = "target.customer", .standard = "create",
     .takes = "create, existing or none",
     .about = "create makes a customer where the line names none, existing rejects such a line, "
              "none leaves one unattached clone.",
     .convert = to_customer},
    {.name = "target.set_default", .standard = "marked",
     .takes = "marked, first or none",
     .about = "Which method becomes a customer's default: the one whose column default is true, "
              "the one the customer is created with, or none.",
     .convert = to_set_default},
    {.name = "target.unattached_originals", .standard = "refuse",
     .takes = "refuse or consume",
     .about = "A line without a customer: refuse rejects it, consume shares the method, which uses it up for good.",
     .convert = to_unattached},
    {.name = "target.preflight", .standard = "warn",
     .takes = "warn, block or off",
     .about = "One read an account tells whether it can take what is moved: warn says so, block leaves the items of one that "
              "cannot, off does not ask.",
     .convert = to_preflight},
    {.name = "target.ach_authorised", .standard = "",
     .takes = "who vouches for it, in your own words",
     .about = "Who vouches that the accounts hold the payers' authorisation for their US bank accounts; a run without it warns.",
     .convert = to_ach_authorised},
    {.name = "target.customers_file", .standard = "",
     .takes = "the path of a CSV file with the columns account, customer and target_customer",
     .about = "Which of the platform's customers exist on which account already; Stripe's customer_id_old and "
              "customer_id_new are taken too.",
     .convert = to_customers_file},
    {.name = "target.find", .standard = "none",
     .takes = "none or metadata:KEY, such as metadata:platform_customer",
     .about = "Lists an account's customers and takes those whose metadata KEY holds the id of a platform customer for its "
              "counterparts.",
     .convert = to_find},
    {.name = "target.other_customers", .standard = "block",
     .takes = "block or ignore",
     .about = "An account that has customers of which nothing tells whose they are: block leaves its items, ignore says that "
              "they are someone else's.",
     .convert = to_other_customers},
    {.name = "target.existing_clones", .standard = "ignore",
     .takes = "ignore, skip or adopt",
     .about = "A counterpart that has the same card already: skip moves no second one, adopt takes the one that is there for "
              "the clone, ignore does not look.",
     .convert = to_existing_clones},

    {.name = "limits.global", .standard = "20",
     .takes = "requests per second between 0.1 and 100000",
     .about = "Requests per second in all; 80 with a live key, 20 with a test key (Stripe allows 100 and 25).",
     .convert = to_global},
    {.name = "limits.endpoint", .standard = "20",
     .takes = "requests per second between 0.1 and 100000",
     .about = "Requests per second to each endpoint (Stripe allows 25).",
     .convert = to_endpoint},
    {.name = "limits.scope", .standard = "platform",
     .takes = "platform, account or learn",
     .about = "Whose limit a call for a connected account counts on; Stripe does not say. learn begins with platform and "
              "finds out.",
     .convert = to_scope},
    {.name = "limits.in_flight", .standard = "auto",
     .takes = "auto or a whole number of requests between 1 and 4096",
     .about = "Requests that may wait for their answer at the same time; auto: as many as the rates need, 64 to 1024.",
     .convert = to_in_flight},
    {.name = "limits.endpoints", .standard = "",
     .takes = "endpoints and their rates, such as { clone: 20, attach: 10 }",
     .about = "Requests per second to single endpoints, instead of endpoint.",
     .tree = to_endpoints},
    {.name = "limits.accounts", .standard = "",
     .takes = "accounts and what holds for them, such as { acct_A: { endpoint: 5, weight: 2 } }",
     .about = "Of single accounts: global, endpoint and in_flight are rations of their own, weight (0.1 to 100) their part of "
              "the turns, priority (-9 to 9) who goes first.",
     .tree = to_account_limits},
    {.name = "limits.schedule", .standard = "",
     .takes = "zone and windows, such as { zone: Europe/Berlin, windows: [{ days: mon-fri, hours: 08:00-18:00, global: 20 }] }",
     .about = "What holds at certain hours instead: global, endpoint, in_flight or paused; the first window that fits counts.",
     .tree = to_schedule},

    {.name = "retry.attempts", .standard = "8",
     .takes = "a whole number between 1 and 100",
     .about = "Unknown answers before an item is parked for this run.",
     .convert = to_attempts},
    {.name = "retry.max_delay", .standard = "60s",
     .takes = "a duration between 1ms and 1d, such as 500ms, 60s or 5m",
     .about = "The longest pause between two attempts.",
     .convert = to_max_delay},

    {.name = "run.deadline", .standard = "none",
     .takes = "none or a duration between 1ms and 365d, such as 30m, 6h or 1h30m",
     .about = "Stop with exit code 4 after so long.",
     .convert = to_deadline},
    {.name = "run.outage", .standard = "15m",
     .takes = "a duration between 1ms and 365d, such as 90s, 15m or 2h",
     .about = "Stop with exit code 4 after so long without any answer from Stripe.",
     .convert = to_outage},
    {.name = "run.max_failures", .standard = "none",
     .takes = "none or a whole number of items between 0 and 1000000000",
     .about = "Stop with exit code 4 when more items than this have failed in the run.",
     .convert = to_max_failures},
    {.name = "run.max_failure_share", .standard = "none",
     .takes = "none or a percentage between 0% and 100%, such as 5% or 0.5%",
     .about = "Stop with exit code 4 when more than this share of the run's items has failed, from 100 items on.",
     .convert = to_max_failure_share},

    {.name = "ledger", .standard = ".payferry/ledger.db",
     .takes = "the path of the ledger's file, or postgres://user@host/database",
     .about = "The ledger's file, relative to the file in which this stands; its folder is made. Or postgres://user@host/database, see docs/runbook.md.",
     .convert = to_ledger},
    {.name = "ledger_create", .standard = "auto",
     .takes = "auto or never",
     .about = "Whether a run makes a ledger where there is none; never is for scheduled runs, whose ledger has to be there.",
     .convert = to_ledger_create},
    {.name = "fleet.name", .standard = "",
     .takes = "a name of at most 64 printable characters without blanks, such as ${HOSTNAME}",
     .about = "What this worker is called among those that share a ledger on a server; HOST:PID by default.",
     .convert = to_fleet_name},
    {.name = "fleet.lease", .standard = "auto",
     .takes = "auto or a duration of at most 10m that is longer than stripe.timeout, such as 90s",
     .about = "How long a worker is not heard of before others take over what it had; auto: three times stripe.timeout, at "
              "least 15s.",
     .convert = to_fleet_lease},

    {.name = "metrics.listen", .standard = "127.0.0.1:9464",
     .takes = "host:port with a port between 0 and 65535, or none",
     .about = "Where the live page, /metrics, /healthz and /readyz are served; none switches them off.",
     .convert = to_listen},
    {.name = "metrics.token_file", .standard = "",
     .takes = "the path of a file whose first line is the token",
     .about = "Who steers by the live page, or sees it beyond loopback, has to know the first line of this file.",
     .convert = to_token_file},
    {.name = "metrics.push_gateway", .standard = "",
     .takes = "http://host:port or https://host:port, with a path where there is one",
     .about = "A Pushgateway that gets the metrics, for runs that are over before anybody scrapes them.",
     .convert = to_push_gateway},
    {.name = "metrics.textfile", .standard = "",
     .takes = "the path of a file that ends in .prom",
     .about = "A file for node-exporter's textfile collector that gets the metrics, written aside and renamed.",
     .convert = to_textfile},
    {.name = "metrics.interval", .standard = "15s",
     .takes = "a duration between 100ms and 1h, such as 15s",
     .about = "How often these two get the metrics; once more when the run ends.",
     .convert = to_interval},

    {.name = "notify.command", .standard = "",
     .takes = "a program and its arguments, such as [/usr/local/bin/tell, --team, payments]",
     .about = "A program that is run at each event, with the state as JSON on its standard input; no shell.",
     .convert = to_notify_command, .is_list = true},
    {.name = "notify.url", .standard = "",
     .takes = "https://host/path; http:// only towards a loopback address",
     .about = "Where the same JSON is posted, signed with the secret.",
     .convert = to_notify_url},
    {.name = "notify.secret", .standard = "",
     .takes = "${PAYFERRY_NOTIFY_SECRET} holding at least 16 characters, or use secret_file",
     .about = "What the posts are signed with, from the environment.",
     .convert = to_notify_secret, .secret = true},
    {.name = "notify.secret_file", .standard = "",
     .takes = "the path of a file whose first line is the secret",
     .about = "A file whose first line is the secret, in place of secret.",
     .convert = to_notify_secret_file},
    {.name = "notify.events", .standard = "[planned, started, throttled, account_done, budget_hit, finished]",
     .takes = "some of planned, started, throttled, account_done, budget_hit and finished, such as [budget_hit, finished]",
     .about = "At which events.",
     .convert = to_notify_events, .is_list = true},
    {.name = "notify.timeout", .standard = "10s",
     .takes = "a duration between 100ms and 5m, such as 10s",
     .about = "How long one command, one request, and all that is still to be told when a run ends may take.",
     .convert = to_notify_timeout},
    {.name = "notify.ca_file", .standard = "",
     .takes = "the path of a readable file of PEM certificates",
     .about = "Trust this CA bundle for the URL instead of the system's.",
     .convert = to_notify_ca_file},
};
// clang-format on

}  // namespace

std::span<const Key> schema() {
  return kSchema;
}

const Key* find_key(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kSchema), std::end(kSchema), [&](const Key& key) { return key.name == name; });
  return found == std::end(kSchema) ? nullptr : found;
}

bool is_section(std::string_view name) {
  return !name.empty() && std::any_of(std::begin(kSchema), std::end(kSchema),
                                      [&](const Key& key) { return section_of(key.name) == name; });
}

std::vector<std::string_view> names_in(std::string_view section) {
  std::vector<std::string_view> names;
  for (const Key& key : kSchema) {
    const std::string_view its_section = section_of(key.name);
    if (its_section == section) {
      names.push_back(leaf_of(key.name));
    } else if (section.empty() && (names.empty() || names.back() != its_section)) {
      names.push_back(its_section);
    }
  }
  return names;
}

std::string_view section_of(std::string_view dotted) {
  const std::size_t dot = dotted.find('.');
  return dot == std::string_view::npos ? std::string_view{} : dotted.substr(0, dot);
}

std::string_view leaf_of(std::string_view dotted) {
  return dotted.substr(dotted.find('.') + 1);
}

}  // namespace payferry::settings
