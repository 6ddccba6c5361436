#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace payferry::notify {

// The value of the header Payferry-Signature: "t=SECONDS,v1=HEX", where HEX is the HMAC-SHA256 of
// "SECONDS.BODY" under the secret. The form is that of Stripe's own webhooks, so that what verifies those
// verifies these. stripe-docs: webhooks, "Verify webhook signatures manually"
std::string signature_of(std::string_view secret, std::int64_t seconds, std::string_view body);

}  // namespace payferry::notify
