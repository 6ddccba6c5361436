#include "settings/kafka_tree.hpp"

#include <optional>

#include "settings/address.hpp"
#include "settings/queue_password.hpp"
#include "settings/text.hpp"
#include "settings/tree_reader.hpp"

namespace payferry::settings {
namespace {

constexpr std::size_t kLongestTopic = 249;  // Kafka: the name of a folder, with its partition's number
constexpr std::size_t kLongestGroup = 255;
constexpr std::string_view kBrokers = "host:port of one or more brokers, separated by commas";
constexpr std::string_view kTopic = "the name of a topic, at most 249 characters a-z, A-Z, 0-9, ., _ and -";
constexpr std::string_view kGroup = "the name of a consumer group, at most 255 bytes";
constexpr std::string_view kUsername = "the name of a user of the broker";
constexpr std::string_view kMechanism = "scram-sha-512, scram-sha-256 or plain";
constexpr std::string_view kMend = "give brokers and topic";

bool is_topic(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !text.empty() && text.size() <= kLongestTopic && text != "." && text != ".." &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::optional<KafkaLogin> login_from(std::string_view text) {
  if (text == "scram-sha-512") return KafkaLogin::scram_sha_512;
  if (text == "scram-sha-256") return KafkaLogin::scram_sha_256;
  if (text == "plain") return KafkaLogin::plain;
  return std::nullopt;
}

class KafkaReader {
 public:
  explicit KafkaReader(TreeContext& context)
      : reader_(context, "source.kafka"),
        password_(context, reader_, "source.kafka"),
        kafka_(context.draft.settings.source.kafka) {}

  void read(const Node& node) {
    kafka_ = {};
    reader_.each(node, std::string(kMend),
                 [this](const std::string& name, const Node& value, int line) { take(name, value, line); });
    if (node.kind != NodeKind::map || node.pairs.empty()) return;
    if (!has_brokers_) reader_.wrong(node.line, "brokers", "is missing: give " + std::string(kBrokers));
    if (!has_topic_) reader_.wrong(node.line, "topic", "is missing: give " + std::string(kTopic));
    settle_login(node.line);
    settle_tls(node.line);
    if (!kafka_.topic.empty() && kafka_.dead_letter == kafka_.topic)
      reader_.wrong(node.line, "dead_letter", "is the topic itself: give another one");
  }

 private:
  void take(const std::string& name, const Node& value, int line) {
    if (name == "brokers") return take_brokers(value, line);
    if (name == "topic") {
      has_topic_ = true;
      return take_topic(value, line, name, kafka_.topic);
    }
    if (name == "dead_letter") return take_topic(value, line, name, kafka_.dead_letter);
    if (name == "group") return take_name(value, line, name, kGroup, kafka_.group);
    if (name == "username") return take_name(value, line, name, kUsername, kafka_.username);
    if (name == "mechanism") return take_mechanism(value, line);
    if (name == "password") return password_.take(value, line);
    if (name == "password_file") return password_.take_file(value, line);
    if (name == "ca_file") return reader_.readable_file(value, line, name, kafka_.ca_file);
    if (name == "tls") {
      kafka_.tls = reader_.flag(value, line, name).value_or(true);
      return;
    }
    reader_.unknown(line, name,
                    {"brokers", "topic", "group", "username", "password", "password_file", "mechanism", "tls",
                     "ca_file", "dead_letter"});
  }

  void take_brokers(const Node& value, int line) {
    has_brokers_ = true;
    const auto text = reader_.text(value, line, "brokers", kBrokers);
    if (!text) return;
    bool loopback = false;
    const Problem problem = parse_brokers(*text, kafka_.brokers, loopback);
    reader_.check(problem, value, line, "brokers", kBrokers);
    if (!problem && !loopback) far_line_ = line;
  }

  void take_topic(const Node& value, int line, const std::string& name, std::string& result) {
    const auto text = reader_.text(value, line, name, kTopic);
    if (!text) return;
    if (!is_topic(*text)) return reader_.check("is no such name", value, line, name, kTopic);
    result = *text;
  }

  void take_name(const Node& value, int line, const std::string& name, std::string_view takes,
                 std::string& result) {
    const auto text = reader_.text(value, line, name, takes);
    if (!text) return;
    if (text->size() > kLongestGroup || has_control_characters(*text))
      return reader_.check("is no such name", value, line, name, takes);
    result = *text;
  }

  void take_mechanism(const Node& value, int line) {
    has_mechanism_ = true;
    const auto text = reader_.text(value, line, "mechanism", kMechanism);
    if (!text) return;
    const auto login = login_from(*text);
    if (!login) return reader_.check("is not known here", value, line, "mechanism", kMechanism);
    kafka_.login = *login;
  }

  void settle_login(int line) {
    kafka_.password = password_.settle(line);
    const bool has_user = !kafka_.username.empty();
    if (has_user && !password_.is_given()) password_.missing(line);
    if (!has_user && password_.is_given())
      reader_.wrong(line, "username", "is missing: give " + std::string(kUsername) + ", or no password");
    if (!has_user && has_mechanism_)
      reader_.wrong(line, "mechanism", "means nothing without a user: remove it, or give username");
    if (has_user && !kafka_.tls)
      reader_.wrong(line, "username",
                    "would send a password's proof, or the password, in the clear: remove `tls: false`");
  }

  void settle_tls(int line) {
    if (kafka_.tls) return;
    if (far_line_)
      reader_.wrong(*far_line_, "tls",
                    "messages would cross a network in the clear (`tls: false` is for loopback addresses): "
                    "remove it");
    if (!kafka_.ca_file.empty())
      reader_.wrong(line, "ca_file", "means nothing without TLS: remove it, or `tls: false`");
  }

  TreeReader reader_;
  QueuePassword password_;
  KafkaSettings& kafka_;
  bool has_brokers_ = false;
  bool has_topic_ = false;
  bool has_mechanism_ = false;
  std::optional<int> far_line_;  // where brokers on other machines stand
};

}  // namespace

void to_kafka(const Node& node, TreeContext& context) {
  KafkaReader(context).read(node);
}

}  // namespace payferry::settings
