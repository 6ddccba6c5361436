#include "settings/source_trees.hpp"

#include "settings/address.hpp"
#include "settings/files.hpp"
#include "settings/text.hpp"
#include "settings/tree_reader.hpp"
#include "settings/variables.hpp"

namespace payferry::settings {
namespace {

constexpr std::size_t kLongestName = 255;  // AMQP 0-9-1: a short string
constexpr std::string_view kUrl =
    "amqps://user@host/vhost; amqp:// only towards a loopback address, and the password in password_file";
constexpr std::string_view kName = "the name of a queue, at most 255 bytes";
constexpr std::string_view kPassword =
    "${PAYFERRY_QUEUE_PASSWORD} holding the user's password, or use password_file";
constexpr std::string_view kPath = "the path of a readable file";
constexpr std::string_view kMend = "give url and queue";

// The keys of one source.amqp.
class AmqpReader {
 public:
  explicit AmqpReader(TreeContext& context)
      : context_(context), reader_(context, "source.amqp"), amqp_(context.draft.settings.source.amqp) {}

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
    if (name == "password") return take_password(value, line);
    if (name == "password_file") return take_password_file(value, line);
    if (name == "ca_file") return take_ca_file(value, line);
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

  void take_password(const Node& value, int line) {
    ++passwords_;
    if (value.kind != NodeKind::scalar || value.text.empty())
      return reader_.wrong(line, "password", "is not one value: give " + std::string(kPassword));
    Expanded expanded = expand(value.text, context_.environment);
    if (expanded.problems.empty()) {
      amqp_.password = std::move(expanded.text);
      if (!amqp_.password.empty()) return;
      return without_secret(line, "password", "is empty: give " + std::string(kPassword));
    }
    for (std::string& problem : expanded.problems) without_secret(line, "password", std::move(problem));
  }

  void take_password_file(const Node& value, int line) {
    ++passwords_;
    const auto text = reader_.text(value, line, "password_file", kPath);
    if (!text) return;
    const std::filesystem::path path = resolve(context_.place.origin->folder, *text);
    const Result<std::string> first = read_first_line(path);
    if (!first) return without_secret(line, "password_file", "the file " + first.error().message);
    if (first->empty())
      return without_secret(line, "password_file",
                            "the file's first line is empty: write the password there");
    if (is_open_to_others(path))
      context_.draft.warnings.push_back(
          "source.amqp.password_file: the file is open to other users: chmod 600 it");
    amqp_.password = *first;
  }

  void take_ca_file(const Node& value, int line) {
    const auto text = reader_.text(value, line, "ca_file", kPath);
    if (!text) return;
    const std::filesystem::path path = resolve(context_.place.origin->folder, *text);
    const Result<std::string> first = read_first_line(path);
    if (!first) return reader_.wrong(line, "ca_file", "the file " + first.error().message);
    amqp_.ca_file = path.string();
  }

  void settle_password(int line) {
    if (passwords_ > 1)
      reader_.wrong(line, "password_file", "password and password_file are both given: keep one");
    if (passwords_ == 0 && has_user_)
      reader_.wrong(line, "password", "is missing: give " + std::string(kPassword));
    if (passwords_ == 0) amqp_.password = "guest";  // RabbitMQ's own user for loopback connections
  }

  void without_secret(int line, const char* key, std::string message) {
    context_.draft.queue_secrets.push_back({line, std::string("source.amqp.") + key, std::move(message)});
  }

  TreeContext& context_;
  TreeReader reader_;
  AmqpSettings& amqp_;
  bool has_url_ = false;
  bool has_user_ = false;
  bool has_queue_ = false;
  int passwords_ = 0;
};

}  // namespace

void to_amqp(const Node& node, TreeContext& context) {
  AmqpReader(context).read(node);
}

void settle_source(const Merged& merged, const Origin& job, bool needs_secret, Draft& draft,
                   Mistakes& mistakes) {
  const auto csv = merged.effective.find("source.csv");
  const auto amqp = merged.effective.find("source.amqp");
  const bool has_csv = csv != merged.effective.end();
  const bool has_amqp = amqp != merged.effective.end();
  if (!has_csv && !has_amqp)
    mistakes.add({&job, 0}, "source.csv",
                 "is missing: give " + std::string(find_key("source.csv")->takes) + "; or give source.amqp");
  if (has_csv && has_amqp) {
    const Found& second = csv->second.place.line < amqp->second.place.line ? amqp->second : csv->second;
    mistakes.add(second.place, second.key->name, "csv and amqp are both given: keep one");
  }
  const auto idle = merged.effective.find("source.idle_exit");
  const bool idles = draft.settings.source.idle_exit && idle->second.place.origin->is_job;
  if (idles && has_csv && !has_amqp)
    mistakes.add(idle->second.place, "source.idle_exit",
                 "is for a queue, and the source is a list: remove it");
  if (!needs_secret || !has_amqp) return;
  for (Draft::Secretless& secret : draft.queue_secrets)
    mistakes.add({amqp->second.place.origin, secret.line}, secret.key, std::move(secret.message));
}

}  // namespace payferry::settings
