#!/usr/bin/env python3
"""How well limits are learnt that nobody told: the job is configured with twice what the server lets through.

  learning.py --bin build/release [--seconds 300] [--quick]

A third of the time as it is, a third with the server's limits halved, a third with them restored; for both answers to the
question whose limits a call with Stripe-Account counts on. Shares are of what the server would have let through, from 30 s
after a fall and 60 s after a rise on; refused ones are of all requests.
"""

import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import common  # noqa: E402

LIMIT = 25


def measure(args, scope, accounts):
    third = 8 if args.quick else args.seconds / 3
    after_fall, after_rise = (3, 3) if args.quick else (30, 60)
    real = LIMIT * (accounts if scope == "account" else 1)
    with common.Folder() as folder:
        items = int(real * third * 4)
        with common.Simulator(args.bin, folder, "--accounts", accounts, "--any-originals", "--csv", folder / "in.csv",
                              "--customers", items, "--bank-share", 0, "--limit-scope", scope, "--limit-endpoint", LIMIT,
                              "--limit-burst", LIMIT, "--limit-global", LIMIT * 4, "--latency", 300, "--latency-jitter",
                              150) as simulator:
            common.write_job(folder, simulator.base,
                             limits={"global": LIMIT * 8, "endpoint": LIMIT * 2, "scope": args.scope or scope,
                                     "in_flight": 512})
            with common.Watch(simulator, common.writes("clone")) as watch:
                run = common.Run(args.bin, folder)
                time.sleep(third)
                simulator.tell(f"/_simulator/limits?endpoint={LIMIT / 2}&burst={LIMIT / 2}")
                fell = time.monotonic()
                time.sleep(third)
                simulator.tell(f"/_simulator/limits?endpoint={LIMIT}&burst={LIMIT}")
                rose = time.monotonic()
                time.sleep(third + 1)
            run.stop()
            report = simulator.report()
        refused = sum(report["rate_limited"].values()) / report["requests"]["total"]
        common.row(scope, f"{watch.rate(run.began + after_fall, fell) / real:.1%}",
                   f"{watch.rate(fell + after_fall, rose) / (real / 2):.1%}",
                   f"{watch.rate(rose + after_rise, rose + third) / real:.1%}", f"{refused:.2%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.binaries(parser)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--scope", help="limits.scope of the job where it is not the server's own, such as learn")
    args = parser.parse_args()
    common.table("limits count by", "at first", "after the fall", "after the rise", "refused")
    measure(args, "platform", 3)
    measure(args, "account", 3)


if __name__ == "__main__":
    main()
