#!/usr/bin/env python3
"""Whether the endpoint that decides is kept full, and never over-full.

  saturation.py --bin build/release [--windows 6] [--quick]

The simulator lets 25 requests a second through at each endpoint (250 in the second case) from a bucket of that size and
answers after 300 ± 150 ms; the job asks for 24 (240). Items are two writes. From the fifth second on the clone endpoint's
rate over windows of 30 s is compared with the configured one. A bare timer ticks beside it at the same rate and by the same
rule of catching up: what it falls short of, the machine took.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import common  # noqa: E402

WARM_UP = 5


def tick(rate, seconds):
    """The bare timer: prints, at its end, the moment of each tick."""
    began = time.monotonic()
    due = gate = began
    ticks = []
    while due < began + seconds:
        time.sleep(max(0.0, max(due, gate) - time.monotonic()))
        now = time.monotonic()
        ticks.append(now)
        gate = max(gate + 1 / (1.1 * rate), now - 0.001)
        due = max(due + 1 / rate, now - 0.25)
    print(*ticks, sep="\n")


def shares(per_second, begin, width, windows):
    return [per_second(begin + i * width, begin + (i + 1) * width) for i in range(windows)]


def measure(args, limit, rate):
    width = 6 if args.quick else 30
    windows = 2 if args.quick else args.windows
    seconds = WARM_UP + width * windows
    with common.Folder() as folder:
        items = int(rate * (seconds + 10))
        with common.Simulator(args.bin, folder, "--accounts", 3, "--any-originals", "--csv", folder / "in.csv", "--customers",
                              items, "--bank-share", 0, "--limit-endpoint", limit, "--limit-burst", limit,
                              "--limit-global", limit * 4, "--latency", 300, "--latency-jitter", 150) as simulator:
            common.write_job(folder, simulator.base, limits={"global": rate * 4, "endpoint": rate, "in_flight": int(rate * 3)})
            timer = subprocess.Popen([sys.executable, __file__, "--tick", str(rate), str(seconds)], stdout=subprocess.PIPE,
                                     text=True)
            with common.Watch(simulator, common.writes("clone")) as watch:
                run = common.Run(args.bin, folder)
                time.sleep(seconds + 1)
            run.stop()
            ticks = [float(line) for line in timer.communicate()[0].split()]
            report = simulator.report()
        begin = run.began + WARM_UP
        ours = shares(watch.rate, begin, width, windows)
        bare = shares(lambda a, b: sum(a <= t < b for t in ticks) / (b - a), begin, width, windows)
        refused = sum(report["rate_limited"].values())
        common.row(f"{limit}/s", f"{rate}/s", windows, f"{statistics.median(ours) / rate:.1%}", f"{min(ours) / rate:.1%}",
                   refused, f"{statistics.median(bare) / rate:.1%}", f"{min(bare) / rate:.1%}")


def main():
    if sys.argv[1:2] == ["--tick"]:
        return tick(float(sys.argv[2]), float(sys.argv[3]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common.binaries(parser)
    parser.add_argument("--windows", type=int, default=6)
    args = parser.parse_args()
    common.table("server's limit", "configured", "windows", "median share", "worst share", "refused (429)",
                 "bare timer: median", "bare timer: worst")
    for limit, rate in ((25, 24), (250, 240)):
        measure(args, limit, rate)


if __name__ == "__main__":
    main()
