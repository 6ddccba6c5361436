#!/usr/bin/env python3
"""A real Prometheus scrapes a real run against the simulator; every expression of dashboard, rules and alerts is then
asked of it. Needs prometheus and the built programs (PAYFERRY_BIN)."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import queries

sys.path.insert(0, str(queries.ROOT / "tests/support"))
from ports import free_ports  # noqa: E402

BIN = pathlib.Path(os.environ.get("PAYFERRY_BIN") or queries.ROOT / "build/dev/bin").resolve()
KEY = "sk_test_51OpsCheckOfTheDashboard"
# Panels of which a run that goes well and is going on has nothing to show.
MAY_BE_EMPTY = {"Pending by reason, warnings", "How the last run ended"}
WAIT = 60


def wait_for(condition, what):
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        got = condition()
        if got:
            return got
        time.sleep(0.1)
    sys.exit(f"{what}: not within {WAIT} s")


@contextlib.contextmanager
def running(*command, folder, name, env=None):
    with open(folder / f"{name}.txt", "wb") as log:
        process = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


class Prometheus:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"

    def get(self, path, **params):
        url = f"{self.base}{path}?{urllib.parse.urlencode(params)}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return None if refused.code == 503 else json.loads(refused.read())  # 503: it is still starting
        except OSError:
            return None

    def ask(self, expr):
        answer = self.get("/api/v1/query", query=expr)
        if not answer or answer["status"] != "success":
            sys.exit(f"{expr}\n  {answer}")
        return answer["data"]["result"]

    def value(self, expr):
        found = self.ask(expr)
        return float(found[0]["value"][1]) if found else None


def configure(folder, address):
    """The shipped rules, the shipped example's shape, quick intervals."""
    for path in (queries.RULES, queries.ALERTS):
        (folder / path.name).write_text(path.read_text())
    (folder / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "500ms", "evaluation_interval": "1s"},
        "rule_files": [queries.RULES.name, queries.ALERTS.name],
        "scrape_configs": [{"job_name": "payferry", "static_configs": [{"targets": [address]}]}]}))


def check(prometheus):
    empty = [title for title, expr in queries.dashboard() if not prometheus.ask(expr)]
    wrong = sorted(set(empty) - MAY_BE_EMPTY)
    if wrong:
        sys.exit(f"panels without data: {', '.join(wrong)}")
    for path in (queries.RULES, queries.ALERTS):
        for rule in queries.rules(path):
            prometheus.ask(rule["expr"])
    groups = prometheus.get("/api/v1/rules")["data"]["groups"]
    loaded = [rule for group in groups for rule in group["rules"]]
    if len(loaded) != sum(len(queries.rules(path)) for path in (queries.RULES, queries.ALERTS)):
        sys.exit("not all rules were loaded")
    for rule in loaded:
        firing = [alert for alert in rule.get("alerts", []) if alert["state"] == "firing"]
        if rule["health"] == "err" or firing:
            sys.exit(f"of a healthy run: {rule['name']}: {rule['health']} {firing}")
    return len(queries.dashboard()), len(loaded)


def check_annotation(prometheus, folder):
    """Nothing before anybody steers; afterwards the moment, in milliseconds."""
    (marked,) = [expr for _, expr in queries.annotations()]
    if prometheus.ask(marked):
        sys.exit("annotated without having been steered")
    before = time.time()
    subprocess.run([BIN / "payferry", "set", "job.yaml", "endpoint=59"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    at = wait_for(lambda: prometheus.value(marked), "the annotation") / 1000
    if not before - 1 <= at <= time.time() + 1:
        sys.exit(f"annotated at {at}, steered after {before}")


def main():
    with tempfile.TemporaryDirectory(prefix="payferry-ops-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        stack.enter_context(running(
            BIN / "payferry-simulator", "--listen", "127.0.0.1:0", "--port-file", "port", "--customers", 20000, "--csv", "list.csv",
            "--latency", 20, "--limit-endpoint", 50, folder=folder, name="simulator"))
        wait_for(lambda: (folder / "port").exists() and (folder / "list.csv").exists(), "the simulator")
        (folder / "job.yaml").write_text(json.dumps({
            "job": "ops", "source": {"csv": "list.csv"}, "ledger": "ledger.db", "limits": {"global": 200, "endpoint": 60},
            "stripe": {"api_key": KEY, "api_base": f"http://127.0.0.1:{int((folder / 'port').read_text())}"},
            "metrics": {"listen": "127.0.0.1:0"}}))
        run = stack.enter_context(running(BIN / "payferry", "run", "job.yaml", "--progress", "none", folder=folder, name="run"))
        log = folder / "run.txt"
        address = wait_for(lambda: re.search(r"metrics_listening.*?(127\.0\.0\.1:\d+)", log.read_text()), "the run's page").group(1)
        configure(folder, address)
        (port,) = free_ports()
        stack.enter_context(running("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                                    f"--web.listen-address=127.0.0.1:{port}", folder=folder, name="prometheus"))
        prometheus = Prometheus(port)
        wait_for(lambda: prometheus.get("/api/v1/query", query="1"), "Prometheus")
        moved = 'payferry_items{payferry_job="ops",state="succeeded"}'
        wait_for(lambda: (prometheus.value(moved) or 0) > 300, "300 items, as Prometheus saw them")
        wait_for(lambda: prometheus.ask("payferry:requests_bad:ratio_rate6h and on () payferry:ledger_commit_seconds:p99_5m"),
                 "the recording rules")
        check_annotation(prometheus, folder)
        panels, rules = check(prometheus)
        if run.poll() is not None:
            sys.exit(f"the run was over before the check: {log.read_text()[-2000:]}")
        print(f"ops real: ok, {panels} queries of the dashboard, {rules} rules, {prometheus.value(moved):.0f} items seen")


if __name__ == "__main__":
    main()
