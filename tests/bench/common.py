"""What the benches share: a simulator or a server of fixed answers, a job, a client whose cost is measured, and tables."""

import bisect
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

KEY = "sk_test_51BenchBench00"


class Folder:
    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="payferry-bench-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """A server of ours on a port of its own choice."""

    def __init__(self, command, port):
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True)
        self.base = f"http://127.0.0.1:{port(self.process)}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def ask(self, path):
        with urllib.request.urlopen(self.base + path, timeout=60) as answer:
            return answer.read().decode()

    def tell(self, path, body=""):
        with urllib.request.urlopen(urllib.request.Request(self.base + path, data=body.encode()), timeout=60) as answer:
            return answer.read().decode()


class Simulator(Server):
    def __init__(self, bin, folder, *options):
        file = folder / "simulator.port"
        file.unlink(missing_ok=True)

        def port(process):
            while not (file.exists() and file.read_text().strip()):
                if process.poll() is not None:
                    raise SystemExit("the simulator ended at once")
                time.sleep(0.02)
            return int(file.read_text())
        super().__init__([bin / "bin/payferry-simulator", "--listen", "127.0.0.1:0", "--port-file", file, *options], port)

    def report(self):
        return json.loads(self.ask("/_simulator/report"))


class Answers(Server):
    """What is asked is answered at once, always the same."""

    def __init__(self, bin):
        super().__init__([bin / "bench/bench_answers"], lambda process: int(process.stdout.readline()))


def write_job(folder, base, name="job", source="in.csv", **sections):
    job = {"job": "bench", "source": {"csv": source},
           "stripe": {"api_key": "${STRIPE_SECRET_KEY}", "api_base": base},
           "target": {"preflight": "off", "other_customers": "ignore"},
           "ledger": f"{name}.db", "metrics": {"listen": "none"}}
    for section, values in sections.items():
        job[section] = {**job.get(section, {}), **values} if isinstance(values, dict) else values
    (folder / f"{name}.yaml").write_text(json.dumps(job, indent=1))


def write_input(path, items, accounts):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("customer", "payment_method", "account"))
        out.writerows((f"cus_{i:014d}", f"pm_{i:024d}", accounts[i % len(accounts)]) for i in range(items))


def account_ids(count):
    return [f"acct_{i:016d}" for i in range(count)]


class Run:
    """A `payferry run` that is going on."""

    def __init__(self, bin, folder, name="job", *options):
        self.began = time.monotonic()
        self.summary_file = folder / f"{name}.summary.json"
        self.process = subprocess.Popen(
            [str(bin / "bin/payferry"), "run", f"{name}.yaml", "--progress", "none", "--log-level", "error", "--summary",
             str(self.summary_file), *options], cwd=folder, env={**os.environ, "STRIPE_SECRET_KEY": KEY},
            stdout=subprocess.DEVNULL)

    def wait(self, may=(0,)):
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode not in may:
            raise SystemExit(f"payferry ended with {self.process.returncode}")
        self.seconds = time.monotonic() - self.began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024
        return self

    def stop(self):
        """In the middle: what is in flight is answered, and the rest stays pending."""
        self.process.terminate()
        return self.wait(may=(0, 3, 4))


class Watch:
    """Counts of the simulator over time, asked for twice a second. `count` makes one number of a report."""

    def __init__(self, simulator, count):
        self.simulator, self.count = simulator, count
        self.times, self.counts = [], []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        while not self.ended.wait(0.5):
            count = self.count(self.simulator.report())
            self.times.append(time.monotonic())
            self.counts.append(count)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def at(self, moment):
        """Between two looks, as if it had risen evenly."""
        after = bisect.bisect(self.times, moment)
        if after == 0 or after == len(self.times):
            return self.counts[min(after, len(self.counts) - 1)]
        t0, t1, n0, n1 = self.times[after - 1], self.times[after], self.counts[after - 1], self.counts[after]
        return n0 + (n1 - n0) * (moment - t0) / (t1 - t0)

    def rate(self, begin, end):
        return (self.at(end) - self.at(begin)) / (end - begin)


def writes(step):
    return lambda report: report["writes"].get(step, 0)


def table(*columns):
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns), flush=True)


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def binaries(parser):
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).resolve(), required=True,
                        help="a build's folder, such as build/release")
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes: whether it works, not how well")
