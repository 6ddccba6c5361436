#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger_place.hpp"
#include "core/words.hpp"
#include "core/zone.hpp"

// A job file, the machine-wide file under it and the defaults, as plain structs. Validated once, here; nobody
// checks again.
namespace payferry::settings {

using Milliseconds = std::chrono::milliseconds;

// A queue of RabbitMQ, and how it is reached.
struct AmqpSettings {
  bool tls = true;
  std::string host;  // IPv6 addresses without brackets
  int port = 0;
  std::string vhost = "/";
  std::string user = "guest";
  std::string password;     // from password or the first line of password_file; never shown
  std::string ca_file;      // absolute; empty: the system's trust store
  std::string queue;        // empty: the job has no such source
  int prefetch = 1000;      // messages that are taken and not acknowledged at most
  bool declare = false;     // make the queue, and the one for dead letters, where they are not there
  std::string dead_letter;  // of a declared queue: where rejected messages go; QUEUE.rejected by default
};

// How a user proves himself to Kafka (SASL).
enum class KafkaLogin { scram_sha_512, scram_sha_256, plain };

struct KafkaSettings {
  std::string brokers;   // host:port,host:port…; these tell of the others
  bool tls = true;       // without it all of them are loopback addresses
  std::string ca_file;   // absolute; empty: the system's trust store
  std::string username;  // empty: none is asked for; only with TLS
  std::string password;  // from password or the first line of password_file; never shown
  KafkaLogin login = KafkaLogin::scram_sha_512;
  std::string topic;               // empty: the job has no such source
  std::string group = "payferry";  // of consumers, which share the topic's partitions
  std::string dead_letter;         // the topic that gets rejected messages; empty: none does
};

struct SourceSettings {
  std::string csv;  // absolute path, or "-" for standard input
  AmqpSettings amqp;
  KafkaSettings kafka;
  std::optional<Milliseconds> idle_exit;  // a queue that stays empty for so long is at its end; none: never

  bool is_queue() const { return !amqp.queue.empty() || !kafka.topic.empty(); }
};

struct StripeSettings {
  std::string api_key;  // the key itself, from api_key or the first line of api_key_file; never shown
  std::string api_base = "https://api.stripe.com";
  std::string api_version = "2026-09-30.endive";
  std::string ca_file;           // empty: the system's trust store
  std::string platform_account;  // empty: any
  Milliseconds timeout{30'000};  // from the last byte of a request to the last byte of its answer
};

enum class CustomerRule { create, existing, none };
enum class DefaultRule { marked, first, none };
enum class UnattachedRule { refuse, consume };
enum class PreflightRule { warn, block, off };
enum class OthersRule { block, ignore };
enum class ExistingRule { ignore, skip, adopt };

struct TargetSettings {
  std::vector<std::string> accounts;  // distinct, in the file's order
  std::vector<std::string> types{"card", "us_bank_account"};
  CustomerRule customer = CustomerRule::create;
  DefaultRule set_default = DefaultRule::marked;
  UnattachedRule unattached_originals = UnattachedRule::refuse;
  PreflightRule preflight = PreflightRule::warn;
  std::string ach_authorised;  // who vouches for the payers' authorisation; empty: nobody
  std::string customers_file;  // absolute path; empty: none
  std::string find_key;  // metadata key that names the platform's customer; empty: nothing is looked for
  OthersRule other_customers = OthersRule::block;
  ExistingRule existing_clones = ExistingRule::ignore;

