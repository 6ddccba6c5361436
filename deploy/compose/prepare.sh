#!/usr/bin/env bash
# Certificates and passwords for compose.yaml, made anew on each machine and never committed.
#
#   deploy/compose/prepare.sh [FOLDER]     makes what is missing; the standard is secrets/ beside this file
#
# The folder is yours alone. What is in it can be read by whoever gets it into a container: compose mounts such files as they are, and
# their readers there are other users than you.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$here/secrets}
umask 022
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

password() { [[ -s $1 ]] || openssl rand -hex 24 >"$1"; }

authority() {
  [[ -s ca.pem && -s ca.key ]] && return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj '/CN=payferry compose' \
    -keyout ca.key -out ca.pem 2>/dev/null
  chmod 600 ca.key # signs; no container needs it
  rm -f stripe.pem rabbitmq.pem postgres.pem
}

certificate() {
  [[ -s $1.pem && -s $1.key ]] && return
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -out "$1.pem" 2>/dev/null \
    -extfile <(printf 'subjectAltName=DNS:%s,DNS:localhost\n' "$1")
  rm "$1.csr"
  chmod 644 "$1.key"
}

bytes_of() { printf '%b' "$(fold -w 2 <<<"$1" | sed 's/^/\\x/' | tr -d '\n')"; }

# RabbitMQ keeps the SHA-256 of four bytes of salt and the password, behind the salt.
password_hash() {
  local salt hash
  salt=$(openssl rand -hex 4)
  hash=$({ bytes_of "$salt" && printf '%s' "$1"; } | openssl dgst -sha256 -hex | sed 's/.* //')
  bytes_of "$salt$hash" | openssl base64 -A
}

definitions() {
  [[ -s rabbitmq-definitions.json ]] && return
  cat >rabbitmq-definitions.json <<END
{
  "vhosts": [{ "name": "/" }],
  "users": [{ "name": "payferry", "password_hash": "$(password_hash "$(<rabbitmq-password)")",
              "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": [] }],
  "permissions": [{ "user": "payferry", "vhost": "/", "configure": "", "write": ".*", "read": ".*" }],
  "queues": [
    { "name": "payferry", "vhost": "/", "durable": true, "auto_delete": false,
      "arguments": { "x-queue-type": "quorum", "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "payferry.rejected",
                     "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish" } },
    { "name": "payferry.rejected", "vhost": "/", "durable": true, "auto_delete": false, "arguments": { "x-queue-type": "quorum" } }
  ]
}
END
}

authority
for name in stripe rabbitmq postgres; do certificate "$name"; done
for name in rabbitmq-password postgres-password grafana-password; do password "$name"; done
[[ -s stripe-key ]] || printf 'sk_test_compose%s\n' "$(openssl rand -hex 8)" >stripe-key
definitions
echo "prepared: $folder"
