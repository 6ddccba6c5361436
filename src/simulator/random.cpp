#include "simulator/random.hpp"

namespace payferry::simulator {

std::uint64_t mix(std::uint64_t value) {  // splitmix64
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return mix(mix(a) ^ (b * 0xd6e8feb86659fd93ULL));
}

std::uint64_t mix(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3ULL;
  return mix(hash);
}

double fraction(std::uint64_t value) {
  return static_cast<double>(value >> 11) * 0x1.0p-53;
}

std::string letters(std::uint64_t value, std::size_t length) {
  static constexpr std::string_view alphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out(length, '0');
  std::uint64_t pool = value;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 8 == 0) pool = mix(value, i);
    out[i] = alphabet[pool % alphabet.size()];
    pool /= alphabet.size();
  }
  return out;
}

std::string IdMaker::next(std::string_view prefix, std::size_t length) {
  return std::string(prefix) + letters(mix(seed_, ++count_), length);
}

std::string IdMaker::account() {
  return next("acct_1", 15);
}
std::string IdMaker::customer() {
  return next("cus_", 14);
}
std::string IdMaker::payment_method() {
  return next("pm_1", 23);
}
std::string IdMaker::card() {
  return next("card_1", 23);
}
std::string IdMaker::request() {
  return next("req_", 14);
}
std::string IdMaker::payment_intent() {
  return next("pi_3", 23);
}
std::string IdMaker::subscription() {
  return next("sub_1", 23);
}

}  // namespace payferry::simulator
