#!/usr/bin/env bash
# Builds the fuzz targets and runs each for some seconds, one a core at a time; fails on a finding.
#   tests/fuzz/run.sh [SECONDS] [TARGET …]      default: 60 seconds each, all targets
# FUZZ_SEED fixes libFuzzer's random seed, FUZZ_JOBS the number of compilations at once. What libFuzzer learnt is
# kept in build/fuzz/corpus and goes on with the next run; findings lie in build/fuzz/findings, logs in build/fuzz/logs.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- csv job_file http_answer verdict ledger_record ledger_file form

deploy/packages.sh install build fuzz
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz
cmake --build --preset fuzz -j "${FUZZ_JOBS:-$(nproc)}" --target fuzz_programs

mkdir -p build/fuzz/findings build/fuzz/logs
# The ledger's target writes a file for each try: in memory where there is a place for it.
fast=/tmp
[ ! -w /dev/shm ] || fast=/dev/shm
TMPDIR=$(mktemp -d "$fast/payferry-fuzz-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 143' INT TERM HUP
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=allocator_may_return_null=0

# Its row of the table goes to a file of its own; a finding is exit code 1.
fuzz() {
  local target=$1 corpus=build/fuzz/corpus/$1 log=build/fuzz/logs/$1.log result=ok
  mkdir -p "$corpus"
  echo "$target: $seconds s"
  build/fuzz/fuzz/fuzz_"$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=4096 \
    -dict=tests/fuzz/dictionaries/"$target".dict -artifact_prefix=build/fuzz/findings/"$target"- \
    -print_final_stats=1 ${FUZZ_SEED:+-seed="$FUZZ_SEED"} "$corpus" tests/fuzz/seeds/"$target" \
    >"$log" 2>&1 </dev/null || result="FINDING, see $log"
  stat() { sed -n "s/^stat::$1: *//p" "$log" | tail -1; }
  last=$(grep -E '^#[0-9]+.* cov: ' "$log" | tail -1 || true)
  field() { echo "$last" | sed -n "s/.* $1: \([0-9]*\).*/\1/p"; }
  printf '%-14s %12s %8s %9s %9s  %s\n' "$target" "$(stat number_of_executed_units)" \
    "$(stat average_exec_per_sec)" "$(field cov)" "$(field ft)" "$result" >"$TMPDIR/$target.row"
  [[ $result == ok ]]
}

status=0 running=0
for target in "$@"; do
  if ((running == $(nproc))); then
    wait -n || status=1
  else
    ((++running))
  fi
  fuzz "$target" &
done
while ((running-- > 0)); do wait -n || status=1; done

printf '%-14s %12s %8s %9s %9s  %s\n' target runs exec/s coverage features result
cat "$TMPDIR"/*.row
exit $status
