#include "simulator/report.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

struct Report : testing::Test {
  SmallWorld small;

  std::string seen(const std::string& path) {
    return at(report_body(small.world.store(), small.world.counters()), path);
  }
  std::string attach_new(const std::string& source = "cus_owner", const std::string& account = "acct_A") {
    return small.customer(
        {{"payment_method", small.clone(account)}, {"metadata[payferry_source_customer]", source}}, account);
  }
};

TEST_F(Report, AnHonestMoveHasNothingToComplainAbout) {
  attach_new();
  attach_new("cus_owner", "acct_B");
  EXPECT_EQ(seen("clones"), R"({"total":2,"attached":2,"orphans":0,"detached":0,"misattached":0})");
  EXPECT_EQ(seen("duplicate_clones"), "0");
  EXPECT_EQ(seen("duplicate_customers"), "0");
  EXPECT_EQ(seen("customers_created"), R"({"acct_A":1,"acct_B":1})");
  EXPECT_EQ(seen("writes"), R"({"clone":2,"create_customer":2})");
  EXPECT_EQ(seen("requests.total"), "4");
}

TEST_F(Report, DuplicatesAreCountedAndNamed) {
  attach_new();
  attach_new();
  EXPECT_EQ(seen("duplicate_clones"), "1");
  EXPECT_EQ(seen("duplicate_clones_list.0"), R"({"account":"acct_A","original":"pm_card","count":2})");
  EXPECT_EQ(seen("duplicate_customers"), "1");
  EXPECT_EQ(seen("duplicate_customers_list.0.source_customer"), "cus_owner");
}

TEST_F(Report, ADeletedCustomerIsNoDuplicate) {
  const std::string first = attach_new();
  attach_new();
  small.send(SmallWorld::make("DELETE", "/v1/customers/" + first));
  EXPECT_EQ(seen("duplicate_clones"), "0");
  EXPECT_EQ(seen("duplicate_customers"), "0");
  EXPECT_EQ(seen("clones.detached"), "1");
  EXPECT_EQ(seen("repeated_clones"), "1");
}

TEST_F(Report, OrphansAreClonesThatWereNeverAttached) {
  small.clone();
  attach_new();
  EXPECT_EQ(seen("orphans"), "1");
  EXPECT_EQ(seen("duplicate_clones"), "0");
  EXPECT_EQ(seen("repeated_clones"), "1");
}

TEST_F(Report, ACloneOnAnotherCustomersCopyIsMisattached) {
  attach_new("cus_somebody_else");
  EXPECT_EQ(seen("clones.misattached"), "1");
}

TEST_F(Report, ConsumedOriginalsAreCounted) {
  small.add_original("pm_free", nullptr);
  small.post("/v1/payment_methods", {{"payment_method", "pm_free"}});
  EXPECT_EQ(seen("originals_consumed"), "1");
}

TEST_F(Report, RequestsAreCountedByEndpointAndStatus) {
  small.clone("acct_A", "k");
  small.clone("acct_A", "k");
  small.post("/v1/payment_methods", {{"payment_method", "pm_none"}}, "acct_A", "k");
  small.post("/v1/payment_methods", {{"payment_method", "pm_none"}}, "");
  small.get("/v1/nothing");
  EXPECT_EQ(seen("requests.by_endpoint.clone.by_status"), R"({"200":2,"400":2})");
  EXPECT_EQ(seen("requests.by_endpoint.other.requests"), "1");
  EXPECT_EQ(seen("requests.by_status"), R"({"200":2,"400":2,"404":1})");
  EXPECT_EQ(seen("writes.clone"), "1");
  EXPECT_EQ(seen("idempotency"), R"({"replays":1,"mismatches":1,"in_use":0})");
  EXPECT_EQ(seen("posts_without_account"), "1");
  EXPECT_EQ(seen("posts_without_key"), "1");
}

TEST_F(Report, TheBusiestSecondIsAnySecond) {
  for (int i = 0; i < 3; ++i) {
    small.get("/v1/account");
    small.now += 400'000;
  }
  small.get("/v1/customers");
  EXPECT_EQ(seen("requests.by_endpoint.retrieve_own_account.max_per_second"), "3");
  EXPECT_EQ(seen("requests.max_per_second"), "3");
}

TEST_F(Report, TheLogMasksTheKey) {
  small.clone("acct_A", "k");
  const std::string log = request_log_body(small.world.log());
  EXPECT_EQ(at(log, "requests.0.api_key"), "sk_test_****6789");
  EXPECT_EQ(at(log, "requests.0.idempotency_key"), "k");
  EXPECT_EQ(at(log, "requests.0.status"), "200");
  EXPECT_EQ(log.find("0123456789"), std::string::npos);
}

TEST_F(Report, TheLogIsBounded) {
  for (int i = 0; i < 1100; ++i) small.get("/v1/account");
  EXPECT_EQ(small.world.log().size(), 1000u);
}

TEST_F(Report, AttachedClonesAreListedOneALine) {
  const std::string customer = attach_new();
  small.clone();
  const std::string lines = attached_lines(small.world.store());
  ASSERT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1);
  EXPECT_EQ(at(lines.substr(0, lines.size() - 1), "customer"), customer);
  EXPECT_EQ(at(lines.substr(0, lines.size() - 1), "original"), "pm_card");
  EXPECT_EQ(at(lines.substr(0, lines.size() - 1), "source_customer"), "cus_owner");
  EXPECT_EQ(at(lines.substr(0, lines.size() - 1), "default"), "false");
}

TEST(SecondWindow, ForgetsWhatIsASecondOld) {
  SecondWindow window;
  window.add(0);
  window.add(999'999);
  EXPECT_EQ(window.most(), 2u);
  window.add(1'000'000);
  EXPECT_EQ(window.most(), 2u);
}

}  // namespace
}  // namespace payferry::simulator
