#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "async/task.hpp"
#include "async/time.hpp"
#include "core/result.hpp"
#include "stripe/client.hpp"
#include "stripe/verdict.hpp"

namespace payferry::pipeline {

// How long the first contact may take before Stripe counts as not reachable.
inline constexpr std::chrono::seconds kFirstContact{25};

// Whose key it is, and what Stripe's clock said.
struct Contact {
  std::string platform;  // acct_…
  std::string date;      // the answer's Date header
  std::string country;   // of the platform; may be empty
};

// Told of each answer, or lack of one.
using Overheard = std::function<void(const stripe::Exchange&, const stripe::Verdict&)>;

// Asks Stripe whose key it is: one read, before anything else. Tries again while there is no usable answer,
// for kFirstContact at most; the client is of no use any more after that. Errors: refused (the key),
// unreachable, untrusted, stopped.
async::Task<Result<Contact>> first_contact(boost::asio::io_context& context, stripe::Reader& client,
                                           async::Time& time, std::string api_version,
                                           Overheard overheard = {});

}  // namespace payferry::pipeline
