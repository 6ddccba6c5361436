#include "intake/position.hpp"

#include <gtest/gtest.h>

namespace payferry::intake {
namespace {

TEST(Position, SurvivesBeingWritten) {
  for (const Position& position : {Position{0, 1, "abc"}, Position{18446744073709551615u, 12345, "0f"}})
    EXPECT_EQ(position_from(to_string(position)), position);
}

TEST(Position, OtherTextsAreNone) {
  for (const char* text : {"", "csv1", "csv1:", "csv1:1:2", "csv1:1:2:", "csv1:-1:2:a", "csv1:1:x:a",
                           "csv2:1:2:a", "csv1:1 :2:a", "csv1:99999999999999999999:2:a", "garbage"})
    EXPECT_FALSE(position_from(text)) << text;
}

}  // namespace
}  // namespace payferry::intake
