#!/usr/bin/env bash
# The one list of Debian packages that Payferry needs, and how they are installed.
#
#   deploy/packages.sh install GROUP…   installs what is missing; with nothing missing, touches neither apt nor the network
#   deploy/packages.sh missing GROUP…   prints what is missing
#   deploy/packages.sh list GROUP…      prints the packages of the groups
#
# Groups: build (compile and run), test (run the tests), check (formatting and linting), fuzz (the fuzzers),
# bench (what the benches compare with), ops (what checks dashboard, alerts, manual page and completions), package (make
# the Debian package and try it), queue (a real broker for the tests of queues).
set -euo pipefail

# A package stands here when something of ours calls it by name; what it needs itself, apt knows.
build_packages=(
  g++ cmake ninja-build
  ccache mold                           # make a second build and every link quick; the build does without
  libboost1.81-dev libboost-url1.81-dev # Asio, Beast and URL; bookworm's unversioned Boost is 1.74
  libssl-dev zlib1g-dev
  rapidjson-dev libyaml-cpp-dev prometheus-cpp-dev libsqlite3-dev libpq-dev
  libspdlog-dev libfmt-dev libcli11-dev libcsv-dev
  librabbitmq-dev                       # RabbitMQ, where a queue is the source
  librdkafka-dev                        # Kafka, likewise
  libmimalloc-dev                       # the programs' allocator
  libcctz-dev tzdata                    # hours of a timetable, by the zone's clock
  libgtest-dev libgmock-dev # a preset configures the tests too
  ca-certificates # Stripe's certificate is verified against these
  python3         # the demo's judge
)
test_packages=(
  openssl                  # certificates for tests of TLS
  postgresql               # the shared ledger's server
  chromium chromium-driver # the live page in a real browser
  python3-jsonschema       # docs/schemas against what the programs write
)
check_packages=(clang-format-14 clang-tidy-14 shellcheck git)
fuzz_packages=(clang-14 libclang-rt-14-dev)
package_packages=(
  dpkg-dev file # what the package depends on is read off the programs
  mmdebstrap    # a fresh root to install it into
  systemd       # systemd-analyze judges the units
  python3-yaml python3-pip python3-jsonschema
)
bench_packages=(wrk nodejs valgrind curl)
queue_packages=(rabbitmq-server python3-pika openssl)
ops_packages=(prometheus python3-yaml mandoc zsh fish chromium)

usage() {
  sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

packages_of() {
  local group
  for group in "$@"; do
    case $group in
      build) printf '%s\n' "${build_packages[@]}" ;;
      test) printf '%s\n' "${test_packages[@]}" ;;
      check) printf '%s\n' "${check_packages[@]}" ;;
      fuzz) printf '%s\n' "${fuzz_packages[@]}" ;;
      package) printf '%s\n' "${package_packages[@]}" ;;
      bench) printf '%s\n' "${bench_packages[@]}" ;;
      queue) printf '%s\n' "${queue_packages[@]}" ;;
      ops) printf '%s\n' "${ops_packages[@]}" ;;
      *) usage ;;
    esac
  done | sort -u
}

installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing_of() {
  local package
  packages_of "$@" | while read -r package; do
    installed "$package" || printf '%s\n' "$package"
  done
}

refuse_other_boost() {
  installed libboost1.74-dev || return 0
  cat >&2 <<EOF
packages.sh: Payferry needs Boost 1.81 (libboost1.81-dev), and Debian cannot have it beside libboost1.74-dev, which is
installed here. Nothing was changed. To replace it:  sudo apt-get install libboost1.81-dev libboost-url1.81-dev
EOF
  exit 1
}

install_missing() {
  local missing
  mapfile -t missing < <(missing_of "$@")
  ((${#missing[@]})) || return 0
  [[ " ${missing[*]} " == *" libboost1.81-dev "* ]] && refuse_other_boost

  local root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || {
      echo "packages.sh: neither root nor sudo; ask someone who may install: ${missing[*]}" >&2
      exit 1
    }
    root=(sudo)
  fi
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
  echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
  # A third-party source that is down must not stop us: what matters is whether the install below works.
  "${apt[@]}" update >/dev/null || echo "packages.sh: apt-get update complained; going on" >&2
  # --no-remove: nobody's other packages go because of us.
  "${apt[@]}" install --no-install-recommends --no-remove -o Dpkg::Use-Pty=0 "${missing[@]}" </dev/null
}

(($# >= 2)) || usage
command=$1
shift
packages_of "$@" >/dev/null
if [[ $command != list ]] && ! command -v dpkg-query >/dev/null; then
  echo "packages.sh: not a Debian system; install the counterparts of: $(packages_of "$@" | tr '\n' ' ')" >&2
  exit 0
fi
case $command in
  install) install_missing "$@" ;;
  missing) missing_of "$@" ;;
  list) packages_of "$@" ;;
  *) usage ;;
esac
