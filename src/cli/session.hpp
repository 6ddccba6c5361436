#pragma once

#include <string>

#include "cli/common.hpp"
#include "core/ids.hpp"
#include "pipeline/run.hpp"

namespace payferry::cli {

// What `payferry run` was asked for.
struct RunRequest {
  Common common;
  pipeline::RunOptions options;
  std::string summary_file;
  std::string progress = "auto";
  bool live = false;
};

struct SessionResult {
  Outcome outcome = Outcome::internal;
  std::string reason;   // for the user; empty where there is nothing to explain
  std::string summary;  // JSON of DESIGN 3.5
};

// How the client is to be made for these settings.
stripe::Options client_options(const settings::Settings& settings);

// Puts the rooms together for one run, and runs it.
SessionResult run_session(const settings::Settings& settings, const RunRequest& request);

}  // namespace payferry::cli
