// In a test program that says ONE_THREAD: the thread sanitizer never sees it, so a second thread must not
// begin unnoticed.

#include <pthread.h>

#include <cstdio>
#include <cstdlib>

// Stands before the C library's own, for the program and for every library that it loads.
extern "C" int pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) noexcept {
  std::fputs("a second thread, in a test program that says ONE_THREAD in its CMakeLists.txt\n", stderr);
  std::abort();
}
