#!/usr/bin/env bash
# Builds for release and prints what the benches say, one table each. Nothing here is a test: no figure fails anything.
#
#   tests/bench/run.sh                   everything, in a size that takes minutes
#   tests/bench/run.sh --full            ten million items, and TLS too: an hour, and 10 GB in TMPDIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

deploy/packages.sh install build test bench
cmake --preset release >/dev/null
cmake --build --preset release --target payferry bench_make_ledger bench_answers

items=500000 rounds=3 more=()
if [[ ${1:-} == --full ]]; then items=10000000 rounds=7 more=(--instructions); fi
echo "## What is left of a run when $items items are done"
python3 -B tests/bench/size/size.py --bin build/release --items "$items" --accounts 3,10000
echo
echo "## What the worker itself costs"
python3 -B tests/bench/uncapped/uncapped.py --bin build/release --rounds "$rounds" "${more[@]}"
if [[ ${1:-} == --full ]]; then
  echo
  echo "## The same over TLS"
  python3 -B tests/bench/uncapped/uncapped.py --bin build/release --rounds "$rounds" --tls
fi
