#!/usr/bin/env python3
"""Whether a run takes as long as `payferry plan` says, at a limit.

  forecast.py --bin build/release [--seconds 60] [--quick]

Jobs of a known shape against a simulator whose limits are above the configured ones: what plan says before, and what the
run then needed from its first call to its last.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import common  # noqa: E402

# What decides, the job's limits, methods a customer.
CASES = (("the clone endpoint", {"global": 200, "endpoint": 20}, 1),
         ("the clone endpoint, two cards each", {"global": 200, "endpoint": 20}, 2),
         ("all requests together", {"global": 20, "endpoint": 100}, 1),
         ("each of three accounts", {"global": 60, "endpoint": 8, "scope": "account"}, 2))


def planned(args, folder):
    done = subprocess.run([args.bin / "bin/payferry", "plan", "job.yaml", "--json", "--latency", "100"], cwd=folder,
                          env={**os.environ, "STRIPE_SECRET_KEY": common.KEY}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure(args, limits, methods, seconds):
    scope = limits.get("scope", "platform")
    rate = limits["endpoint"] * (3 if scope == "account" else 1)
    rate = min(rate, limits["global"] / 2)
    with common.Folder() as folder:
        with common.Simulator(args.bin, folder, "--accounts", 3, "--customers", int(rate * seconds / methods),
                              "--methods-per-customer", methods, "--csv", folder / "in.csv", "--bank-share", 0, "--limit-scope",
                              scope, "--limit-global", limits["global"] * 1.5, "--limit-endpoint", limits["endpoint"] * 1.5,
                              "--latency", 80, "--latency-jitter", 40) as simulator:
            common.write_job(folder, simulator.base, limits=limits)
            plan = planned(args, folder)
            run = common.Run(args.bin, folder).wait()
            summary = json.loads(run.summary_file.read_text())
    return plan["forecast"]["seconds"], summary["seconds"], plan["calls"]["total"], summary["requests"]["total"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.binaries(parser)
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args()
    common.table("what decides", "planned", "taken", "taken to planned", "calls planned", "made")
    for name, limits, methods in CASES:
        said, took, calls, made = measure(args, limits, methods, 6 if args.quick else args.seconds)
        common.row(name, f"{said:.1f} s", f"{took:.1f} s", f"{took / said:.1%}", calls, made)


if __name__ == "__main__":
    main()
