#!/usr/bin/env python3
"""What an item costs as jobs grow: items per second of the worker's own CPU, and its memory, over jobs of a thousand lines
to a million, and once more where ten million items are in the ledger already.

  growth.py --bin build/release [--most 1000000] [--ledger 10000000] [--svg docs/cost-growth.svg] [--quick]

The server answers at once. Items are two writes. With a ledger, what a run costs that has nothing to do is taken off: it is
the proof of the balance, not of an item. 1 GB of disk a million items.
"""

import argparse
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import common  # noqa: E402
import plot  # noqa: E402

LIMITS = {"global": 100000, "endpoint": 100000, "in_flight": 64}
LIVE = 20_000  # items that are moved where the ledger is full


def live(args, items):
    with common.Folder() as folder, common.Answers(args.bin) as server:
        common.write_input(folder / "in.csv", items, common.account_ids(3))
        common.write_job(folder, server.base, limits=LIMITS)
        run = common.Run(args.bin, folder).wait()
        return items / run.cpu, run.peak_mib


def by_ledger(args, items, more):
    with common.Folder() as folder, common.Answers(args.bin) as server:
        common.write_input(folder / "in.csv", items, common.account_ids(3))
        common.write_job(folder, server.base, limits=LIMITS)
        subprocess.run([str(args.bin / "bench/bench_make_ledger"), "job.yaml", "acct_1Platform", str(more)], cwd=folder,
                       check=True, env={**os.environ, "STRIPE_SECRET_KEY": common.KEY}, stdout=subprocess.DEVNULL)
        run = common.Run(args.bin, folder).wait()
        idle = common.Run(args.bin, folder).wait()
        return more / max(run.cpu - idle.cpu, 0.01), run.peak_mib


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.binaries(parser)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--ledger", type=int, default=10_000_000, help="0: leave that out")
    parser.add_argument("--svg", type=pathlib.Path)
    args = parser.parse_args()
    if args.quick:
        args.most, args.ledger = min(args.most, 10_000), min(args.ledger, 50_000)
    common.table("items", "items per CPU second", "peak RSS")
    points = []
    for items in (n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= args.most):
        points.append((items, *live(args, items)))
        common.row(f"{items:,}", f"{points[-1][1]:,.0f}", f"{points[-1][2]:.0f} MiB")
    full = []
    if args.ledger:
        more = min(LIVE, args.ledger // 5)
        full = [(args.ledger, *by_ledger(args, args.ledger, more))]
        common.row(f"{args.ledger:,} in the ledger, {more:,} moved", f"{full[0][1]:,.0f}", f"{full[0][2]:.0f} MiB")
    if args.svg:
        args.svg.write_text(plot.two_panels(
            ("items per second of CPU", [p[:2] for p in points], [p[:2] for p in full]),
            ("peak memory, MiB", [(p[0], p[2]) for p in points], [(p[0], p[2]) for p in full])))


if __name__ == "__main__":
    main()
