#!/usr/bin/env bash
# Installs what is missing, builds, and runs all the tests. Arguments go to ctest.
#
#   tests/run.sh                  everything
#   tests/run.sh -L unit          only the unit tests
#   tests/run.sh -R csv           only what matches
#   PRESET=asan tests/run.sh      under the sanitizers (also tsan, release)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${PRESET:-dev}
deploy/packages.sh install build test
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" "$@"
