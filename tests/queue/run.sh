#!/usr/bin/env bash
# The programs against a real RabbitMQ, which the tests start on loopback, with folders and ports of their own.
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
for part in test_amqp test_enqueue; do
  /usr/bin/python3 -B "tests/queue/$part.py" || failed=1
done
exit "$failed"
