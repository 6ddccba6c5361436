#pragma once

// Places at which a test ends the process as SIGKILL would: PAYFERRY_CRASH_AT=N in the environment dies at
// the Nth one that is passed. Compiled in with the option PAYFERRY_CRASH_POINTS only; in what users run there
// is nothing.
namespace payferry {

#ifdef PAYFERRY_CRASH_POINTS
void crash_point(const char* name);
#else
inline void crash_point(const char*) {}
#endif

}  // namespace payferry
