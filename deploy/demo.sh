#!/usr/bin/env bash
# Payferry at work on this machine, from nothing: installs and builds what is missing, starts a simulated Stripe that
# misbehaves, moves some 2,500 payment methods through it, kills the worker in the middle, goes on, and holds the result against
# what the simulator saw. Exits 0 only if everything is right.
#
#   deploy/demo.sh [FOLDER]     FOLDER keeps what the demo leaves (default: build/demo, emptied first)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly accounts=5 customers=1250 bad_lines=12 missing=6 kill_after=800

usage() {
  sed -n '2,6s/^# \{0,1\}//p' deploy/demo.sh
  exit "$1"
}
case ${1:-} in
  -h | --help) usage 0 ;;
  -*) usage 2 >&2 ;;
esac
(($# <= 1)) || usage 2 >&2

out=${1:-build/demo}
if [[ $# == 0 ]]; then
  rm -rf "$out"
elif [[ -e $out && -n $(ls -A "$out") ]]; then
  echo "demo.sh: $out is not empty" >&2
  exit 2
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)

bold='' plain=''
[[ -t 1 ]] && bold=$'\e[1m' plain=$'\e[0m'
step=0
begin=$SECONDS
headline() { printf '\n%s%d. %s%s\n' "$bold" "$((step += 1))" "$1" "$plain"; }
say() { printf '   %s\n' "$@"; }
indent() { sed 's/^/   /'; }
die() {
  printf '\ndemo.sh: %s\n' "$1" >&2
  exit 1
}

simulator='' worker=''
clean_up() {
  local pid
  for pid in $worker $simulator; do
    kill "$pid" 2>/dev/null || continue
    wait "$pid" 2>/dev/null || true
  done
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Runs a command; its output goes to the terminal where there is one, else to a file that is shown if the command fails.
noisily() {
  local log=$out/$1
  shift
  if [[ -t 1 ]]; then
    "$@"
  else
    "$@" >"$log" 2>&1 || {
      tail -n 60 "$log" >&2
      die "failed: $* (all of its output: $log)"
    }
  fi
}

headline 'What is needed'
missing_packages=$(deploy/packages.sh missing build)
if [[ -n $missing_packages ]]; then
  say "missing: $(tr '\n' ' ' <<<"$missing_packages")"
  noisily install.log deploy/packages.sh install build
fi
say "every package is installed"

headline 'Building (some minutes the first time)'
noisily build.log cmake --preset release
noisily build.log cmake --build --preset release --target payferry payferry-simulator
payferry=$PWD/build/release/bin/payferry
say "build/release/bin/payferry, $("$payferry" --version)"
built=$SECONDS

headline 'A Stripe of our own'
cd "$out"
# Limits ten times Stripe's, so that the demo takes seconds; the faults are what a long run meets sooner or later.
"$OLDPWD/build/release/bin/payferry-simulator" --listen 127.0.0.1:0 --port-file port --report simulator.json \
  --accounts $accounts --customers $customers --methods-per-customer 1-3 --bank-share 0.2 --declined-share 0.01 \
  --csv customers.csv --bad-lines $bad_lines --missing $missing \
  --limit-global 1000 --limit-endpoint 250 --limit-burst 250 --latency 15 --latency-jitter 10 \
  --fault rate_limit:endpoint-rate=0.002 --fault lock_timeout=0.005 --fault error_503=0.005 \
  --fault error_500_after=0.005 --fault close_after=0.005 --fault reset_after=0.005 --fault truncated=0.005 \
  >simulator.log 2>&1 &
simulator=$!
for _ in {1..100}; do
  [[ -s port ]] && break
  kill -0 $simulator 2>/dev/null || die "the simulator did not start: $(cat simulator.log)"
  sleep 0.1
done
[[ -s port ]] || die 'the simulator opened no port within 10 seconds'
port=$(<port)

cat >job.yaml <<EOF
job: demo
source:
  csv: customers.csv
stripe:
  api_key: \${STRIPE_SECRET_KEY}
  api_base: http://127.0.0.1:$port      # without this line: Stripe itself
limits: { global: 800, endpoint: 240, in_flight: 128 }    # ten times what Stripe allows
retry: { max_delay: 5s }
metrics: { listen: none }
EOF
export STRIPE_SECRET_KEY=sk_test_demo
say "payferry-simulator listens on 127.0.0.1:$port: a platform with $customers customers, cards and bank accounts," \
  "and $accounts connected accounts. It wrote the list of what is to move, spoilt some lines of it," \
  'and will throttle, decline, fail after the effect, and cut connections before the answer.'
head -n 3 customers.csv | indent
say "… $(($(wc -l <customers.csv) - 1)) lines"

# entries that are at their end, of entries read
progress() {
  "$payferry" status job.yaml --json 2>/dev/null | python3 -c '
import json, sys
items = json.load(sys.stdin)["items"]
print(items["read"] - items["pending"], items["read"])' 2>/dev/null || echo 0 0
}

# Shows how far the worker is until it ends, or until so many entries are done.
watch_worker() {
  local enough=${1:-} turn=0 at_end=0 read=0
  while kill -0 "$worker" 2>/dev/null; do
    sleep 0.5
    read -r at_end read < <(progress)
    if [[ -t 1 ]]; then
      printf '\r   %d done of %d read ' "$at_end" "$read"
    elif (((turn += 1) % 10 == 0)); then
      say "$at_end done of $read read"
    fi
    [[ -n $enough ]] && ((at_end >= enough)) && break
  done
  [[ -t 1 ]] && printf '\r%40s\r' ''
  return 0
}

start_worker() {
  "$payferry" run job.yaml --summary "$1.json" --progress none >"$1.log" 2>&1 &
  worker=$!
}

end_worker() {
  code=0
  { wait "$worker" || code=$?; } 2>/dev/null
  worker=''
}

headline 'payferry run job.yaml, killed in the middle'
"$payferry" validate job.yaml | indent
start_worker run-1
watch_worker $kill_after
kill -KILL "$worker" 2>/dev/null || say 'the run was over before it could be killed'
end_worker
read -r at_end read < <(progress)
say "kill -9 after $at_end entries; $((read - at_end)) more were admitted, some with a request on its way"

headline 'The same command again'
start_worker run-2
watch_worker
end_worker
run_code=$code
say "exit code $run_code: 3 says that all is done but for some lines that need a person"

headline 'And once more: nothing is left to do'
start_worker run-3
watch_worker
end_worker
say "exit code $code"

headline 'What the run leaves'
"$payferry" status job.yaml | indent
"$payferry" report job.yaml --out report | indent
python3 -c '
import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1], timeout=30).read())' \
  "http://127.0.0.1:$port/_simulator/attached" >attached.ndjson
kill $simulator
wait $simulator || true
simulator=''
say '' 'report/mapping.csv, what became of each payment method:'
head -n 4 report/mapping.csv | indent
say '' 'report/rejects.csv, the lines to mend and feed back (its last columns say why):'
head -n 4 report/rejects.csv | indent

headline 'Is it right?'
judged=0
python3 "$OLDPWD/deploy/demo_judge.py" . "$run_code" $bad_lines $missing | indent || judged=1
printf '\nEverything lies in %s: job.yaml, customers.csv, report/, the logs run-*.log, and simulator.json.\n' "$out"
printf 'Build %d s, demo %d s.\n' $((built - begin)) $((SECONDS - built))
((judged == 0)) || die 'the demo FAILED: see the lines marked WRONG'
printf '%sThe demo succeeded.%s\n' "$bold" "$plain"
