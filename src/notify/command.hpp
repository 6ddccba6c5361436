#pragma once

#include <string>
#include <vector>

#include "async/time.hpp"
#include "core/result.hpp"

namespace payferry::notify {

// A program of the user's, run without a shell: standard input is the text, what it prints is dropped, its
// environment is ours without every variable that holds one of the secrets or anything that looks like a
// Stripe key.
class Command {
 public:
  Command(async::Time& time, std::vector<std::string> argv, std::vector<std::string> secrets);

  // Waits for its end; at the deadline it is killed, with all that it started. Errors: io (it cannot be
  // started, or ended otherwise than with 0), interrupted (the deadline).
  async::Task<Result<void>> run(std::string input, SteadyTime deadline);
  // What is running ends by then at the latest.
  void hurry(SteadyTime deadline);

 private:
  async::Time& time_;
  std::unique_ptr<async::Alarm> alarm_;
  std::vector<std::string> argv_;
  std::vector<std::string> secrets_;
  SteadyTime deadline_;
};

// The environment such a program gets, as NAME=value.
std::vector<std::string> environment_without(const std::vector<std::string>& environment,
                                             const std::vector<std::string>& secrets);

}  // namespace payferry::notify
