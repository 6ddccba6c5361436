"""What every end-to-end test starts from: a folder of its own, a job, the real programs, and the checks that hold for
every run whatever the test is about."""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import schema
from stand_in import PLATFORM, Answer, Fault, StandIn, error, refuse  # noqa: F401  (re-exported)

BIN = pathlib.Path(os.environ.get("PAYFERRY_BIN") or pathlib.Path(__file__).parents[2] / "build/dev/bin").resolve()
KEY = "sk_test_51SecretOfTheTests00zz"
# In every name, e-mail and phone of a test, so that one search finds any leak.
PERSON, MAIL, PHONE = "Zebedee Zebra", "zebedee@zebra.example", "+49-555-0987654"
LEAKS = (KEY, "51SecretOfTheTests", "Zebedee", "zebra", "Zebra", "555-0987654")

OUTCOMES = {0: "complete", 1: "internal", 3: "failures", 4: "unfinished", 5: "refused"}
SHAPE = {
    "": ["job", "outcome", "exit_code", "reason", "seconds", "input", "items", "run", "pending_reasons", "customers",
         "possible_orphans", "requests", "failures"],
    "input": ["lines", "complete"],
    "items": ["read", "rejected", "duplicate", "succeeded", "skipped", "failed", "blocked", "pending"],
    "run": ["succeeded", "failed", "blocked"],
    "customers": ["created", "reused"],
    "requests": ["total", "retries", "rate_limited", "by_endpoint"],
}
TERMS = SHAPE["items"][1:]


class Ended:
    """A program that has ended."""

    def __init__(self, code, out, err, seconds, summary):
        self.code, self.out, self.err, self.seconds, self.summary = code, out, err, seconds, summary

    @property
    def items(self):
        return self.summary["items"]

    def counts(self):
        """The terms that are not zero."""
        return {term: self.items[term] for term in TERMS if self.items[term]}

    def __repr__(self):
        return f"exit {self.code} after {self.seconds:.1f} s\n{json.dumps(self.summary)}\n{self.out}\n{self.err[-6000:]}"


