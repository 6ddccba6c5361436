#include "settings/source_trees.hpp"

#include <algorithm>

#include "settings/address.hpp"
#include "settings/queue_password.hpp"
#include "settings/text.hpp"
#include "settings/tree_reader.hpp"

namespace payferry::settings {
namespace {

constexpr std::size_t kLongestName = 255;  // AMQP 0-9-1: a short string
constexpr std::string_view kUrl =
    "amqps://user@host/vhost; amqp:// only towards a loopback address, and the password in password_file";
constexpr std::string_view kName = "the name of a queue, at most 255 bytes";
constexpr std::string_view kMend = "give url and queue";

// The keys of one source.amqp.
class AmqpReader {
 public:
  explicit AmqpReader(TreeContext& context)
      : reader_(context, "source.amqp"),
        password_(context, reader_, "source.amqp"),
        amqp_(context.draft.settings.source.amqp) {}

  void read(const Node& node) {
    amqp_ = {};
    reader_.each(node, std::string(kMend),
                 [this](const std::string& name, const Node& value, int line) { take(name, value, line); });
    if (node.kind != NodeKind::map || node.pairs.empty()) return;
    if (!has_url_) reader_.wrong(node.line, "url", "is missing: give " + std::string(kUrl));
    if (!has_queue_) reader_.wrong(node.line, "queue", "is missing: give " + std::string(kName));
    settle_password(node.line);
    if (!amqp_.ca_file.empty() && has_url_ && !amqp_.tls)
      reader_.wrong(node.line, "ca_file", "means nothing without TLS: remove it, or give amqps://");
    if (!amqp_.dead_letter.empty() && !amqp_.declare)
      reader_.wrong(
          node.line, "dead_letter",
          "is for a queue that `declare: true` makes; the dead letters of another queue go where its "
          "own settings (x-dead-letter-exchange) say: remove it");
    if (amqp_.dead_letter.empty()) amqp_.dead_letter = amqp_.queue + ".rejected";
    if (amqp_.dead_letter == amqp_.queue)
      reader_.wrong(node.line, "dead_letter", "is the queue itself: give another one");
  }

 private:
  void take(const std::string& name, const Node& value, int line) {
    if (name == "url") return take_url(value, line);
    if (name == "queue") {
      has_queue_ = true;
      return take_name(value, line, name, amqp_.queue);
    }
    if (name == "dead_letter") return take_name(value, line, name, amqp_.dead_letter);
    if (name == "password") return password_.take(value, line);
    if (name == "password_file") return password_.take_file(value, line);
    if (name == "ca_file") return reader_.readable_file(value, line, name, amqp_.ca_file);
    if (name == "declare") {
      amqp_.declare = reader_.flag(value, line, name).value_or(false);
    } else if (name == "prefetch") {
      std::optional<int> prefetch;
      reader_.whole(value, line, name, 1, 65535, prefetch);
      amqp_.prefetch = prefetch.value_or(amqp_.prefetch);
    } else {
      reader_.unknown(
          line, name,
          {"url", "password", "password_file", "queue", "prefetch", "ca_file", "declare", "dead_letter"});
    }
  }

  // Never repeated: it may hold a password that went astray.
  void take_url(const Node& value, int line) {
    has_url_ = true;
    const auto text = reader_.text(value, line, "url", kUrl);
    if (!text) return;
    has_user_ = text->find('@') != std::string::npos;
    if (const Problem problem = parse_amqp_url(*text, amqp_))
      reader_.wrong(line, "url", "the value " + *problem + ": give " + std::string(kUrl));
  }

  void take_name(const Node& value, int line, const std::string& name, std::string& result) {
    const auto text = reader_.text(value, line, name, kName);
    if (!text) return;
    if (text->size() > kLongestName || has_control_characters(*text))
      return reader_.check("is no such name", value, line, name, kName);
    result = *text;
  }

  void settle_password(int line) {
    amqp_.password = password_.settle(line);
    if (!password_.is_given() && has_user_) password_.missing(line);
    if (!password_.is_given()) amqp_.password = "guest";  // RabbitMQ's own user for loopback connections
  }

  TreeReader reader_;
  QueuePassword password_;
  AmqpSettings& amqp_;
  bool has_url_ = false;
  bool has_user_ = false;
  bool has_queue_ = false;
};

}  // namespace

void to_amqp(const Node& node, TreeContext& context) {
  AmqpReader(context).read(node);
}

void settle_source(const Merged& merged, const Origin& job, bool needs_secret, Draft& draft,
                   Mistakes& mistakes) {
  std::vector<const Found*> given;
  for (const std::string_view name : {"source.csv", "source.amqp", "source.kafka"}) {
    const auto found = merged.effective.find(name);
    if (found != merged.effective.end()) given.push_back(&found->second);
  }
  if (given.empty())
    mistakes.add({&job, 0}, "source.csv",
                 "is missing: give " + std::string(find_key("source.csv")->takes) +
                     "; or give source.amqp or source.kafka");
  std::stable_sort(given.begin(), given.end(),
                   [](const Found* a, const Found* b) { return a->place.line < b->place.line; });
  for (std::size_t at = 1; at < given.size(); ++at)
    mistakes.add(given[at]->place, given[at]->key->name,
                 std::string(leaf_of(given[0]->key->name)) + " and " +
                     std::string(leaf_of(given[at]->key->name)) + " are both given: keep one");
  const auto idle = merged.effective.find("source.idle_exit");
  const bool idles = draft.settings.source.idle_exit && idle->second.place.origin->is_job;
  if (idles && given.size() == 1 && given[0]->key->name == "source.csv")
    mistakes.add(idle->second.place, "source.idle_exit",
                 "is for a queue, and the source is a list: remove it");
  if (!needs_secret) return;
  for (Draft::Secretless& secret : draft.queue_secrets)
    mistakes.add(secret.place, secret.key, std::move(secret.message));
}

}  // namespace payferry::settings
