#!/usr/bin/env bash
# Builds for release and prints what the benches say, one table each. Nothing here is a test: no figure fails anything.
#
#   tests/bench/run.sh           everything, in a size that takes half an hour
#   tests/bench/run.sh --quick   whether all of it works, in some minutes; its figures mean nothing
#   tests/bench/run.sh --full    ten million items, and long runs: hours, and 20 GB in TMPDIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

size=${1:-}
case $size in
  --quick) items=20000 uncapped=(--items 5000 --rounds 1) windows=1 seconds=20 most=10000 quick=(--quick) ;;
  --full) items=10000000 uncapped=(--rounds 7) windows=20 seconds=300 most=1000000 quick=() ;;
  '') items=500000 uncapped=(--rounds 3) windows=6 seconds=150 most=100000 quick=() ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

deploy/packages.sh install build test bench
cmake --preset release >/dev/null
cmake --build --preset release --target payferry payferry-simulator bench_make_ledger bench_answers ledger_cost

bench() {
  local title=$1 program=$2
  shift 2
  printf '\n## %s\n\n' "$title"
  python3 -B "tests/bench/$program" --bin build/release "$@"
}

bench "Is the endpoint kept full" saturation/saturation.py --windows "$windows" "${quick[@]}"
bench "Are limits learnt" learning/learning.py --seconds "$seconds" "${quick[@]}"
bench "Does a run take as long as plan says" forecast/forecast.py "${quick[@]}"
bench "Does trouble stay where it is" isolation/isolation.py "${quick[@]}"
bench "What more workers bring, and what a shared ledger costs" fleet/fleet.py "${quick[@]}"
bench "What the worker itself costs" uncapped/uncapped.py --instructions "${uncapped[@]}"
bench "The same over TLS" uncapped/uncapped.py --tls --instructions "${uncapped[@]}"
bench "Memory of a small job" size/size.py --items 1000 --accounts 3,1000
bench "What is left of a run when $items items are done" size/size.py --items "$items" --accounts 3,10000
bench "What an item costs as jobs grow" growth/growth.py --most "$most" --ledger "$items" "${quick[@]}"
