#include "core/crash_point.hpp"

#ifdef PAYFERRY_CRASH_POINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace payferry {

void crash_point(const char*) {
  static const long wanted = [] {
    const char* const text = std::getenv("PAYFERRY_CRASH_AT");
    return text ? std::atol(text) : 0L;
  }();
  static std::atomic<long> passed{0};
  if (wanted > 0 && ++passed == wanted) ::kill(::getpid(), SIGKILL);
}

}  // namespace payferry

#endif
