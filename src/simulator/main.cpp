#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "simulator/program_options.hpp"

namespace {

using namespace payferry::simulator;

bool write_whole(const std::string& path, const std::string& text) {
  const std::string aside = path + ".tmp";
  std::ofstream file(aside, std::ios::binary);
  file << text;
  file.close();
  return file && std::rename(aside.c_str(), path.c_str()) == 0;
}

bool write_list(const ProgramOptions& options, const std::vector<SeededLine>& lines) {
  if (options.csv_file.empty()) return true;
  std::ofstream file(options.csv_file, std::ios::binary);
  const CsvSummary summary = write_csv(file, lines, options.csv);
  file.close();
  std::cerr << "payferry-simulator: wrote " << summary.lines << " lines (" << summary.bad << " bad, "
            << summary.missing << " of nothing) to " << options.csv_file << '\n';
  return static_cast<bool>(file);
}

int fail(const std::string& what) {
  std::cerr << "payferry-simulator: " << what << '\n';
  return 1;
}

int serve(const ProgramOptions& options, std::unique_ptr<World> world) {
  // The server's thread inherits the mask, so that the signals come to sigwait alone.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  Server server(options.server, std::move(world));
  server.start();
  if (!options.port_file.empty() && !write_whole(options.port_file, std::to_string(server.port()) + "\n")) {
    return fail("cannot write " + options.port_file);
  }
  std::cout << "payferry-simulator listening on " << server.url() << std::endl;
  int received = 0;
  sigwait(&signals, &received);
  server.stop();
  if (!options.report_file.empty() && !write_whole(options.report_file, server.report_json() + "\n")) {
    return fail("cannot write " + options.report_file);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto read = read_program_options(argc, argv);
  if (const int* code = std::get_if<int>(&read)) return *code;
  const auto& options = std::get<ProgramOptions>(read);
  try {
    auto world = std::make_unique<World>(options.world);
    if (!write_list(options, seed(world->store(), options.seed)))
      return fail("cannot write " + options.csv_file);
    for (const auto& [account, rate] : options.world.limits.accounts)
      if (!world->store().find_account(account))
        return fail("--account-limit: there is no account " + account +
                    "; the list that --csv writes names those there are");
    return options.write_only ? 0 : serve(options, std::move(world));
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
