#pragma once

namespace payferry::cli {

// Parses the command line, runs the command, answers the process's exit code (DESIGN 3.1).
int main(int argc, char** argv);

}  // namespace payferry::cli
