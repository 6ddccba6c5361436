#!/usr/bin/env bash
# Holds Payferry's requests against Stripe's own description of its API: a run against stripe-mock, which refuses whatever that
# description does not allow. Exits 0 if not one request was refused, 77 (skipped) where stripe-mock cannot be had.
#
#   tests/contract/run.sh            builds the release programs where they are missing
#   BIN=build/dev/bin tests/contract/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly version=v0.203.0 # a newer one may know a newer API version; try it before raising this
tools=$PWD/build/tools
folder=$(mktemp -d)
mock=''
clean_up() {
  [[ -z $mock ]] || { kill "$mock" && wait "$mock"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 143' INT TERM HUP

skip() {
  echo "skipped: $1" >&2
  exit 77
}

get_stripe_mock() {
  [[ -x $tools/stripe-mock-$version ]] && return
  command -v go >/dev/null || skip 'stripe-mock is built with go, and there is no go here'
  echo "building stripe-mock $version"
  GOBIN=$folder/bin GOFLAGS=-mod=mod timeout 240 go install "github.com/stripe/stripe-mock@$version" >"$folder/go.log" 2>&1 ||
    skip "stripe-mock could not be built: $(tail -n 1 "$folder/go.log")"
  mkdir -p "$tools"
  mv "$folder/bin/stripe-mock" "$tools/stripe-mock-$version"
}

start_stripe_mock() {
  : >"$folder/mock.log"
  "$tools/stripe-mock-$version" -http-addr 127.0.0.1:0 -https-addr 127.0.0.1:0 >"$folder/mock.log" 2>&1 &
  mock=$!
  for _ in {1..300}; do
    port=$(sed -n 's/^Listening for HTTP at address: .*:\([0-9]*\)$/\1/p' "$folder/mock.log")
    [[ -n $port ]] && return
    kill -0 "$mock" 2>/dev/null || break
    sleep 0.1
  done
  tail "$folder/mock.log" >&2
  echo 'stripe-mock did not start' >&2
  exit 1
}

get_stripe_mock
bin=${BIN:-build/release/bin}
if [[ ! -x $bin/payferry ]]; then
  cmake --preset release
  cmake --build --preset release --target payferry
fi
payferry=$(cd "$bin" && pwd)/payferry
start_stripe_mock
python3 tests/contract/contract.py "$payferry" "http://127.0.0.1:$port" "$folder"
