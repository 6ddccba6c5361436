#!/usr/bin/env bash
# Holds what is shipped to what it says: the Debian package, built, installed into a fresh root and run there as a user that owns
# nothing; the systemd units; the Kubernetes manifests; the compose file. Exits 0 if all is right, 77 (skipped) on a system that is
# not Debian.
#
#   tests/deploy/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=$(mktemp -d)
root=$folder/root
simulator=''
clean_up() {
  [[ -z $simulator ]] || kill "$simulator" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 143' INT TERM HUP

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

command -v dpkg-query >/dev/null || {
  echo 'skipped: packages are made and tried on Debian' >&2
  exit 77
}
deploy/packages.sh install build package

build_package() {
  # A folder of its own, because cpack builds all of it: without the tests.
  cmake --preset release -B build/package -DPAYFERRY_TESTS=OFF >/dev/null
  cmake --build build/package
  (cd build/package && cpack -G DEB -B "$folder") >"$folder/cpack.log" 2>&1 || {
    cat "$folder/cpack.log"
    fail 'cpack'
  }
  package=$(echo "$folder"/payferry_*.deb)
  [[ -f $package ]] || fail 'cpack made no package'
  dpkg-deb --field "$package" Package Version Architecture Depends Installed-Size
}

# The Debian sources of this machine, as they are written there; others have nothing that we need.
debian_sources() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [[ -f $file ]] && grep -q 'debian' "$file" && ! grep -qE 'nodesource|google|docker' "$file" && echo "$file"
  done
}

# A root with nothing but what the package asks for.
install_into_fresh_root() {
  local sources
  mapfile -t sources < <(debian_sources)
  mmdebstrap --quiet --variant=apt --include="$package" \
    --hook-dir=/usr/share/mmdebstrap/hooks/file-mirror-automount bookworm "$root" "${sources[@]}" >"$folder/root.log" 2>&1 || {
    tail -n 20 "$folder/root.log"
    fail 'the package does not install into a fresh root'
  }
}

# As a user that owns nothing but its state folder. No function: killing one that runs in the background would leave what it runs.
inside=(chroot --userspec=64532:64532 "$root")

run_in_fresh_root() {
  local state=$root/var/lib/payferry
  "${inside[@]}" payferry --version
  install -d -o 64532 -g 64532 -m 0700 "$state"
  "${inside[@]}" payferry-simulator --listen 127.0.0.1:0 --accounts 2 --customers 20 --csv /var/lib/payferry/list.csv \
    --limit-scope none --port-file /var/lib/payferry/port >"$folder/simulator.log" 2>&1 &
  simulator=$!
  for _ in {1..100}; do
    [[ -s $state/port ]] && break
    sleep 0.1
  done
  cat >"$state/job.yaml" <<EOF
job: installed
source: { csv: list.csv }
stripe: { api_key: sk_test_installed, api_base: "http://127.0.0.1:$(<"$state/port")" }
limits: { global: 500, endpoint: 500 }
metrics: { listen: none }
EOF
  "${inside[@]}" payferry run /var/lib/payferry/job.yaml --progress none || fail "the installed program's run exits $?"
  "${inside[@]}" payferry report /var/lib/payferry/job.yaml --out /var/lib/payferry/out || fail "the installed program's report exits $?"
  kill "$simulator"
  wait "$simulator" || true
  simulator=''
  [[ $(wc -l <"$state/out/mapping.csv") -eq 21 ]] || fail 'the mapping has not 20 clones'
}

# `systemd-analyze verify` exits 0 on keys that it does not know: any word of it is a failure, but that a root without systemd
# has none of its targets.
check_units() {
  local said
  said=$(systemd-analyze verify --root="$root" --man=no payferry@job.service payferry@job.timer 2>&1 |
    grep -i payferry | grep -v 'Unit .*\.target not found' || true)
  [[ -z $said ]] || fail "systemd-analyze: $said"
  systemd-analyze security --offline=yes --root="$root" --threshold=30 --no-pager payferry@job.service | tail -n 1 ||
    fail 'the unit lets a run do more than it needs'
}

build_package
install_into_fresh_root
run_in_fresh_root
check_units
/usr/bin/python3 -B tests/deploy/check_manifests.py build/package/bin/payferry # Debian's, which has the packages above
/usr/bin/python3 -B tests/deploy/check_compose.py
echo 'deploy: package, units, manifests and compose file are right'
