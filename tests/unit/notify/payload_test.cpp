#include "notify/payload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace payferry::notify {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Payload, TellsEventJobAccountAndState) {
  telemetry::Snapshot now;
  now.job = "night";
  now.started_wall_ms = 1000;
  const Notification made = make_notification(Event::account_done, "acct_1", now, 1'795'407'600'000, 3);
  EXPECT_THAT(made.body, HasSubstr("\"event\":\"account_done\""));
  EXPECT_THAT(made.body,
              HasSubstr("\"job\":\"night\",\"kind\":\"run\",\"account\":\"acct_1\",\"state\":{\"job\":"));
  EXPECT_EQ(made.body.find('\n'), made.body.size() - 1);
  EXPECT_THAT(made.body, HasSubstr("\"id\":\"" + made.id + "\""));
  now.to_detach = 1;
  EXPECT_THAT(make_notification(Event::finished, "", now, 0, 4).body,
              HasSubstr("\"kind\":\"rollback\",\"account\":null"));
}

TEST(Payload, ItsIdIsThatOfTheNotificationAndOfNoOther) {
  telemetry::Snapshot now;
  now.job = "night";
  now.started_wall_ms = 1000;
  const std::string id = make_notification(Event::started, "", now, 5, 1).id;
  EXPECT_EQ(make_notification(Event::started, "", now, 6, 1).id, id);
  EXPECT_NE(make_notification(Event::started, "", now, 5, 2).id, id);
  now.started_wall_ms = 2000;
  EXPECT_NE(make_notification(Event::started, "", now, 5, 1).id, id);
}

TEST(Payload, OfAPlanHasThePlanForItsState) {
  const Notification made = make_plan_notification("night", "{\n  \"calls\": 3\n}\n", 1'795'407'600'000);
  EXPECT_THAT(made.body, HasSubstr("\"event\":\"planned\""));
  EXPECT_THAT(made.body, HasSubstr("\"kind\":\"plan\",\"account\":null,\"state\":{\"calls\": 3}}"));
  EXPECT_NE(make_plan_notification("night", "{}", 1).id, make_plan_notification("night", "{}", 2).id);
}

TEST(Payload, HoldsNoKey) {
  telemetry::Snapshot now;
  now.reason = "Invalid API Key provided: sk_live_51AbcdefSecretOfSomebody";
  EXPECT_THAT(make_notification(Event::finished, "", now, 0, 1).body, Not(HasSubstr("51Abcdef")));
}

}  // namespace
}  // namespace payferry::notify
