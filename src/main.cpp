#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/cli.hpp"
#include "core/redact.hpp"
#include "core/words.hpp"

namespace {

// Where a starter has closed them, the ledger or a connection to Stripe would take their numbers, and the log
// would be written into it.
void fill_standard_streams() {
  int opened = ::open("/dev/null", O_RDWR);
  while (opened >= 0 && opened <= STDERR_FILENO) opened = ::open("/dev/null", O_RDWR);
  if (opened >= 0) ::close(opened);
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  // A log whose reader has gone and a file that may not grow are errors to be answered, not deaths.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return payferry::cli::main(argc, argv);
  } catch (const std::exception& error) {
    // A bug of ours. What the ledger confirmed is durable; the same command goes on.
    const std::string message = payferry::redact(error.what());
    std::fprintf(stderr, "payferry: unexpected error: %s\n", message.c_str());
    return static_cast<int>(payferry::Outcome::internal);
  }
}
