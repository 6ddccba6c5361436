#include <cstddef>
#include <cstdint>

#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// libFuzzer's way in; PAYFERRY_FUZZ_TARGET names one function of targets.hpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  payferry::fuzz::PAYFERRY_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
