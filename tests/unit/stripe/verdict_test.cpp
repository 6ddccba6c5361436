#include "stripe/verdict.hpp"

#include <gtest/gtest.h>

#include "stripe/client.hpp"

namespace payferry::stripe {
namespace {

using std::chrono::seconds;

constexpr const char* kMethod = R"({"id":"pm_1","object":"payment_method","type":"card","customer":null})";
constexpr const char* kAttached =
    R"({"id":"pm_1","object":"payment_method","type":"card","customer":"cus_1"})";
constexpr const char* kCustomer = R"({"id":"cus_1","object":"customer"})";
constexpr const char* kDeleted = R"({"id":"cus_1","object":"customer","deleted":true})";
constexpr const char* kAccount = R"({"id":"acct_1","object":"account"})";
constexpr const char* kPage = R"({"object":"list","has_more":false,"data":[]})";

std::string error(std::string_view type, std::string_view code = "", std::string_view param = "",
                  std::string_view message = "Words.") {
  const auto field = [](std::string_view name, std::string_view value) {
    return value.empty() ? std::string() : ",\"" + std::string(name) + "\":\"" + std::string(value) + "\"";
  };
  return "{\"error\":{\"doc_url\":\"x\"" + field("type", type) + field("code", code) + field("param", param) +
         field("message", message) + "}}";
}

Exchange answered(int status, std::string body) {
  Exchange exchange;
  exchange.sent = true;
  exchange.sends = 1;
  exchange.answer.emplace();
  exchange.answer->status = status;
  exchange.answer->body = std::move(body);
  exchange.answer->request_id = "req_1";
  return exchange;
}

Verdict judge(Endpoint endpoint, int status, std::string body) {
  return classify(endpoint, answered(status, std::move(body)));
}

TEST(Classify, NoAnswerIsUnknownForTheReasonOfTheFailure) {
  for (const char* failure :
       {"timeout", "reset", "closed", "truncated", "too_large", "malformed", "stopped"}) {
    Exchange exchange;
    exchange.failure = failure;
    exchange.sent = true;
    const Verdict verdict = classify(Endpoint::clone, exchange);
    EXPECT_EQ(verdict.kind, Kind::unknown);
    EXPECT_EQ(verdict.code, failure);
    EXPECT_EQ(verdict.status, 0);
  }
}

TEST(Classify, SuccessIsDoneOnlyWithThePromisedObject) {
  struct Case {
    Endpoint endpoint;
    const char* body;
    bool done;
  };
  const Case cases[] = {
      {Endpoint::clone, kMethod, true},
      {Endpoint::clone, kCustomer, false},
      {Endpoint::clone, "", false},
      {Endpoint::clone, "{}", false},
      {Endpoint::clone, R"({"id":"pm_1","object":"payment_met)", false},
      {Endpoint::clone, "<html>welcome to the hotel's network</html>", false},
      {Endpoint::create_customer, kCustomer, true},
      {Endpoint::create_customer, kDeleted, false},
      {Endpoint::create_customer, kMethod, false},
      {Endpoint::attach, kAttached, true},
      {Endpoint::attach, kMethod, false},
      {Endpoint::detach, kMethod, true},
      {Endpoint::detach, kAttached, false},
      {Endpoint::set_default, kCustomer, true},
      {Endpoint::set_default, kDeleted, false},
      {Endpoint::set_default, kAttached, false},
      {Endpoint::get_own_account, kAccount, true},
      {Endpoint::get_account, kAccount, true},
      {Endpoint::get_account, kCustomer, false},
      {Endpoint::get_customer, kCustomer, true},
      {Endpoint::get_customer, kDeleted, true},
      {Endpoint::get_payment_method, kMethod, true},
      {Endpoint::list_customers, kPage, true},
      {Endpoint::list_payment_methods, kPage, true},
      {Endpoint::list_payment_methods, kMethod, false},
  };
  for (const Case& c : cases) {
    const Verdict verdict = judge(c.endpoint, 200, c.body);
    EXPECT_EQ(verdict.kind, c.done ? Kind::done : Kind::unknown) << to_string(c.endpoint) << c.body;
    EXPECT_EQ(verdict.code, c.done ? "" : "malformed") << to_string(c.endpoint) << c.body;
    EXPECT_EQ(std::holds_alternative<std::monostate>(verdict.object), !c.done);
  }
  EXPECT_EQ(judge(Endpoint::clone, 201, kMethod).kind, Kind::done);
  EXPECT_EQ(judge(Endpoint::clone, 204, "").kind, Kind::unknown);
}

TEST(Classify, AReplayedSuccessIsDone) {
  Exchange exchange = answered(200, kMethod);
  exchange.answer->replayed = true;
  const Verdict verdict = classify(Endpoint::clone, exchange);
  EXPECT_EQ(verdict.kind, Kind::done);
  EXPECT_TRUE(verdict.replayed);
  EXPECT_EQ(verdict.request_id, "req_1");
}

struct ErrorCase {
  const char* why;
  int status;
  std::string body;
  Kind kind;
  const char* code;
};

class ClassifyError : public testing::TestWithParam<ErrorCase> {};

TEST_P(ClassifyError, IsJudgedByStatusAndCode) {
  const ErrorCase& c = GetParam();
  const Verdict verdict = judge(Endpoint::attach, c.status, c.body);
  EXPECT_EQ(to_string(verdict.kind), to_string(c.kind)) << c.why;
  EXPECT_EQ(verdict.code, c.code) << c.why;
  EXPECT_EQ(verdict.status, c.status) << c.why;
}

const std::string kInvalid = "invalid_request_error";
const std::string kHtml = "<html>gateway</html>";

INSTANTIATE_TEST_SUITE_P(
    Table, ClassifyError,
    testing::Values(
        ErrorCase{"odd status", 100, "", Kind::unknown, "unexpected_status"},
        ErrorCase{"redirect", 302, kHtml, Kind::unknown, "unexpected_status"},
        ErrorCase{"redirect with an error", 307, error(kInvalid, "x"), Kind::unknown, "unexpected_status"},

        ErrorCase{"account gone", 403, error(kInvalid, "account_invalid"), Kind::account_lost,
                  "account_invalid"},
        ErrorCase{"account gone, as 401", 401, error(kInvalid, "account_invalid"), Kind::account_lost,
                  "account_invalid"},
        ErrorCase{"account gone, as 400", 400, error(kInvalid, "account_invalid"), Kind::account_lost,
                  "account_invalid"},
        ErrorCase{"account disconnected", 401, error(kInvalid, "platform_api_key_expired"),
                  Kind::account_lost, "platform_api_key_expired"},

        ErrorCase{"no key", 401, error(kInvalid), Kind::key_rejected, "invalid_request_error"},
        ErrorCase{"expired key", 401, error(kInvalid, "api_key_expired"), Kind::key_rejected,
                  "api_key_expired"},
        ErrorCase{"no permission", 403, error(kInvalid), Kind::key_rejected, "invalid_request_error"},
        ErrorCase{"foreign 401", 401, kHtml, Kind::key_rejected, "http_401"},
        ErrorCase{"foreign 403", 403, kHtml, Kind::unknown, "malformed"},

        ErrorCase{"key of other work", 400, error("idempotency_error"), Kind::key_conflict,
                  "idempotency_error"},
        ErrorCase{"key in use", 409, error("idempotency_error", "idempotency_key_in_use"), Kind::unknown,
                  "idempotency_key_in_use"},
        ErrorCase{"key in use, without a code", 409, error(kInvalid), Kind::unknown,
                  "idempotency_key_in_use"},
        ErrorCase{"key in use, as 400", 400, error("idempotency_error", "idempotency_key_in_use"),
                  Kind::unknown, "idempotency_key_in_use"},
        ErrorCase{"conflict", 409, error(kInvalid, "something"), Kind::unknown, "something"},
        ErrorCase{"foreign conflict", 409, kHtml, Kind::unknown, "idempotency_key_in_use"},

        ErrorCase{"rate", 429, error(kInvalid, "rate_limit"), Kind::throttled, "rate_limit"},
        ErrorCase{"rate, historic", 400, error(kInvalid, "rate_limit"), Kind::throttled, "rate_limit"},
        ErrorCase{"rate, foreign", 429, kHtml, Kind::throttled, "http_429"},
        ErrorCase{"lock", 429, error(kInvalid, "lock_timeout"), Kind::throttled, "lock_timeout"},
        ErrorCase{"lock, as 400", 400, error(kInvalid, "lock_timeout"), Kind::throttled, "lock_timeout"},
        ErrorCase{"lock, as 503", 503, error("api_error", "lock_timeout"), Kind::throttled, "lock_timeout"},

        ErrorCase{"declined", 402, error("card_error", "card_declined"), Kind::refused, "card_declined"},
        ErrorCase{"declined too often is the card's", 402,
                  error("card_error", "card_decline_rate_limit_exceeded"), Kind::refused,
                  "card_decline_rate_limit_exceeded"},
        ErrorCase{"bad request without a code", 400, error(kInvalid), Kind::refused, "invalid_request_error"},
        ErrorCase{"missing", 404, error(kInvalid, "resource_missing", "customer"), Kind::refused,
                  "resource_missing"},
        ErrorCase{"wrong method", 405, error(kInvalid), Kind::refused, "invalid_request_error"},
        ErrorCase{"foreign 400", 400, kHtml, Kind::unknown, "malformed"},
        ErrorCase{"foreign 404", 404, "", Kind::unknown, "malformed"},
        ErrorCase{"foreign 501", 501, "", Kind::unknown, "http_501"},
        ErrorCase{"foreign 402", 402, "{}", Kind::unknown, "malformed"},
        ErrorCase{"cut envelope", 400, R"({"error":{"type":"card_er)", Kind::unknown, "malformed"},

        ErrorCase{"too slow", 408, error(kInvalid, "slow"), Kind::unknown, "slow"},
        ErrorCase{"dependency", 424, error("api_error"), Kind::unknown, "api_error"},
        ErrorCase{"server", 500, error("api_error"), Kind::unknown, "api_error"},
        ErrorCase{"server with a code", 500, error("api_error", "oops"), Kind::unknown, "oops"},
        ErrorCase{"a card error with 500 settles nothing", 500, error("card_error", "card_declined"),
                  Kind::unknown, "card_declined"},
        ErrorCase{"gateway", 502, kHtml, Kind::unknown, "http_502"},
        ErrorCase{"gateway timeout", 504, "", Kind::unknown, "http_504"},
        ErrorCase{"beyond HTTP", 999, "", Kind::unknown, "http_999"}));

TEST(Classify, AReadThatTheServerHasNoPageForTellsNothing) {
  for (const int status : {404, 405, 501}) {
    for (const Endpoint endpoint : {Endpoint::list_customers, Endpoint::get_payment_method}) {
      EXPECT_EQ(judge(endpoint, status, kHtml).kind, Kind::unknown) << status;
      EXPECT_EQ(judge(endpoint, status, kHtml).code, kNotOffered) << status;
    }
    EXPECT_NE(judge(Endpoint::clone, status, kHtml).code, kNotOffered) << status;
  }
  EXPECT_EQ(judge(Endpoint::get_payment_method, 404, error(kInvalid, "resource_missing")).kind,
            Kind::refused);
}

TEST(Classify, TakesTheReasonOfAThrottleFromTheHeader) {
  struct Case {
    const char* header;
    const char* code;
    ThrottleReason reason;
  };
  const Case cases[] = {
      {"global-rate", "rate_limit", ThrottleReason::global_rate},
      {"endpoint-rate", "rate_limit", ThrottleReason::endpoint_rate},
      {"global-concurrency", "rate_limit", ThrottleReason::global_concurrency},
      {"endpoint-concurrency", "rate_limit", ThrottleReason::endpoint_concurrency},
      {"resource-specific", "rate_limit", ThrottleReason::resource_specific},
      {"resource-specific", "lock_timeout", ThrottleReason::resource_specific},
      {"", "lock_timeout", ThrottleReason::lock_timeout},
      {"", "rate_limit", ThrottleReason::unspecified},
      {"something-new", "rate_limit", ThrottleReason::unspecified},
  };
  for (const Case& c : cases) {
    Exchange exchange = answered(429, error(kInvalid, c.code));
    exchange.answer->rate_limited_reason = c.header;
    const Verdict verdict = classify(Endpoint::clone, exchange);
    EXPECT_EQ(verdict.kind, Kind::throttled);
    EXPECT_EQ(verdict.throttle, c.reason) << c.header << c.code;
  }
}

TEST(Classify, ARefusalThatAsksForARetrySettlesNothing) {
  for (const int status : {400, 402, 404}) {
    Exchange exchange = answered(status, error(kInvalid, "x"));
    exchange.answer->should_retry = "true";
    const Verdict verdict = classify(Endpoint::clone, exchange);
    EXPECT_EQ(verdict.kind, Kind::unknown);
    EXPECT_EQ(verdict.code, "retry_asked");
    exchange.answer->should_retry = "false";
    EXPECT_EQ(classify(Endpoint::clone, exchange).kind, Kind::refused);
  }
}

TEST(Classify, CarriesReplayAndRetryAdviceOfAServerError) {
  Exchange exchange = answered(500, error("api_error"));
  exchange.answer->replayed = true;
  exchange.answer->should_retry = "false";
  exchange.answer->retry_after = "7";
  const Verdict verdict = classify(Endpoint::clone, exchange);
  EXPECT_TRUE(verdict.replayed);
  EXPECT_EQ(verdict.should_retry, false);
  EXPECT_EQ(verdict.retry_after, seconds(7));
}

TEST(Classify, ReadsRetryAfterOnlyAsSeconds) {
  for (const char* text :
       {"", "soon", "-1", "1.5", "7 ", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999"}) {
    Exchange exchange = answered(429, "");
    exchange.answer->retry_after = text;
    EXPECT_EQ(classify(Endpoint::clone, exchange).retry_after, std::nullopt) << text;
  }
}

TEST(Classify, AsksBlameWhoseFaultItIs) {
  EXPECT_EQ(judge(Endpoint::attach, 404, error(kInvalid, "resource_missing", "customer")).about,
            About::customer);
  EXPECT_EQ(judge(Endpoint::attach, 400, error(kInvalid, "payment_method_unexpected_state")).about,
            About::clone);
  EXPECT_EQ(judge(Endpoint::attach, 402, error("card_error", "card_declined")).about, About::item);
}

TEST(Classify, RedactsTheMessage) {
  const Verdict verdict = judge(
      Endpoint::clone, 401, error(kInvalid, "", "", "Invalid API Key: sk_test_****1234 of jo@example.com"));
  EXPECT_EQ(verdict.message, "Invalid API Key: [key] of [e-mail]");
}

TEST(Classify, DoesNotRepeatWhatStripeQuotesOfAPerson) {
  const Verdict verdict = judge(Endpoint::create_customer, 400,
                                error(kInvalid, "", "name", "Invalid string: Jen...oe; must be at most 256"));
  EXPECT_EQ(verdict.kind, Kind::refused);
  EXPECT_EQ(verdict.about, About::customer);
  EXPECT_EQ(verdict.message, "Stripe does not accept the customer's name");
}

TEST(Classify, CutsALongMessageBetweenCharacters) {
  const std::string long_message = std::string(499, 'x') + "\u00e9" + std::string(100, 'y');
  EXPECT_EQ(judge(Endpoint::clone, 400, error(kInvalid, "", "", long_message)).message,
            std::string(499, 'x'));
  const std::string fitting = std::string(498, 'x') + "\u00e9";
  EXPECT_EQ(judge(Endpoint::clone, 400, error(kInvalid, "", "", fitting)).message, fitting);
}

TEST(Words, HaveOneSpelling) {
  EXPECT_EQ(to_string(Kind::key_conflict), "key_conflict");
  EXPECT_EQ(to_string(Kind::done), "done");
  EXPECT_EQ(to_string(Kind::key_rejected), "key_rejected");
  EXPECT_EQ(to_string(ThrottleReason::global_rate), "global_rate");
  EXPECT_EQ(to_string(ThrottleReason::unspecified), "unspecified");
}

}  // namespace
}  // namespace payferry::stripe
