#!/usr/bin/env python3
"""What the worker itself costs: a server that answers at once, pinned to one core, and clients pinned to the other, in turn.

  uncapped.py --bin build/release [--items 100000] [--rounds 3] [--tls] [--instructions]

Needs wrk for the cost of a bare request, and Node with npm for the script on the official SDK; what is missing is left
out. The floor is the same requests on the libraries that Payferry is built on, without anything of it: what no change of
Payferry's can go below, with and without the least that is durable. Each round runs every client once, so that the
machine's moods fall on all of them; the table has medians. An item is two writes: a clone, and a customer made with it.
All move the same number of items: Node takes some ten thousand to become as fast as it can be.
"""

import argparse
import csv
import functools
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).parent
KEY = "sk_test_51UncappedBench00"
SERVER_CORE, CLIENT_CORE = "0", "1"


class Cost:
    """What a client used: seconds of its own CPU and of the clock, and how many requests the server saw."""

    def __init__(self, cpu, wall, requests, items):
        self.cpu, self.wall, self.requests, self.items = cpu, wall, requests, items

    @property
    def cpu_per_request(self):
        return self.cpu / self.requests * 1e6

    @property
    def items_per_cpu_second(self):
        return self.items / self.cpu

    @property
    def items_per_second(self):
        return self.items / self.wall


