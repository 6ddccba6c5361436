#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "async/time.hpp"
#include "core/result.hpp"
#include "plan/preflight.hpp"
#include "settings/settings.hpp"
#include "stripe/client.hpp"

// What Stripe says before a run, asked by reads alone.
namespace payferry::pipeline {

struct LookedAtAccount {
  std::string account;
  bool readable = false;      // false: `not_ready` says why, where Stripe said it
  plan::Readiness readiness;  // of a readable one
};

// Of the originals that the input names.
struct OriginalsSample {
  std::uint64_t asked = 0;
  std::uint64_t found = 0;
  std::uint64_t attached = 0;
  std::map<std::string, std::uint64_t> types;
};

struct LookAround {
  std::string platform;
  std::string country;
  std::vector<LookedAtAccount> accounts;
  OriginalsSample sample;
};

// Asks whose key it is, then for each account and each original, paced by the configured limits. Errors:
// refused (the key, or another platform than stripe.platform_account), unreachable, untrusted.
async::Task<Result<LookAround>> look_around(boost::asio::io_context& context, stripe::Reader& reader,
                                            async::Time& time, const settings::Settings& settings,
                                            std::vector<std::string> accounts,
                                            std::vector<std::string> originals);

}  // namespace payferry::pipeline
