#include "simulator/form.hpp"

#include <string>

#include "fuzz/check.hpp"
#include "fuzz/targets.hpp"
#include "fuzz/utf8.hpp"

namespace payferry::fuzz {
namespace {

std::string encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

}  // namespace

void form(std::string_view input) {
  require(simulator::valid_utf8(input) == is_utf8(input), "UTF-8 is known from what is not");
  simulator::Params params;
  if (simulator::decode_form(input, params)) return;
  std::string again;
  for (const auto& [name, value] : params.pairs) {
    require(!name.empty() && is_utf8(name) && is_utf8(value), "parameters are UTF-8 and have names");
    require(params.find(name) != nullptr, "a parameter can be found");
    again += (again.empty() ? "" : "&") + encoded(name) + "=" + encoded(value);
  }
  simulator::Params second;
  require(!simulator::decode_form(again, second), "what was decoded can be sent again");
  require(second.pairs == params.pairs, "it comes back as it was");
}

}  // namespace payferry::fuzz
