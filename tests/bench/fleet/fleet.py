#!/usr/bin/env python3
"""What more workers bring, and what the ledger that they share costs: items per second over 1, 2, 4 and 8 workers on one
PostgreSQL server that syncs its commits, and the same worker alone on a file.

  fleet.py --bin build/release [--items 20000] [--workers 1,2,4,8] [--rounds 3] [--quick]

The simulator has no limits and answers at once, and everything runs on this machine: where its cores are used up, more workers
bring nothing. So the processor time of the workers and of the server stands beside, for each item. Medians; the second table is
what `ledger_cost` says of the ledgers alone.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[parent]) for parent in (1, 2)]
import common  # noqa: E402
from support import postgres  # noqa: E402

SAFE = ("fsync=on", "full_page_writes=on", "shared_buffers=128MB", "max_connections=100")
LIMITS = {"global": 100000, "endpoint": 100000, "in_flight": 64}
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(server):
    """Seconds of processor time of the server with all that it started, ended ones too."""
    ticks = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = stat.parent.name, stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended meanwhile
        if str(server.process.pid) == pid:
            ticks += sum(map(int, rest[11:15]))
        elif rest[1] == str(server.process.pid):
            ticks += sum(map(int, rest[11:13]))
    return ticks / TICKS


def run_fleet(args, workers, ledger, server=None):
    """(items per second, ms of the workers' CPU per item, ms of the server's)."""
    with common.Folder() as folder, common.Simulator(args.bin, folder, "--any-originals", "--limit-scope", "none", "--latency", 0,
                                                     "--latency-jitter", 0) as simulator:
        common.write_input(folder / "in.csv", args.items, common.account_ids(3))
        common.write_job(folder, simulator.base, limits=LIMITS, ledger=ledger)
        served = cpu_of(server) if server else 0
        began = time.monotonic()
        runs = [common.Run(args.bin, folder) for _ in range(workers)]
        cpu = sum(run.wait().cpu for run in runs)
        seconds = time.monotonic() - began
        served = cpu_of(server) - served if server else 0
        attached = simulator.report()["clones"]["attached"]
        if attached != args.items:
            raise SystemExit(f"{attached} of {args.items} were moved")
        return args.items / seconds, 1000 * cpu / args.items, 1000 * served / args.items


def on_server(args, workers):
    server = postgres.Server(SAFE)
    try:
        return run_fleet(args, workers, server.url(tcp=True), server)
    finally:
        server.close()


def ledger_alone(args, place):
    said = subprocess.run([str(args.bin / "tests/ledger_cost"), place, str(args.items), "64"], check=True, capture_output=True,
                          text=True).stdout
    return [float(number) for number in re.findall(r"(?:admit|move) +([\d.]+) us", said)]


def medians(rounds):
    return [statistics.median(column) for column in zip(*rounds)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.binaries(parser)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=lambda text: [int(word) for word in text.split(",")], default=[1, 2, 4, 8])
    args = parser.parse_args()
    if args.quick:
        args.items, args.rounds = 1000, 1
    cases = [("file", 1)] + [("PostgreSQL", workers) for workers in args.workers]
    found = {case: [] for case in cases}
    for _ in range(args.rounds):  # in turn, so that what the machine does meanwhile hits all of them
        for case in cases:
            found[case].append(run_fleet(args, 1, "ledger.db") if case[0] == "file" else on_server(args, case[1]))
    print(f"{args.items:,} items, {os.cpu_count()} cores, {args.rounds} rounds\n")
    common.table("ledger", "workers", "items per second", "workers' CPU an item", "server's CPU an item")
    for (where, workers), rounds in found.items():
        rate, cpu, served = medians(rounds)
        common.row(where, workers, f"{rate:,.0f}", f"{cpu:.2f} ms", f"{served:.2f} ms" if served else "–")
    print()
    common.table("ledger alone", "admit an item", "move an item (four commits, 64 in flight)")
    for where in ("file", "PostgreSQL"):
        rounds = []
        for _ in range(args.rounds):
            if where == "file":
                with common.Folder() as folder:
                    rounds.append(ledger_alone(args, str(folder / "ledger.db")))
            else:
                server = postgres.Server(SAFE)
                rounds.append(ledger_alone(args, server.url(tcp=True)))
                server.close()
        common.row(where, *(f"{us:.0f} µs" for us in medians(rounds)))


if __name__ == "__main__":
    main()
