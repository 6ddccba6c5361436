#include "steer/protocol.hpp"

#include <gtest/gtest.h>

namespace payferry::steer {
namespace {

TEST(Protocol, a_request_comes_back_as_it_went) {
  Request set{Action::set,
              "nightly",
              {{Knob::rate, 12.5}, {Knob::in_flight, std::nullopt}},
              "",
              {{Endpoint::clone, 5}, {Endpoint::attach, std::nullopt}}};
  Request single{Action::set, "nightly", {}, "", {{Endpoint::detach, 1}}};
  Request skip{Action::skip_account, "nightly", {}, "acct_1"};
  Request pause{Action::pause, "nightly", {}, ""};
  for (const Request& request : {set, single, skip, pause}) {
    const std::string line = to_line(request);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const Result<Request> back = parse_request(line);
    ASSERT_TRUE(back) << line << back.error().message;
    EXPECT_EQ(*back, request) << line;
  }
}

struct Wrong {
  const char* line;
  const char* says;
};
class Refused : public testing::TestWithParam<Wrong> {};

TEST_P(Refused, with_what_is_wrong) {
  const Result<Request> request = parse_request(GetParam().line);
  ASSERT_FALSE(request) << GetParam().line;
  EXPECT_EQ(request.error().code, Errc::usage);
  EXPECT_NE(request.error().message.find(GetParam().says), std::string::npos) << request.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Refused,
    testing::Values(Wrong{"", "one JSON object"}, Wrong{"null", "one JSON object"},
                    Wrong{"{}", "do: is missing"}, Wrong{"\xff", "one JSON object"},
                    Wrong{R"({"do":"pause"})", "job"}, Wrong{R"({"job":"j","do":"jump"})", "do: give"},
                    Wrong{R"({"job":"j","do":1})", "do: give"},
                    Wrong{R"({"job":1,"do":"pause"})", "job: give a name"},
                    Wrong{R"({"job":"j","do":"pause","x":1})", "a request has"},
                    Wrong{R"({"job":"j","do":"pause","account":"acct_1"})", "takes none"},
                    Wrong{R"({"job":"j","do":"pause","set":{"rate":1}})", "takes none"},
                    Wrong{R"({"job":"j","do":"skip-account"})", "begins with acct_"},
                    Wrong{R"({"job":"j","do":"skip-account","account":"cus_1"})", "begins with acct_"},
                    Wrong{R"({"job":"j","do":"set"})", "what is to be set"},
                    Wrong{R"({"job":"j","do":"set","set":[]})", "give an object"},
                    Wrong{R"({"job":"j","do":"set","set":{"speed":1}})", "no such setting"},
                    Wrong{R"({"job":"j","do":"set","set":{"rate":"1"}})", "give numbers"},
                    Wrong{R"({"job":"j","do":"set","set":{"rate":0.05}})", "between 0.1 and 100000"},
                    Wrong{R"({"job":"j","do":"set","set":{"rate":100001}})", "between 0.1 and 100000"},
                    Wrong{R"({"job":"j","do":"set","set":{"in_flight":0}})", "between 1 and 4096"},
                    Wrong{R"({"job":"j","do":"set","set":{"in_flight":1.5}})", "whole number"}));

TEST(Protocol, a_request_is_no_longer_than_4_KiB) {
  EXPECT_FALSE(parse_request(R"({"job":"j","do":"pause"})" + std::string(5000, ' ')));
}

TEST(Protocol, an_assignment_is_read_as_it_is_typed) {
  Request request;
  EXPECT_TRUE(add_assignment("rate=50", request));
  EXPECT_TRUE(add_assignment("endpoint=0.5", request));
  EXPECT_TRUE(add_assignment("in_flight=configured", request));
  EXPECT_TRUE(add_assignment("endpoint.clone=5", request));
  EXPECT_TRUE(add_assignment("endpoint.attach=configured", request));
  EXPECT_EQ(request.set,
            (std::map<Knob, Wish>{{Knob::rate, 50}, {Knob::endpoint, 0.5}, {Knob::in_flight, std::nullopt}}));
  EXPECT_EQ(request.endpoints,
            (std::map<Endpoint, Wish>{{Endpoint::clone, 5}, {Endpoint::attach, std::nullopt}}));
  for (const char* wrong :
       {"", "rate", "=5", "endpoint.=5", "endpoint.nothing=5", "endpoint.clone=0", "rate.clone=5",
        "rate=", "rate=5x", "rate=-1", "rate=nan", "rate=inf", "speed=5", "in_flight=2.5", "rate= 5"})
    EXPECT_FALSE(add_assignment(wrong, request)) << wrong;
}

TEST(Protocol, a_reply_comes_back_with_the_runs_own_words) {
  const Result<Reply> back =
      parse_reply(to_line(Reply{ReplyCode::not_yet, "soon \"it\" is", R"({"a":[1]})"}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->code, ReplyCode::not_yet);
  EXPECT_EQ(back->message, "soon \"it\" is");
  EXPECT_EQ(back->live, R"({"a":[1]})");
  for (const char* wrong : {"", "[]", "{}", R"({"code":"done"})", R"({"code":"other","message":""})"})
    EXPECT_FALSE(parse_reply(wrong)) << wrong;
}

}  // namespace
}  // namespace payferry::steer
