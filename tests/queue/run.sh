#!/usr/bin/env bash
# The programs against a real RabbitMQ, against librdkafka's mock of a Kafka cluster, and, where Maven and Java are there
# and Kafka's jars can be had, against a real Kafka. The tests start them on loopback, with folders and ports of their own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

deploy/packages.sh install build test queue
if [[ -z ${PAYFERRY_BIN:-} ]]; then
  cmake --preset dev >/dev/null
  cmake --build --preset dev --target payferry payferry-simulator kafka-cluster
  export PAYFERRY_BIN=$PWD/build/dev/bin
fi

# Into a folder that tells the version; half of them is none.
fetch_kafka() {
  local libs=build/kafka-3.9.1
  [[ -d $libs ]] && return
  command -v java >/dev/null && command -v mvn >/dev/null || return
  timeout 300 mvn -q -B -f tests/queue/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$PWD/$libs.part" || return
  mv "$libs.part" "$libs"
}

# They mostly wait, for brokers and for groups that form: all at once. Debian's own Python has what was installed.
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
run() { /usr/bin/python3 -B "tests/queue/test_$1.py" >"$logs/$2" 2>&1; }
declare -A running
run amqp rabbitmq & running[rabbitmq]=$!
run enqueue enqueue & running[enqueue]=$!
run enqueue_losses losses & running[losses]=$!
run kafka mock & running[mock]=$!
if fetch_kafka; then
  PAYFERRY_KAFKA_LIBS=$PWD/build/kafka-3.9.1 run kafka kafka & running[kafka]=$!
else
  echo "no real Kafka: Java, Maven or Kafka's jars are not to be had; the mock has to do" >&2
fi
failed=0
for name in "${!running[@]}"; do
  wait "${running[$name]}" || failed=1
  echo "== $name"
  cat "$logs/$name"
done
exit "$failed"
