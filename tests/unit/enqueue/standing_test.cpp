#include "enqueue/standing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace payferry::enqueue {
namespace {

using testing::HasSubstr;

TEST(Standing, AsALineForPeople) {
  Standing now;
  EXPECT_EQ(progress_line(now, 0), "0 confirmed");
  now.kept = {{610, 0, 0}, 1234, 3};
  now.size = 1000;
  now.confirmed = 1000;
  now.sent_again = 7;
  now.held_by = "a lost connection";
  EXPECT_EQ(progress_line(now, 2),
            "1,234 confirmed (61 %) · 500/s · 3 rejected · 7 sent again · held by a lost connection");
  now.kept.place.offset = 1000;
  EXPECT_THAT(progress_line(now, 2), HasSubstr("(99 %)")) << "100 % is said only of what is whole";
}

TEST(Standing, AsASummary) {
  Standing now;
  now.lines = 5;
  now.kept = {{}, 3, 1};
  now.unconfirmed = 1;
  const std::string json = summary_json(now, {"job", "/in.csv", "queue", "/in.rejects.csv", {"shoe"}},
                                        {Outcome::unfinished, "why"}, 1.5);
  for (const char* part : {R"("outcome": "unfinished")", R"("exit_code": 4)", R"("reason": "why")",
                           R"("lines": 5)", R"("confirmed": 3)", R"("unconfirmed": 1)", R"("seconds": 1.5)"})
    EXPECT_THAT(json, HasSubstr(part));
}

}  // namespace
}  // namespace payferry::enqueue
