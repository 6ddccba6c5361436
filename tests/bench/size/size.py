#!/usr/bin/env python3
"""What a run costs when nearly everything is done already: time to the first write, reading a changed file of known
lines, and the memory at its peak.

  size.py --bin build/release [--items 10000000] [--accounts 3,10000] [--folder DIR] [--keep DIR]

Needs 1 GB of disk and 0.4 GB of memory a million items. With --keep inputs and ledgers stay in that folder, and the next
time the runs get copies of them: twice the disk. Before each run the ledger is read once, so that the system's cache holds
as much of it as there is room for. A stand-in answers; nothing is written but for the last few items.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "e2e"))
from stand_in import PLATFORM, StandIn  # noqa: E402

PENDING = 3
KEY = "sk_test_51SizeBench00"


def write_input(path, items, accounts):
    with open(path, "w", buffering=1 << 20) as out:
        out.write("customer,payment_method,account\n")
        for i in range(items):
            out.write(f"cus_{i // 2:014d},pm_{i:024d},acct_{i % accounts:016d}\n")


def write_job(folder, base, lines, ledger="ledger.db"):
    job = {
        "job": "size",
        "source": {"csv": str(lines)},
        "stripe": {"api_key": "${STRIPE_SECRET_KEY}", "api_base": base},
        "limits": {"global": 50000, "endpoint": 50000},
        "target": {"preflight": "off", "other_customers": "ignore"},
        "ledger": str(ledger),
        "metrics": {"listen": "none"},
    }
    (folder / "job.yaml").write_text(json.dumps(job, indent=1))


class Measured:
    def __init__(self, process, began, stripe):
        # What this very process used: os.wait4 tells, resource only of all that ended.
        _, status, usage = os.wait4(process.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024
        self.disk_mib = usage.ru_inblock / 2048  # what the system's cache did not hold
        writes = stripe.writes
        self.first_write = writes[0].at - began if writes else None
        self.writes = len(writes)


RUN = ("run", "job.yaml", "--progress", "none", "--log-level", "error")
PLAN = ("plan", "job.yaml", "--progress", "none")


def has_plan(args):
    help = subprocess.run([str(args.bin / "bin/payferry"), "--help"], capture_output=True, text=True).stdout
    return any(line.split()[:1] == ["plan"] for line in help.splitlines())


def run(args, folder, stripe, *command):
    stripe.requests.clear()
    warm(folder)
    began = time.monotonic()
    process = subprocess.Popen([str(args.bin / "bin/payferry"), *(command or RUN)], cwd=folder, stdout=subprocess.DEVNULL,
                               env={**os.environ, "STRIPE_SECRET_KEY": KEY})
    return Measured(process, began, stripe)


def make_ledger(args, folder):
    subprocess.run([str(args.bin / "bench/bench_make_ledger"), "job.yaml", PLATFORM, str(PENDING)], cwd=folder, check=True,
                   env={**os.environ, "STRIPE_SECRET_KEY": KEY}, stdout=sys.stderr)


def put_ledger(args, folder, stripe, lines):
    """The ledger that a run would have left: a kept one, or a new one."""
    if not args.keep:
        return make_ledger(args, folder)
    kept = lines.with_suffix(".db")
    if not kept.exists():
        making = kept.with_suffix(".making")
        making.unlink(missing_ok=True)
        write_job(folder, stripe.base, lines, making)
        make_ledger(args, folder)
        making.rename(kept)
        making.with_suffix(".making.lock").unlink(missing_ok=True)
        write_job(folder, stripe.base, lines)
    shutil.copyfile(kept, folder / "ledger.db")


def reach_disk(path):
    """What the system still has to write of it would hold up the first commit of a run."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def warm(folder):
    """As far as there is room, the system's cache holds the ledger."""
    if (folder / "ledger.db").exists():
        with open(folder / "ledger.db", "rb", buffering=0) as ledger:
            while ledger.read(1 << 20):
                pass


def row(what, accounts, items, measured):
    first = "–" if measured.first_write is None else f"{measured.first_write:.2f} s"
    print(f"| {what} | {items:,} | {accounts:,} | {first} | {measured.seconds:.1f} s | {measured.cpu:.1f} s | "
          f"{measured.disk_mib:.0f} MiB | {measured.peak_mib:.0f} MiB | {measured.writes} | {measured.code} |", flush=True)


def measure(args, accounts):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="payferry-size-", dir=args.folder))
    # A ledger goes on with the very file that it has read: its place and its times count.
    lines = (args.keep or folder) / f"{args.items}-{accounts}.csv"
    changed = folder / "changed.csv"
    try:
        if not lines.exists():
            write_input(lines, args.items, accounts)
        with StandIn() as stripe:
            write_job(folder, stripe.base, lines)
            if has_plan(args):
                row("plan, empty ledger", accounts, args.items, run(args, folder, stripe, *PLAN))
            put_ledger(args, folder, stripe, lines)
            reach_disk(folder / "ledger.db")
            row("resume", accounts, args.items, run(args, folder, stripe))
            row("run again, nothing to do", accounts, args.items, run(args, folder, stripe))
            if has_plan(args):
                row("plan, everything known", accounts, args.items, run(args, folder, stripe, *PLAN))
            shutil.copyfile(lines, changed)
            with open(changed, "a") as out:
                out.write(f"cus_new,pm_new,acct_{0:016d}\n")
            write_job(folder, stripe.base, changed)
            row("changed file", accounts, args.items, run(args, folder, stripe))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--accounts", default="3,10000")
    parser.add_argument("--folder", default=None, help="where to work")
    parser.add_argument("--keep", type=lambda text: pathlib.Path(text).resolve(), help="where ledgers stay for the next time")
    args = parser.parse_args()
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
    print("| what | items | accounts | first write | wall | CPU | from disk | peak RSS | writes | exit |\n"
          "|---|---|---|---|---|---|---|---|---|---|")
    for accounts in map(int, args.accounts.split(",")):
        measure(args, accounts)


if __name__ == "__main__":
    main()
