#!/usr/bin/env python3
"""Whether an account in trouble costs the others anything.

  isolation.py --bin build/release [--seconds 60] [--quick]

Fifty accounts with limits of their own, twice: all well, and then with one that answers after 10 s, one that refuses
everything, and one that is limited to a request a second. The rate is that of the other 47.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import common  # noqa: E402

ACCOUNTS, RATE, WARM_UP = 50, 4, 5


def first_accounts(bin, folder, world):
    """Three of the accounts that such a world will have; the simulator is told of one before it listens."""
    subprocess.run([str(word) for word in (bin / "bin/payferry-simulator", *world, "--write-only")], check=True,
                   stderr=subprocess.DEVNULL)
    with open(folder / "in.csv") as file:
        next(file)
        return sorted({line.rstrip("\n").split(",")[2] for line in file})[:3]


def trouble(simulator, slow, refusing):
    simulator.tell(f"/_simulator/account/{slow}?state=slow:10000")
    fault = {"account": refusing, "times": 0, "kind": "refuse", "status": 400, "code": "parameter_invalid", "message": "Refused."}
    simulator.tell("/_simulator/fault", json.dumps(fault))


def rates(args, seconds, in_trouble):
    with common.Folder() as folder:
        items = int(ACCOUNTS * RATE * (seconds + WARM_UP + 5))
        world = ["--accounts", ACCOUNTS, "--any-originals", "--csv", folder / "in.csv", "--customers", items, "--bank-share", 0,
                 "--limit-scope", "account", "--limit-endpoint", RATE * 2, "--latency", 100, "--latency-jitter", 50]
        slow, refusing, limited = troubled = first_accounts(args.bin, folder, world)
        if in_trouble:
            world += ["--account-limit", f"{limited}=1/s"]
        with common.Simulator(args.bin, folder, *world) as simulator:
            if in_trouble:
                trouble(simulator, slow, refusing)
            common.write_job(folder, simulator.base, limits={"global": RATE * 4, "endpoint": RATE, "scope": "account",
                                                             "in_flight": 256})
            others = lambda report: sum(count for account, count in report["customers_created"].items()  # noqa: E731
                                        if account not in troubled)
            with common.Watch(simulator, others) as watch:
                run = common.Run(args.bin, folder)
                time.sleep(WARM_UP + seconds + 1)
                moved = simulator.report()["customers_created"].get(limited, 0)
            run.stop()
        return watch.rate(run.began + WARM_UP, run.began + WARM_UP + seconds), moved / (WARM_UP + seconds + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.binaries(parser)
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args()
    seconds = 8 if args.quick else args.seconds
    well, unlimited = rates(args, seconds, False)
    with_trouble, limited = rates(args, seconds, True)
    common.table("accounts", "three in trouble", "rate of the others", "share", "the limited one")
    common.row(ACCOUNTS, "no", f"{well:.1f} items/s", "", f"{unlimited:.2f} items/s")
    common.row(ACCOUNTS, "yes", f"{with_trouble:.1f} items/s", f"{with_trouble / well:.1%}", f"{limited:.2f} items/s")


if __name__ == "__main__":
    main()
