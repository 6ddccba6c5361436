#include "simulator/validate.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

struct Case {
  Endpoint endpoint;
  SmallWorld::Fields fields;
  const char* code;  // "" accepted, "-" refused without a code
  const char* param;
};

Params params_of(const SmallWorld::Fields& fields) {
  Params params;
  params.pairs = fields;
  return params;
}

TEST(Validate, ParametersAreHeldAgainstTheEndpoint) {
  const std::string long_name(41, 'k'), long_value(501, 'v'), limit_value(500, 'v');
  const Case cases[] = {
      {Endpoint::clone,
       {{"customer", "cus_1"}, {"payment_method", "pm_1"}, {"expand[]", "customer"}},
       "",
       ""},
      {Endpoint::clone,
       {{"payment_method", "pm_1"}, {"metadata[a]", "b"}},
       "parameter_unknown",
       "metadata[a]"},
      {Endpoint::clone,
       {{"customer", ""}, {"payment_method", "pm_1"}},
       "parameter_invalid_empty",
       "customer"},
      {Endpoint::attach, {}, "parameter_missing", "customer"},
      {Endpoint::attach, {{"customer", ""}}, "parameter_invalid_empty", "customer"},
      {Endpoint::attach, {{"customer", "cus_1"}, {"nonsense", "1"}}, "parameter_unknown", "nonsense"},
      {Endpoint::detach, {{"customer", "cus_1"}}, "parameter_unknown", "customer"},
      {Endpoint::create_customer, {{"name", ""}, {"email", ""}, {"metadata[a]", ""}}, "", ""},
      {Endpoint::create_customer, {{"payment_method", ""}}, "parameter_invalid_empty", "payment_method"},
      {Endpoint::create_customer,
       {{"invoice_settings[nonsense]", "1"}},
       "parameter_unknown",
       "invoice_settings[nonsense]"},
      {Endpoint::create_customer, {{"metadata[" + long_name + "]", "v"}}, "-", "metadata"},
      {Endpoint::create_customer, {{"metadata[a]", long_value}}, "-", "metadata[a]"},
      {Endpoint::create_customer, {{"metadata[a]", limit_value}}, "", ""},
      {Endpoint::create_customer, {{"metadata[a[b]]", "v"}}, "-", "metadata"},
      {Endpoint::create_customer, {{"phone", "012345678901234567890"}}, "-", "phone"},
      {Endpoint::create_customer, {{"expand[]", "subscriptions.data"}}, "-", "expand"},
      {Endpoint::delete_customer, {{"expand[]", "x"}}, "parameter_unknown", "expand[]"},
      {Endpoint::list_customers, {{"limit", "100"}, {"created[gte]", "1"}}, "", ""},
      {Endpoint::list_customers, {{"limit", "101"}}, "parameter_invalid_integer", "limit"},
      {Endpoint::list_customers, {{"limit", "0"}}, "parameter_invalid_integer", "limit"},
      {Endpoint::list_customers, {{"limit", "ten"}}, "parameter_invalid_integer", "limit"},
      {Endpoint::list_customers,
       {{"created[gte]", "yesterday"}},
       "parameter_invalid_integer",
       "created[gte]"},
      {Endpoint::list_customers, {{"starting_after", "a"}, {"ending_before", "b"}}, "-", ""},
      {Endpoint::list_customers, {{"expand[]", "data.invoice_settings.default_payment_method"}}, "", ""},
      {Endpoint::list_customers, {{"expand[]", "invoice_settings.default_payment_method"}}, "-", "expand"},
      {Endpoint::retrieve_customer, {{"expand[]", "invoice_settings.default_payment_method"}}, "", ""},
      {Endpoint::retrieve_customer, {{"name", "x"}}, "parameter_unknown", "name"},
  };
  for (const Case& c : cases) {
    const auto error = validate(c.endpoint, params_of(c.fields));
    const std::string first = c.fields.empty() ? "" : c.fields[0].first;
    const std::string where = std::string(info(c.endpoint).name) + " " + first;
    if (std::string_view(c.code).empty()) {
      EXPECT_FALSE(error) << where;
      continue;
    }
    ASSERT_TRUE(error) << where;
    EXPECT_EQ(error->code, std::string_view(c.code) == "-" ? "" : c.code) << where;
    EXPECT_EQ(error->param, c.param) << where;
    EXPECT_EQ(error->status, 400) << where;
  }
}

TEST(Validate, MetadataHoldsFiftyKeys) {
  SmallWorld::Fields fields;
  for (int i = 0; i < 50; ++i) fields.emplace_back("metadata[k" + std::to_string(i) + "]", "v");
  EXPECT_FALSE(validate(Endpoint::create_customer, params_of(fields)));
  fields.emplace_back("metadata[onemore]", "v");
  EXPECT_TRUE(validate(Endpoint::create_customer, params_of(fields)));
}

TEST(Validate, AFailureIsNotStoredUnderTheKey) {
  SmallWorld small;
  EXPECT_EQ(at(small.post("/v1/customers", {{"nonsense", "1"}}, "acct_A", "k"), "error.code"),
            "parameter_unknown");
  EXPECT_EQ(small.post("/v1/customers", {{"name", "Ada"}}, "acct_A", "k").status, 200);
}

}  // namespace
}  // namespace payferry::simulator
