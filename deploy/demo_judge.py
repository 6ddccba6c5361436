#!/usr/bin/env python3
"""Holds what the demo's run says against what the simulator saw. Exits 0 only if all of it agrees."""

import csv
import json
import sys
from pathlib import Path

wrong = 0


def check(holds, text):
    global wrong
    wrong += not holds
    print(("ok     " if holds else "WRONG  ") + text)


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    folder, code, bad, missing = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    summary = json.loads((folder / "run-2.json").read_text())
    idle = json.loads((folder / "run-3.json").read_text())
    simulator = json.loads((folder / "simulator.json").read_text())
    attached = [json.loads(line) for line in (folder / "attached.ndjson").read_text().splitlines()]
    mapping, rejects = rows(folder / "report/mapping.csv"), rows(folder / "report/rejects.csv")
    items = summary["items"]
    ended = {name: count for name, count in items.items() if name != "read"}

    check(code == 3 and summary["outcome"] == "failures", f"exit code {code}, outcome {summary['outcome']}")
    check(
        items["read"] == sum(ended.values()),
        f"nothing is lost: {items['read']} read = " + " + ".join(f"{count} {name}" for name, count in ended.items()),
    )
    check(items["read"] >= 2000 and items["pending"] == 0, f"{items['read']} entries, none pending")
    check(items["rejected"] == bad, f"{items['rejected']} lines could not be read; the simulator had spoilt {bad}")
    check(
        summary["failures"].get("resource_missing", 0) == missing
        and items["failed"] == sum(summary["failures"].values()),
        f"{items['failed']} failed: "
        + ", ".join(f"{count} {name}" for name, count in sorted(summary["failures"].items()))
        + f"; {missing} originals did not exist",
    )
    check(
        items["succeeded"] == simulator["clones"]["attached"],
        f"{items['succeeded']} succeeded; the simulator holds {simulator['clones']['attached']} attached clones",
    )
    check(
        simulator["duplicate_clones"] == 0 and simulator["duplicate_customers"] == 0,
        f"{simulator['duplicate_clones']} methods attached twice, {simulator['duplicate_customers']} customers made twice",
    )
    check(simulator["clones"]["misattached"] == 0, f"{simulator['clones']['misattached']} clones with a wrong customer")
    check(
        {(row["account"], row["source_id_old"], row["source_id_new"], row["customer_id_new"]) for row in mapping}
        == {(clone["account"], clone["original"], clone["clone"], clone["customer"]) for clone in attached}
        and len(mapping) == items["succeeded"],
        f"mapping.csv: {len(mapping)} rows, the very clones that the simulator holds",
    )
    to_mend = items["rejected"] + items["failed"] + items["blocked"]
    check(len(rejects) == to_mend, f"rejects.csv: {len(rejects)} rows, each with its reason")
    check(
        simulator["posts_without_key"] == 0 and simulator["posts_without_account"] == 0,
        "every write named its account and bore an idempotency key",
    )
    check(sum(simulator["faults"].values()) > 0, f"{sum(simulator['faults'].values())} faults were met and survived")
    reads = ("get_", "list_")
    writes = sum(count for name, count in idle["requests"]["by_endpoint"].items() if not name.startswith(reads))
    check(writes == 0 and idle["exit_code"] == 3, f"a run with nothing to do wrote {writes} times")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