class EndToEnd(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="payferry-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.quoted = set()  # leaks that a test expects, because it made them
        self._runs = 0

    # -- files -----------------------------------------------------------------------------------------------------

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def csv(self, rows, name="in.csv", header=("customer", "payment_method", "account")):
        with open(self.folder / name, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        return self.folder / name

    def job(self, server="", name="job", source="in.csv", file=None, **sections):
        """Writes a job file (JSON is YAML). Sections given here are merged over quick defaults."""
        settings = {
            "job": name,
            "source": {"csv": source},
            "stripe": {"api_key": "${STRIPE_SECRET_KEY}", "api_base": getattr(server, "base", server)},
            "limits": {"global": 50000, "endpoint": 50000},
            "retry": {"attempts": 4, "max_delay": "20ms"},
            "ledger": "ledger.db",
            "metrics": {"listen": "none"},
        }
        if not settings["stripe"]["api_base"]:
            del settings["stripe"]["api_base"]
        for section, values in sections.items():
            if isinstance(values, dict):
                settings[section] = {**settings.get(section, {}), **values}
            else:
                settings[section] = values
        return self.write(file or f"{name}.yaml", json.dumps(settings, indent=1))

    # -- programs --------------------------------------------------------------------------------------------------

    def start(self, *args, key=KEY, stdin=subprocess.DEVNULL, env=None, prefix=()):
        self._runs += 1
        out = open(self.folder / f"out-{self._runs}.txt", "w+b")
        err = open(self.folder / f"err-{self._runs}.txt", "w+b")
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), **(env or {})}
        if key is not None:
            environment["STRIPE_SECRET_KEY"] = key
        for name, value in os.environ.items():
            if name.endswith("SAN_OPTIONS"):
                environment[name] = value
        process = subprocess.Popen([*prefix, str(BIN / "payferry"), *map(str, args)], stdin=stdin, stdout=out, stderr=err,
                                   cwd=self.folder, env=environment)
        process.out_file, process.err_file, process.started = out, err, time.monotonic()
        self.addCleanup(self._reap, process)
        return process

    def _reap(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.out_file.close()
        process.err_file.close()

    def finish(self, process, timeout=60, summary=None):
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.fail(f"it hangs: no end after {timeout} s\n{self.errors_of(process)[-4000:]}")
        seconds = time.monotonic() - process.started
        found = None
        if summary and summary.exists():
            found = json.loads(summary.read_text())
        ended = Ended(code, self.out_of(process), self.errors_of(process), seconds, found)
        self.check(ended, process.args)
        return ended

    def errors_of(self, process):
        return pathlib.Path(process.err_file.name).read_bytes().decode("utf-8", "replace")

    def out_of(self, process):
        return pathlib.Path(process.out_file.name).read_bytes().decode("utf-8", "replace")

    def payferry(self, *args, timeout=60, **more):
        return self.finish(self.start(*args, **more), timeout)

    def summary_path(self):
        path = self.folder / f"summary-{self._runs + 1}.json"
        path.unlink(missing_ok=True)
        return path

    def run_job(self, job, *args, timeout=60, expect=None, **more):
        """`payferry run` to its end, with every check that holds always."""
        summary = self.summary_path()
        process = self.start("run", job, "--summary", summary, "--progress", "none", *args, **more)
        ended = self.finish(process, timeout, summary)
        if ended.code in (2, 6):
            self.assertIsNone(ended.summary, f"a summary in spite of exit code {ended.code}")
        else:
            self.assertIsNotNone(ended.summary, ended)
            self.check_summary(ended.summary, ended)
            self.assertEqual(ended.summary["exit_code"], ended.code, ended)
        if expect is not None:
            self.assertEqual(ended.code, expect, ended)
        return ended

    def start_job(self, job, *args, **more):
        process_summary = self.summary_path()
        process = self.start("run", job, "--summary", process_summary, "--progress", "none", *args, **more)
        process.summary = process_summary
        return process

    def run_until_done(self, job, most=20, codes=(0, 3), **more):
        """Runs again and again, as cron would, until nothing is left to do."""
        for _ in range(most):
            ended = self.run_job(job, **more)
            if ended.code in codes:
                return ended
            self.assertEqual(ended.code, 4, ended)
        self.fail(f"not done after {most} runs: {ended}")

    def status(self, job):
        ended = self.payferry("status", job, "--json")
        self.assertEqual(ended.code, 0, ended)
        found = json.loads(ended.out)
        self.check_summary(found, ended)
        return found

    def report(self, job):
        folder = self.folder / "report"
        shutil.rmtree(folder, ignore_errors=True)
        ended = self.payferry("report", job, "--out", folder)
        self.assertEqual(ended.code, 0, ended)
        for file in folder.iterdir():
            if file.name != "rejects.csv":
                self.assert_no_leak(file.read_text(), file.name)
        return folder

    def rows(self, path):
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def rejects(self, job):
        return self.rows(self.report(job) / "rejects.csv")

    def mapping(self, job):
        return self.rows(self.report(job) / "mapping.csv")

    # -- what holds always -----------------------------------------------------------------------------------------

    def check(self, ended, what):
        self.assertGreaterEqual(ended.code, 0, f"{what} died of signal {-ended.code}\n{ended}")
        self.assertIn(ended.code, (0, 1, 2, 3, 4, 5, 6), ended)
        if not getattr(self, "bug_expected", False):
            self.assertNotEqual(ended.code, 1, ended)
        self.assert_no_leak(ended.out, "standard output")
        self.assert_no_leak(ended.err, "standard error")
        if ended.summary:
            self.assert_no_leak(json.dumps(ended.summary), "summary")
        for sign in ("AddressSanitizer", "runtime error:", "ThreadSanitizer"):
            self.assertNotIn(sign, ended.err)

    def assert_no_leak(self, text, where):
        for leak in LEAKS:
            if leak not in self.quoted:
                at = text.find(leak)
                self.assertEqual(at, -1, f"{where} tells {leak!r}: …{text[max(0, at - 200):at + 100]}…")

    def check_summary(self, summary, context=""):
        self.assertEqual([key for key in summary if key not in ("live", "learnt_limits", "workers")], SHAPE[""], context)
        for part, keys in SHAPE.items():
            if part:
                self.assertEqual(list(summary[part]), keys, context)
        self.assertEqual(list(summary["requests"]["by_endpoint"])[:3], ["clone", "create_customer", "attach"])
        self.assertIn("unknown", summary["pending_reasons"])
        items = summary["items"]
        self.assertEqual(items["read"], sum(items[term] for term in TERMS), f"the balance is broken: {context}")
        self.assertEqual(items["failed"], sum(summary["failures"].values()), context)
        if summary["exit_code"] == 0:
            self.assertEqual((items["rejected"], items["failed"], items["blocked"], items["pending"]), (0, 0, 0, 0))
        if summary["exit_code"] in (0, 3):
            self.assertEqual(items["pending"], 0, context)
        self.assertEqual(OUTCOMES[summary["exit_code"]], summary["outcome"], context)
        if schema.jsonschema:
            self.assertEqual(schema.faults("summary", summary), [], context)

    def assert_exactly_once(self, stripe, items=None):
        """Nothing was cloned and attached twice, no customer made twice; `items` are (account, original) that must be
        there, all of them and no other."""
        clones, customers = stripe.duplicates()
        self.assertEqual((clones, customers), ([], []))
        if items is not None:
            self.assertEqual(set(stripe.attached()), set(items))

    def wait_for(self, condition, what, timeout=30):
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found = condition()
            if found:
                return found
            time.sleep(0.01)
        self.fail(f"{what}: not within {timeout} s")

    def stand_in(self, **options):
        server = StandIn(**options)
        server.__enter__()
        self.addCleanup(server.stop)
        return server

    def simulator(self, *args):
        return Simulator(self, *args)


class Simulator:
    """payferry-simulator on a free port."""

    def __init__(self, test, *args):
        self.test = test
        number = getattr(test, "_simulators", 0) + 1
        test._simulators = number
        port_file = test.folder / f"port-{number}"
        self.errors = open(test.folder / f"simulator-{number}.txt", "w+b")
        options = [str(arg) for arg in args]
        for name, standard in (("--latency", "0"), ("--latency-jitter", "0"), ("--limit-scope", "none")):
            if name not in options:
                options += [name, standard]
        self.process = subprocess.Popen(
            [str(BIN / "payferry-simulator"), "--listen", "127.0.0.1:0", "--port-file", str(port_file), *options],
            cwd=test.folder, stdout=self.errors, stderr=self.errors)
        test.addCleanup(self.stop)
        test.wait_for(lambda: port_file.exists() or self.process.poll() is not None, "the simulator's port")
        if self.process.poll() is not None:
            test.fail(pathlib.Path(self.errors.name).read_text())
        self.base = f"http://127.0.0.1:{int(port_file.read_text())}"

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self.errors.close()

    def post(self, what, body=b""):
        with urllib.request.urlopen(urllib.request.Request(f"{self.base}/_simulator/{what}", data=body, method="POST"),
                                    timeout=10) as answer:
            return json.loads(answer.read())

    def get(self, what):
        with urllib.request.urlopen(f"{self.base}/_simulator/{what}", timeout=10) as answer:
            return answer.read().decode()

    def report(self):
        return json.loads(self.get("report"))

    def attached(self):
        return [json.loads(line) for line in self.get("attached").splitlines()]

    def fault(self, **rule):
        self.post("fault", json.dumps(rule).encode())

    def use(self, row, by):
        """Somebody charges an attached clone, a row of attached()."""
        self.post("use?" + urllib.parse.urlencode({"account": row["account"], "payment_method": row["clone"], "by": by}))

    def heal(self):
        self.post("clear-faults")


def lines(customers, methods=1, accounts=("acct_A",)):
    """Rows (customer, payment method, account), spread over the accounts customer by customer."""
    return [(f"cus_{c}", f"pm_{c}m{m}", accounts[c % len(accounts)]) for c in range(customers) for m in range(methods)]


def main():
    if not (BIN / "payferry").exists():
        sys.exit(f"{BIN / 'payferry'} is missing: build it, or name its folder in PAYFERRY_BIN")
    unittest.main(verbosity=2)
