#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace payferry::simulator {

// Stateless, so that one use of randomness never shifts another: every draw is a function of the seed and
// what it is for.
std::uint64_t mix(std::uint64_t value);
std::uint64_t mix(std::uint64_t a, std::uint64_t b);
std::uint64_t mix(std::uint64_t seed, std::string_view text);

// In [0, 1).
double fraction(std::uint64_t value);

// `length` letters and digits drawn from `value`.
std::string letters(std::uint64_t value, std::size_t length);

// Ids in Stripe's shape, the same ones in the same order for one seed.
class IdMaker {
 public:
  explicit IdMaker(std::uint64_t seed) : seed_(seed) {}

  std::string account();         // acct_1…
  std::string customer();        // cus_…
  std::string payment_method();  // pm_1…
  std::string card();            // card_1…, as the old Cards API made them
  std::string request();         // req_…
  std::string payment_intent();  // pi_…
  std::string subscription();    // sub_…

 private:
  std::string next(std::string_view prefix, std::size_t length);

  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

}  // namespace payferry::simulator
