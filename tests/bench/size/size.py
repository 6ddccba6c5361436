#!/usr/bin/env python3
"""What a run costs when nearly everything is done already: time to the first write, reading a changed file of known
lines, and the memory at its peak.

  size.py --bin build/release [--items 10000000] [--accounts 3,10000] [--folder DIR]

Needs 1 GB of disk a million items. A stand-in answers; nothing is written but for the last few items.
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


def write_input(path, items, accounts, more=0):
    with open(path, "w", buffering=1 << 20) as out:
        out.write("customer,payment_method,account\n")
        for i in range(items + more):
            out.write(f"cus_{i // 2:014d},pm_{i:024d},acct_{i % accounts:016d}\n")


def write_job(folder, base):
    job = {
        "job": "size",
        "source": {"csv": "in.csv"},
        "stripe": {"api_key": "${STRIPE_SECRET_KEY}", "api_base": base},
        "limits": {"global": 50000, "endpoint": 50000},
        "target": {"preflight": "off", "other_customers": "ignore"},
        "ledger": "ledger.db",
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
        writes = stripe.writes
        self.first_write = writes[0].at - began if writes else None
        self.writes = len(writes)


RUN = ("run", "job.yaml", "--progress", "none", "--log-level", "error")


def has_plan(args):
    help = subprocess.run([str(args.bin / "bin/payferry"), "--help"], capture_output=True, text=True).stdout
    return any(line.split()[:1] == ["plan"] for line in help.splitlines())


def run(args, folder, stripe, *command):
    stripe.requests.clear()
    began = time.monotonic()
    process = subprocess.Popen([str(args.bin / "bin/payferry"), *(command or RUN)], cwd=folder, stdout=subprocess.DEVNULL,
                               env={**os.environ, "STRIPE_SECRET_KEY": KEY})
    return Measured(process, began, stripe)


def make(args, folder):
    subprocess.run([str(args.bin / "bench/bench_make_ledger"), "job.yaml", PLATFORM, str(PENDING)], cwd=folder, check=True,
                   env={**os.environ, "STRIPE_SECRET_KEY": KEY}, stdout=subprocess.DEVNULL)


def row(what, accounts, items, measured):
    first = "–" if measured.first_write is None else f"{measured.first_write:.2f} s"
    print(f"| {what} | {items:,} | {accounts:,} | {first} | {measured.seconds:.1f} s | {measured.cpu:.1f} s | "
          f"{measured.peak_mib:.0f} MiB | {measured.writes} | {measured.code} |", flush=True)


def measure(args, accounts):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="payferry-size-", dir=args.folder))
    try:
        with StandIn() as stripe:
            write_job(folder, stripe.base)
            write_input(folder / "in.csv", args.items, accounts)
            if has_plan(args):
                row("plan, empty ledger", accounts, args.items, run(args, folder, stripe, "plan", "job.yaml"))
            make(args, folder)
            row("resume", accounts, args.items, run(args, folder, stripe))
            row("run again, nothing to do", accounts, args.items, run(args, folder, stripe))
            if has_plan(args):
                row("plan, everything known", accounts, args.items, run(args, folder, stripe, "plan", "job.yaml"))
            with open(folder / "in.csv", "a") as out:
                out.write(f"cus_new,pm_new,acct_{0:016d}\n")
            row("changed file", accounts, args.items, run(args, folder, stripe))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--accounts", default="3,10000")
    parser.add_argument("--folder", default=None)
    args = parser.parse_args()
    print("| what | items | accounts | first write | wall | CPU | peak RSS | writes | exit |\n|---|---|---|---|---|---|---|---|---|")
    for accounts in map(int, args.accounts.split(",")):
        measure(args, accounts)


if __name__ == "__main__":
    main()
