#include <cstdio>
#include <exception>

#include "cli/cli.hpp"
#include "core/redact.hpp"
#include "core/words.hpp"

int main(int argc, char** argv) {
  try {
    return payferry::cli::main(argc, argv);
  } catch (const std::exception& error) {
    // A bug of ours. What the ledger confirmed is durable; the same command goes on.
    const std::string message = payferry::redact(error.what());
    std::fprintf(stderr, "payferry: unexpected error: %s\n", message.c_str());
    return static_cast<int>(payferry::Outcome::internal);
  }
}