class Server:
    def __init__(self, bin, tls, folder):
        command = ["taskset", "-c", SERVER_CORE, str(bin / "bench/bench_answers")]
        if tls:
            certificate(folder)
            command += [str(folder / "cert.pem"), str(folder / "key.pem")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.tls, self.folder = tls, folder
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def count(self):
        curl = ["curl", "-sS"] + (["--cacert", str(self.folder / "cert.pem")] if self.tls else [])
        return int(subprocess.run([*curl, self.base + "/count"], capture_output=True, text=True, check=True).stdout)

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.kill()
        self.process.wait()


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                    "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, capture_output=True)


def measured(command, server, items, folder, env=None):
    before, began = server.count(), time.monotonic()
    process = subprocess.Popen(["taskset", "-c", CLIENT_CORE, *map(str, command)], cwd=folder, env={**os.environ, **(env or {})},
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if status:
        raise SystemExit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    requests = server.count() - before
    return Cost(usage.ru_utime + usage.ru_stime, wall, requests, items or requests / 2)


def write_input(path, items):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("customer", "payment_method", "account"))
        out.writerows((f"cus_{i:014d}", f"pm_{i:024d}", f"acct_{i % 3:016d}") for i in range(items))


def write_job(folder, server):
    job = {"job": "uncapped", "source": {"csv": "in.csv"},
           "stripe": {"api_key": "${STRIPE_SECRET_KEY}", "api_base": server.base},
           "target": {"preflight": "off", "other_customers": "ignore"},
           "limits": {"global": 100000, "endpoint": 100000, "in_flight": 64},
           "ledger": "ledger.db", "metrics": {"listen": "none"}}
    if server.tls:
        job["stripe"]["ca_file"] = str(folder / "cert.pem")
    (folder / "job.yaml").write_text(json.dumps(job, indent=1))


def payferry(args, server, folder, items, prefix=()):
    for file in folder.glob("ledger.db*"):
        file.unlink()
    write_input(folder / "in.csv", items)
    write_job(folder, server)
    command = [*prefix, args.bin / "bin/payferry", "run", "job.yaml", "--progress", "none", "--log-level", "error"]
    return measured(command, server, items, folder, {"STRIPE_SECRET_KEY": KEY})


def floor(args, server, folder, items, prefix=(), ledger=None):
    for file in folder.glob("floor.db*"):
        file.unlink()
    command = [*prefix, args.bin / "bench/bench_floor", "127.0.0.1", server.port, items]
    command += [folder / "cert.pem"] if server.tls else []
    command += [f"--{ledger}", folder / "floor.db"] if ledger else []
    cost = measured(command, server, items, folder)
    if cost.requests != 2 * items:
        raise SystemExit(f"bench_floor sent {cost.requests} requests for {items} items")
    return cost


def wrk(server, folder, requests):
    # Told in seconds, not in requests: as long as the rest took, more or less.
    return measured(["wrk", "-t1", "-c64", f"-d{max(3, requests // 20000)}s", "-s", HERE / "wrk.lua", server.base], server, 0,
                    folder)


def script(server, folder, items):
    write_input(folder / "in.csv", items)
    command = ["node", folder / "script.mjs", folder / "in.csv", "127.0.0.1", server.port, "https" if server.tls else "http"]
    env = {"STRIPE_SECRET_KEY": KEY, "NODE_EXTRA_CA_CERTS": str(folder / "cert.pem") if server.tls else ""}
    return measured(command, server, items, folder, env)


def install_script(folder):
    """The SDK is fetched here and nowhere else: nothing of ours needs it."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    shutil.copy(HERE / "script.mjs", folder)
    return subprocess.run(["npm", "install", "--silent", "--no-save", "stripe"], cwd=folder, capture_output=True).returncode == 0


def total_of(out):
    return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(errors="replace"), re.M).group(1))


def instructions(client, folder, items):
    """Per item, between two sizes: what is spent once does not count. By callgrind, in user space."""
    counts = []
    for size in (items, items * 3):
        out = folder / "callgrind.out"
        client(size, ("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet"))
        counts.append(total_of(out))
    return (counts[1] - counts[0]) / (items * 2)


def wrk_instructions(server, folder):
    """Per request, between two durations: handshakes and the like do not count."""
    out, counts = folder / "wrk.out", []
    for seconds in (5, 20):
        before = server.count()
        subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet", "wrk", "-t1", "-c64",
                        f"-d{seconds}s", "-s", str(HERE / "wrk.lua"), server.base], check=True, capture_output=True)
        counts.append((total_of(out), server.count() - before))
    return (counts[1][0] - counts[0][0]) / (counts[1][1] - counts[0][1])


def show(name, costs):
    def median(figure):
        return statistics.median(getattr(cost, figure) for cost in costs)
    print(f"| {name} | {median('cpu_per_request'):.1f} µs | {median('items_per_cpu_second'):,.0f} | "
          f"{median('items_per_second'):,.0f} |", flush=True)


def ratio(figure, ours, theirs):
    return statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in zip(ours, theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--instructions", action="store_true", help="count instructions with callgrind too (slow)")
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="payferry-uncapped-"))
    server = Server(args.bin, args.tls, folder)
    try:
        compare(args, server, folder)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def compare(args, server, folder):
    has_script, has_wrk = install_script(folder), shutil.which("wrk") is not None
    clients = {"payferry, ledger durable": functools.partial(payferry, args, server, folder),
               "Asio, Beast and RapidJSON alone": functools.partial(floor, args, server, folder),
               "… with one SQLite row an item": functools.partial(floor, args, server, folder, ledger="ledger"),
               "… and one for its link and each request": functools.partial(floor, args, server, folder, ledger="requests"),
               "… these made of a journal, once": functools.partial(floor, args, server, folder, ledger="journal")}
    costs, bare, theirs, busy = {name: [] for name in clients}, [], [], []
    for _ in range(args.rounds):
        for name, client in clients.items():
            before = server.cpu()
            costs[name].append(client(args.items))
            if client.func is payferry:
                busy.append((server.cpu() - before) / costs[name][-1].wall)
        if has_wrk:
            bare.append(wrk(server, folder, args.items * 2))
        if has_script:
            theirs.append(script(server, folder, args.items))
    show_all({**costs, "wrk": bare, "script on the Node SDK": theirs})
    ours = next(iter(costs.values()))
    print(f"\nrequests an item: {ours[0].requests / ours[0].items:.3f}; server's core busy: {statistics.median(busy):.0%}")
    for name, cost in costs.items() if bare else ():
        print(f"CPU per request to wrk: {ratio('cpu_per_request', cost, bare):.2f}  {name}")
    for name, cost in costs.items() if theirs else ():
        print(f"items per CPU second to the script: {ratio('items_per_cpu_second', cost, theirs):.1f}, "
              f"per second: {ratio('items_per_second', cost, theirs):.1f}  {name}")
    if args.instructions:
        count_instructions(clients, server, folder, has_wrk)


def show_all(costs):
    print("| client | CPU per request | items per CPU second | items per second |\n|---|---|---|---|")
    for name, measured_costs in costs.items():
        if measured_costs:
            show(name, measured_costs)


def count_instructions(clients, server, folder, has_wrk):
    bare = wrk_instructions(server, folder) if has_wrk else None
    print("\n| client | instructions an item | a request | to wrk |\n|---|---|---|---|")
    for name, client in clients.items():
        item = instructions(client, folder, 1000)
        print(f"| {name} | {item:,.0f} | {item / 2:,.0f} | {f'{item / 2 / bare:.2f}' if bare else ''} |", flush=True)
    if bare:
        print(f"| wrk | | {bare:,.0f} | 1 |")


if __name__ == "__main__":
    main()
