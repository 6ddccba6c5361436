#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "async/time.hpp"
#include "stripe/client.hpp"
#include "stripe/verdict.hpp"

// A client whose other side is a few lines of Stripe in memory: objects, idempotency keys, and whatever
// answers a test prescribes. No network, no threads.
namespace payferry::test {

inline stripe::Exchange answer_of(int status, std::string body, std::string request_id = "req_1") {
  stripe::Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  answer.request_id = std::move(request_id);
  stripe::Exchange exchange;
  exchange.answer = std::move(answer);
  exchange.sent = true;
  exchange.sends = 1;
  return exchange;
}

inline stripe::Exchange error_of(int status, std::string type, std::string code = "",
                                 std::string message = "", std::string param = "") {
  std::string body = R"({"error":{"type":")" + type + '"';
  if (!code.empty()) body += R"(,"code":")" + code + '"';
  if (!message.empty()) body += R"(,"message":")" + message + '"';
  if (!param.empty()) body += R"(,"param":")" + param + '"';
  return answer_of(status, body + "}}");
}

// Something was sent, and nothing usable came back.
inline stripe::Exchange lost(std::string failure = "timeout") {
  stripe::Exchange exchange;
  exchange.failure = std::move(failure);
  exchange.sent = true;
  exchange.sends = 1;
  return exchange;
}

// Not one byte was handed to the network.
inline stripe::Exchange never_sent() {
  stripe::Exchange exchange;
  exchange.failure = "reset";
  return exchange;
}

inline stripe::Exchange declined() {
  return error_of(402, "card_error", "card_declined", "Your card was declined.");
}
inline stripe::Exchange throttled(std::string reason = "endpoint-rate") {
  stripe::Exchange exchange = error_of(429, "invalid_request_error", "rate_limit");
  exchange.answer->rate_limited_reason = std::move(reason);
  return exchange;
}

class FakeStripe final : public stripe::Client {
 public:
  using Reply = std::function<stripe::Exchange(const stripe::Request&)>;
  struct Method {
    std::string original;
    std::string customer;
  };
  struct Customer {
    std::string source;  // metadata[payferry_source_customer]
    std::string first_method;
    std::string default_method;
    std::int64_t created = 0;
  };

  explicit FakeStripe(async::Time& time) : time_(time) {}

  // The next request to the endpoint is answered so instead, in the order of these calls; nothing is
  // executed.
  void say(Endpoint endpoint, stripe::Exchange exchange, int times = 1) {
    for (int i = 0; i < times; ++i)
      replies_[endpoint].push_back([exchange](const stripe::Request&) { return exchange; });
  }
  // The next request to the endpoint is executed, and its answer lost.
  void lose(Endpoint endpoint, int times = 1) {
    for (int i = 0; i < times; ++i)
      replies_[endpoint].push_back([this](const stripe::Request& request) {
        execute(request);
        return lost();
      });
  }
  void reply(Endpoint endpoint, Reply reply) { replies_[endpoint].push_back(std::move(reply)); }
  void always(Endpoint endpoint, Reply reply) { always_[endpoint] = std::move(reply); }
  void forget_keys() { by_key_.clear(); }
  // Nobody answers from now on.
  void fall_silent() { silent_ = true; }
  void refuse_connections(int times, Error error) {
    for (int i = 0; i < times; ++i) refused_.push_back(error);
  }
  void come_back() { aborted_ = false; }

  std::vector<stripe::Request> requests;
  std::function<void(const stripe::Request&)> on_send;
  std::map<std::string, Method> methods;      // clones by id
  std::map<std::string, Customer> customers;  // by id
  int now_sending = 0;
  int most_at_once = 0;

  std::size_t sent_to(Endpoint endpoint) const {
    std::size_t count = 0;
    for (const stripe::Request& request : requests) count += request.endpoint == endpoint ? 1 : 0;
    return count;
  }
  std::size_t writes() const {
    std::size_t count = 0;
    for (const stripe::Request& request : requests) count += is_write(request.endpoint) ? 1 : 0;
    return count;
  }
  std::string attached_to(const std::string& customer) const {
    std::string list;
    for (const auto& [id, method] : methods)
      if (method.customer == customer) list += (list.empty() ? "" : " ") + method.original;
    return list;
  }

  async::Task<Result<stripe::Lease>> connect() override {
    if (aborted_) co_return make_error(Errc::stopped, "stopped");
    if (!refused_.empty()) {
      const Error error = refused_.front();
      refused_.pop_front();
      co_return error;
    }
    stripe::Lease line = std::make_unique<stripe::Connection>();
    co_return std::move(line);
  }

  stripe::Lease take_idle() override {
    return aborted_ || !refused_.empty() ? nullptr : std::make_unique<stripe::Connection>();
  }

  async::Task<stripe::Exchange> ask(stripe::Lease lease, stripe::Query query) override {
    stripe::Request request{query.endpoint, query.path, query.account, "", "", query.api_version};
    return send(std::move(lease), std::move(request));
  }

