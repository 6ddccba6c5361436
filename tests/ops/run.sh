#!/usr/bin/env bash
# What an operator is given, checked by the tools that an operator uses: dashboard, rules, alerts and runbook against the
# catalogue of metrics, the alerts' unit tests by promtool, a real Prometheus on a real run, manual page and completions.
# Installs Debian's prometheus, which on a machine with systemd also starts one on port 9090; ours is another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

deploy/packages.sh install build test ops
if [[ -z ${PAYFERRY_BIN:-} ]]; then
  cmake --preset dev >/dev/null
  cmake --build --preset dev --target payferry payferry-simulator
  export PAYFERRY_BIN=$PWD/build/dev/bin
fi

promtool check config deploy/prometheus/prometheus.yml
(cd tests/ops && promtool test rules alerts_test.yml)
python3 -B tests/ops/check.py
python3 -B tests/ops/real.py
python3 -B tests/e2e/test_generated.py
