"""Runs small jobs through payferry against stripe-mock and judges by what stripe-mock answered.

stripe-mock keeps nothing: it checks a request against Stripe's OpenAPI description and answers with a fixture. So this says that
every request is one that Stripe knows, not that the jobs' outcome means anything; that is what the simulator is for.

A recorder stands between the two, because stripe-mock's own log mixes the requests that it answers at the same time.
"""

import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse
from pathlib import Path

JOBS = {
    # Every column, both types, an id of the older kind, characters that a form must escape.
    "create": (
        {},
        """customer,payment_method,account,default,type,name,email,phone,metadata.plan
cus_A,pm_A1,acct_1,true,card,"Ada O'Hara & søn",ada+1@example.com,+1 555 0100,gold=1&x[0]
cus_A,pm_A2,acct_1,false,us_bank_account,,,,
cus_A,pm_A3,acct_1,true,card,,,,
cus_B,card_B1,acct_2,true,card,,,,
cus_C,pm_C1,acct_2,,card,,,,
""",
    ),
    "existing": (
        {"customer": "existing"},
        """customer,payment_method,account,target_customer,default
cus_D,pm_D1,acct_1,cus_there,true
cus_D,pm_D2,acct_1,cus_there,false
""",
    ),
    "unattached": (
        {"customer": "none", "unattached_originals": "consume"},
        """customer,payment_method,account
cus_E,pm_E1,acct_1
,pm_E2,acct_1
""",
    ),
}
# What the jobs must have called, or this proves nothing.
EXPECTED = {
    ("POST", "/v1/payment_methods"),
    ("POST", "/v1/payment_methods/{}/attach"),
    ("POST", "/v1/customers"),
    ("POST", "/v1/customers/{}"),
    ("POST", "/v1/payment_methods/{}/detach"),
    ("GET", "/v1/payment_intents"),
    ("GET", "/v1/subscriptions"),
}


class Recorder(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), Forward)
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.account = b""
        self.seen = []  # (method, path, status, request body, answer)


class Forward(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def forward(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=30)
        upstream.request(self.command, self.path, sent, dict(self.headers))
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        self.server.seen.append((self.command, self.path, answer.status, sent.decode(), body.decode()))
        if self.path == "/v1/account":  # stripe-mock's is another each time; a ledger belongs to one
            body = self.server.account = self.server.account or body
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = forward

    def log_message(self, *_):
        pass


def run_job(payferry, folder, api_base, name):
    target, lines = JOBS[name]
    place = folder / name
    place.mkdir()
    (place / "list.csv").write_text(lines, encoding="utf-8")
    job = {
        "job": f"contract-{name}",
        "source": {"csv": "list.csv"},
        "stripe": {"api_key": "${STRIPE_SECRET_KEY}", "api_base": api_base},
        # stripe-mock shows the same customer on every account.
        "target": {"other_customers": "ignore", **target},
        "retry": {"attempts": 2, "max_delay": "1s"},
        "run": {"deadline": "60s"},
        "metrics": {"listen": "none"},
    }
    (place / "job.yaml").write_text(json.dumps(job))  # JSON is YAML
    command(payferry, place, name, "run", "--summary", "summary.json", "--progress", "none")
    items = json.loads((place / "summary.json").read_text())["items"]
    if name == "create":
        command(payferry, place, name, "verify", "--yes")
        command(payferry, place, name, "rollback", "--yes", "--progress", "none")
    return items


def command(payferry, place, name, verb, *more):
    done = subprocess.run([payferry, verb, "job.yaml", *more], cwd=place, env={**os.environ, "STRIPE_SECRET_KEY": "sk_test_123"},
                          capture_output=True, text=True, timeout=120)
    if done.returncode not in (0, 3, 4):
        sys.exit(f"{name}: payferry {verb} exited with {done.returncode}\n{done.stderr}")
    print(f"{name}: {verb} exited with {done.returncode}")


def template(path):
    parts = urllib.parse.urlsplit(path).path.split("/")
    return "/".join("{}" if i == 3 else part for i, part in enumerate(parts))


def must_refuse(upstream):
    """A mock that refuses nothing would prove nothing."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(upstream).netloc, timeout=30)
    headers = {"Authorization": "Bearer sk_test_123", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/v1/customers", "no_such_parameter=1", headers)
    status = connection.getresponse().status
    if status != 400:
        sys.exit(f"stripe-mock answered {status} to a parameter that Stripe does not know")


def main():
    payferry, upstream, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    must_refuse(upstream)
    recorder = Recorder(upstream)
    threading.Thread(target=recorder.serve_forever, daemon=True).start()
    for name in JOBS:
        items = run_job(payferry, folder, f"http://127.0.0.1:{recorder.server_port}", name)
        print(f"{name}: " + ", ".join(f"{count} {state}" for state, count in items.items() if count))

    refused = [entry for entry in recorder.seen if entry[2] >= 400]
    for method, path, status, sent, answer in refused:
        print(f"REFUSED {method} {path} with {status}\n  sent {sent}\n  answer {answer}")
    unseen = EXPECTED - {(method, template(path)) for method, path, *_ in recorder.seen}
    for method, path in sorted(unseen):
        print(f"NEVER SENT {method} {path}")
    print(f"{len(recorder.seen)} requests, {len(refused)} refused")
    return 1 if refused or unseen else 0


if __name__ == "__main__":
    sys.exit(main())
