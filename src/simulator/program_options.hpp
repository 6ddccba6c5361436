#pragma once

#include <optional>
#include <string>
#include <variant>

#include "simulator/seed.hpp"
#include "simulator/server.hpp"
#include "simulator/world.hpp"

namespace payferry::simulator {

struct ProgramOptions {
  WorldOptions world;
  SeedOptions seed;
  CsvOptions csv;
  ServerOptions server;
  std::string csv_file, report_file, port_file;
  bool write_only = false;
};

// The options, or the exit code of a program that has nothing more to do (--help: 0, bad usage: 2); what
// there is to say about it has been printed.
std::variant<ProgramOptions, int> read_program_options(int argc, char** argv);

}  // namespace payferry::simulator
