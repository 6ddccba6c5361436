#!/usr/bin/env bash
# Several workers of one job on one PostgreSQL ledger, with real servers, which the tests start on loopback with folders and ports
# of their own.
#
#   tests/fleet/run.sh                                         what CI runs
#   FLEET_ITEMS=20000 FLEET_SECONDS=180 tests/fleet/run.sh     a longer storm
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

deploy/packages.sh install build test queue
if [[ -z ${PAYFERRY_BIN:-} ]]; then
  cmake --preset dev >/dev/null
  cmake --build --preset dev --target payferry payferry-simulator
  export PAYFERRY_BIN=$PWD/build/dev/bin
fi

# Debian's own Python: it has what was installed.
failed=0
for test in tests/fleet/test_*.py; do
  /usr/bin/python3 -B "$test" || failed=1
done
exit "$failed"