  async::Task<stripe::Exchange> send(stripe::Lease, stripe::Request request) override {
    requests.push_back(request);
    if (on_send) on_send(request);
    most_at_once = std::max(most_at_once, ++now_sending);
    const std::unique_ptr<async::Alarm> alarm = time_.make_alarm();
    waiting_.insert(alarm.get());
    const SteadyTime until =
        silent_ ? SteadyTime::max() : time_.clock().steady() + std::chrono::milliseconds(20);
    if (!aborted_) co_await alarm->wait_until(until);
    waiting_.erase(alarm.get());
    --now_sending;
    if (aborted_) co_return lost("stopped");
    co_return answer(request);
  }

  void abort() override {
    aborted_ = true;
    for (async::Alarm* alarm : waiting_) alarm->wake();
  }

  stripe::Exchange execute(const stripe::Request& request) {
    if (request.idempotency_key.empty()) return carry_out(request);
    const auto known = by_key_.find(request.idempotency_key);
    if (known == by_key_.end()) {
      const stripe::Exchange made = carry_out(request);
      by_key_[request.idempotency_key] = {request.body, made};
      return made;
    }
    if (known->second.first != request.body) return error_of(400, "idempotency_error");
    stripe::Exchange replay = known->second.second;
    replay.answer->replayed = true;
    return replay;
  }

  static std::string field(const std::string& body, const std::string& name) {
    const std::size_t at = ("&" + body).find("&" + name + "=");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 1;
    return body.substr(begin, body.find('&', begin) - begin);
  }
  std::string json_of_method(const std::string& id) const {
    const std::string& holder = methods.at(id).customer;
    return R"({"id":")" + id + R"(","object":"payment_method","type":"card","customer":)" +
           (holder.empty() ? "null" : '"' + holder + '"') +
           R"(,"card":{"brand":"visa","last4":"4242","exp_month":12,"exp_year":2030,"fingerprint":"fp"}})";
  }
  std::string json_of_customer(const std::string& id) const {
    const Customer& customer = customers.at(id);
    return R"({"id":")" + id + R"(","object":"customer","created":)" + std::to_string(customer.created) +
           R"(,"metadata":{"payferry_source_customer":")" + customer.source +
           R"("},"invoice_settings":{"default_payment_method":)" +
           (customer.default_method.empty() ? "null" : '"' + customer.default_method + '"') + "}}";
  }

 private:
  stripe::Exchange answer(const stripe::Request& request) {
    auto& queue = replies_[request.endpoint];
    if (!queue.empty()) {
      const Reply reply = std::move(queue.front());
      queue.pop_front();
      return reply(request);
    }
    const auto always = always_.find(request.endpoint);
    return always != always_.end() ? always->second(request) : execute(request);
  }

  stripe::Exchange carry_out(const stripe::Request& request) {
    const std::string id = id_in(request.path);
    switch (request.endpoint) {
      case Endpoint::clone: {
        const std::string made = "pm_clone_" + std::to_string(methods.size() + 1);
        methods[made] = {field(request.body, "payment_method"), ""};
        return answer_of(200, json_of_method(made));
      }
      case Endpoint::create_customer: {
        const std::string method = field(request.body, "payment_method");
        if (!methods.contains(method) || !methods[method].customer.empty()) return unusable();
        const std::string made = "cus_new_" + std::to_string(customers.size() + 1);
        customers[made] = {field(request.body, "metadata[payferry_source_customer]"), method,
                           field(request.body, "invoice_settings[default_payment_method]"),
                           time_.clock().stamp().wall_ms / 1000};
        methods[method].customer = made;
        return answer_of(200, json_of_customer(made));
      }
      case Endpoint::attach:
        if (!methods.contains(id) || !methods[id].customer.empty()) return unusable();
        methods[id].customer = field(request.body, "customer");
        return answer_of(200, json_of_method(id));
      case Endpoint::set_default:
        customers[id].default_method = field(request.body, "invoice_settings[default_payment_method]");
        return answer_of(200, json_of_customer(id));
      case Endpoint::get_payment_method:
        if (!methods.contains(id))
          return error_of(404, "invalid_request_error", "resource_missing", "", "id");
        return answer_of(200, json_of_method(id));
      case Endpoint::get_customer:
        return answer_of(200, json_of_customer(id));
      case Endpoint::list_customers: {
        std::string list;
        for (const auto& [customer, unused] : customers)
          list += (list.empty() ? "" : ",") + json_of_customer(customer);
        return answer_of(200, R"({"object":"list","has_more":false,"data":[)" + list + "]}");
      }
      default:
        return answer_of(200, R"({"id":"acct_platform","object":"account"})");
    }
  }

  static stripe::Exchange unusable() {
    return error_of(400, "invalid_request_error", "payment_method_unexpected_state", "used up");
  }
  // "/v1/payment_methods/pm_1/attach" → "pm_1"
  static std::string id_in(const std::string& path) {
    std::size_t at = path.find('/', 4);
    if (at == std::string::npos) return "";
    return path.substr(at + 1, path.find_first_of("/?", at + 1) - at - 1);
  }

  async::Time& time_;
  std::map<Endpoint, std::deque<Reply>> replies_;
  std::map<Endpoint, Reply> always_;
  std::map<std::string, std::pair<std::string, stripe::Exchange>> by_key_;
  std::deque<Error> refused_;
  std::set<async::Alarm*> waiting_;
  bool silent_ = false;
  bool aborted_ = false;
};

}  // namespace payferry::test
