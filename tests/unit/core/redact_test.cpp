#include "core/redact.hpp"

#include <gtest/gtest.h>

#include <string>

namespace payferry {
namespace {

struct Leak {
  std::string text;
  std::string secret;  // must not be left
};

class Redacted : public testing::TestWithParam<Leak> {};

TEST_P(Redacted, holds_nothing_of_the_secret) {
  const std::string shown = redact(GetParam().text);
  EXPECT_EQ(shown.find(GetParam().secret), std::string::npos) << shown;
}

INSTANTIATE_TEST_SUITE_P(
    Keys, Redacted,
    testing::Values(Leak{"Invalid API Key provided: sk_test_4eC39HqLyjWDarjtT1zdp7dc", "4eC39"},
                    Leak{"Invalid API Key provided: sk_live_*********************p7dc", "p7dc"},
                    Leak{"Expired API Key provided: rk_live_51H8aXyZ", "51H8a"},
                    Leak{"key=sk_live_abc123,next", "abc123"},
                    Leak{"Authorization: Bearer sk_live_abc123\r\nHost: x", "abc123"},
                    Leak{"https://sk_test_abc123:@x/", "abc123"}, Leak{"'sk_test_abc123'", "abc123"},
                    Leak{"xsk_live_abc123", "abc123"}, Leak{"sk_live_abc123sk_live_def456", "def456"},
                    Leak{"pk_live_abc123", "abc123"}, Leak{"whsec_abc123", "abc123"},
                    Leak{"sk_org_live_abc123", "abc123"}, Leak{"rk_test_abc123", "abc123"},
                    Leak{"rkcs_test_abc123", "abc123"}, Leak{"ek_live_YWNjdF8xMDMy", "YWNjdF"},
                    Leak{"sk_live_", "sk_live_"},
                    Leak{"pi_3MtwBwLkdIwHu7ix_secret_YrKJUKribcBjcG8HVhfZluoGH", "YrKJ"},
                    Leak{"seti_1_secret_abc123", "abc123"}));

INSTANTIATE_TEST_SUITE_P(
    Mail, Redacted,
    testing::Values(Leak{"Invalid email address: jane.doe@example.com", "jane"},
                    Leak{"Invalid email address: jane.doe@example.com", "example"},
                    Leak{"<jane@example.com>", "jane"}, Leak{"(jane@example.com)", "jane"},
                    Leak{"email=jane@example.com&name=x", "jane"}, Leak{"jane+tag@example.co.uk", "jane"},
                    Leak{"\"jane@example.com\"", "jane"}, Leak{"jane@example", "jane"},
                    Leak{"jörg@exämple.de", "rg@"}, Leak{"jörg@exämple.de", "mple"},
                    Leak{"a@b.c d@e.f", "d@"}, Leak{"a@b.c,jane@example.com", "jane"},
                    Leak{"o'hara@example.com", "hara"}, Leak{"jane@[192.0.2.1]", "jane"},
                    Leak{"email=jane%40example.com&x=1", "jane"}, Leak{"email=jane%40example.com", "example"},
                    Leak{"Invalid email address; %40@example.com", "example"},
                    Leak{"jane%40@example.com", "jane"},
                    Leak{"No such customer: 'jane@example.com'; a similar object exists", "jane"}));

TEST(Redact, leaves_what_is_no_secret_as_it_is) {
  for (const char* text : {"", "No such PaymentMethod: 'pm_1EUmyo2x6R10KRrhUuJXu9m0'",
                           "acct_1032D82eZvKYlo2C", "card_declined", "req_abc123 @ 20/s", "@", "a @ b",
                           "Idempotency-Key: 7f3a", "100 % sure", "50%40", "risk_test", "größer"})
    EXPECT_EQ(redact(text), text);
}

TEST(Redact, keeps_the_words_around) {
  EXPECT_EQ(redact("Key sk_test_abc123 of jane@example.com is bad"), "Key [key] of [e-mail] is bad");
}

TEST(Redact, applied_twice_changes_nothing_more) {
  for (const char* text :
       {"sk_test_abc123", "jane@example.com", "pi_1_secret_abc", "email=jane%40example.com"}) {
    const std::string once = redact(text);
    EXPECT_EQ(redact(once), once);
  }
}

TEST(Redact, takes_text_of_any_bytes) {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  redact(text);
  redact(std::string(100'000, '@'));
  redact(std::string(100'000, 'a') + "@" + std::string(100'000, 'b'));
}

}  // namespace
TEST(WithoutPerson, HidesWhoTheyAreInEveryFormInWhichAMessageQuotesThem) {
  const std::vector<std::string_view> person{"ann.lee@x.example", "Ann Marie O'Leary", "+49 555-0987654",
                                             "ab"};
  for (const char* text : {"Invalid: ANN.LEE@x.example", "No ann marie o'leary here", "call +49 555-0987654",
                           "call 495550987654", "email=ann.lee%40x.example", "name=Ann%20Marie%20O%27Leary",
                           "name=Ann+Marie+O%27Leary", "Mrs Leary", "Dear Marie,"}) {
    const std::string shown = without_person(text, person);
    EXPECT_NE(shown.find("[hidden]"), std::string::npos) << text;
    for (const char* part : {"ann.lee", "ANN", "Marie", "marie", "Leary", "leary", "0987654"})
      EXPECT_EQ(shown.find(part), std::string::npos) << shown;
  }
}

TEST(WithoutPerson, LeavesTheRestOfTheMessageReadable) {
  EXPECT_EQ(without_person("No such customer: 'cus_1'", {"Customer", "", "ab", "+1"}),
            "No such [hidden]: 'cus_1'");
  EXPECT_EQ(without_person("Your card was declined.", {"Ann Lee", "a@b.example"}), "Your card was declined.");
  EXPECT_EQ(without_person("", {"Ann"}), "");
}

}  // namespace payferry