  // Whether a line must name its customer itself, because nothing else can.
  bool needs_target_cell() const {
    return customer == CustomerRule::existing && customers_file.empty() && find_key.empty();
  }
};

enum class LimitScope { platform, account, learn };

// What one account is asked for at most, whatever holds for all; and its turns among the others.
struct AccountLimits {
  std::optional<double> global;
  std::optional<double> endpoint;
  std::optional<int> in_flight;
  double weight = 1;
  int priority = 0;
};

// What holds at certain hours instead of what holds else.
struct LimitWindow {
  unsigned days = 0;  // bit 0: Monday
  int from = 0;       // minute of the day
  int to = 24 * 60;   // not larger than `from`: of the next day
  std::optional<double> global;
  std::optional<double> endpoint;
  std::optional<int> in_flight;
  bool paused = false;
};

struct LimitSchedule {
  std::optional<Zone> zone;  // none: there is no schedule
  std::vector<LimitWindow> windows;
};

struct LimitSettings {
  double global = 20;    // requests per second; default by the key: 80 live, 20 test
  double endpoint = 20;  // requests per second to each endpoint
  LimitScope scope = LimitScope::platform;
  int in_flight = 0;  // 0: as many as the rates need
  std::map<Endpoint, double> endpoints;
  std::map<std::string, AccountLimits> accounts;
  LimitSchedule schedule;
};

struct RetrySettings {
  int attempts = 8;  // unknown answers before an item is parked for this run
  Milliseconds max_delay{60'000};
};

struct RunSettings {
  std::optional<Milliseconds> deadline;
  Milliseconds outage{15 * 60'000};
  std::optional<int> max_failures;          // items that may fail in one run
  std::optional<double> max_failure_share;  // of the run's items, 0 to 1
};

// How workers share a ledger on a server.
struct FleetSettings {
  std::string name;  // of this worker; empty: HOST:PID
  Milliseconds lease{
      0};  // without being heard of, before others take over what it had; 0 until settled by stripe.timeout
};

enum class LedgerCreation { automatic, never };

// Where something is sent by HTTP.
struct HttpTarget {
  std::string base;  // scheme://host[:port]; empty: nowhere
  std::string path;  // begins with /
};

struct MetricsSettings {
  std::string listen = "127.0.0.1:9464";  // host:port; "none" switches the endpoint off
  HttpTarget push_gateway;
  std::filesystem::path textfile;  // absolute; empty: none
  Milliseconds interval{15'000};   // between two writings of these
  std::string token_file;          // absolute path; empty: none
  std::string token;               // its first line, which the live page asks for; never shown
};

enum class NotifyEvent { planned, started, throttled, account_done, budget_hit, finished };
std::string_view to_string(NotifyEvent) noexcept;

struct NotifySettings {
  std::vector<std::string> command;  // program and arguments; empty: none
  HttpTarget url;
  std::string secret;   // signs what goes to the URL; never shown
  std::string ca_file;  // absolute; empty: the system's trust store
  std::vector<NotifyEvent> events{NotifyEvent::planned,      NotifyEvent::started,    NotifyEvent::throttled,
                                  NotifyEvent::account_done, NotifyEvent::budget_hit, NotifyEvent::finished};
  Milliseconds timeout{10'000};  // of one command, of one request, and of all that is left at the end

  bool is_on() const { return !command.empty() || !url.base.empty(); }
};

struct Settings {
  std::string job;
  std::filesystem::path file;  // the job file, absolute
  SourceSettings source;
  StripeSettings stripe;
  Mode mode = Mode::test;  // by the key's prefix
  TargetSettings target;
  LimitSettings limits;
  RetrySettings retry;
  RunSettings run;
  LedgerPlace ledger;            // absolute where it is a file
  std::filesystem::path beside;  // where a run listens for commands: beside this file; absolute
  LedgerCreation ledger_create = LedgerCreation::automatic;
  FleetSettings fleet;
  MetricsSettings metrics;
  NotifySettings notify;
};

// One mistake, as the user has to find and mend it.
struct Mistake {
  std::string file;
  int line = 0;         // 1-based; 0: the file as a whole
  std::string key;      // dotted path, e.g. limits.global; empty: the file as a whole
  std::string message;  // what is wrong and the mend, without the value where that may be a secret
};
std::string to_string(const Mistake&);  // FILE:LINE: KEY: MESSAGE

struct Loaded {
  Settings settings;                  // meaningful only without mistakes
  std::vector<Mistake> mistakes;      // all of them, in the order of the files
  std::vector<std::string> warnings;  // what is allowed and unwise, e.g. a live key that lies open
};

// Environment variables by name; injected for tests.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// Whose secrets a command needs; the others' may be missing.
struct Needs {
  Needs(bool everything) : stripe(everything), queue(everything) {}
  Needs(bool of_stripe, bool of_queue) : stripe(of_stripe), queue(of_queue) {}
  bool stripe;
  bool queue;
};

// Reads the job file and, if given, the --config file, whose sections the job file's keys override one by
// one. Relative paths are relative to the file in which they stand. Commands that never talk to Stripe do not
// need its key: an unset api_key variable is no mistake for them, and the ledger then tells the mode.
Loaded load(const std::filesystem::path& job_file, const std::optional<std::filesystem::path>& config_file,
            const Environment& environment, Needs needs = true);

}  // namespace payferry::settings
