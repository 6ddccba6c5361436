#!/usr/bin/env python3
"""Dashboard, rules, alerts and runbook against the catalogue of metrics and each other; PromQL by promtool."""

import collections
import json
import re
import subprocess
import sys
import tempfile

import queries

found = []


def expect(right, mistake):
    if not right:
        found.append(mistake)


def check_dashboard():
    board = json.loads(queries.DASHBOARD.read_text())
    everything = list(queries.panels())
    for ident, count in collections.Counter(panel["id"] for panel in everything).items():
        expect(count == 1, f"dashboard: {count} panels have the id {ident}")
    expect(board.get("uid") and board.get("title") and board.get("schemaVersion", 0) >= 36, "dashboard: uid, title or schema")
    taken = {}
    for panel in everything:
        place = panel["gridPos"]
        expect(place["x"] + place["w"] <= 24, f"dashboard: {panel['title']} leaves the grid")
        for cell in [(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])]:
            expect(cell not in taken, f"dashboard: {panel['title']} lies upon {taken.get(cell)}")
            taken[cell] = panel["title"]
        if panel["type"] == "row":
            continue
        expect(panel.get("targets"), f"dashboard: {panel['title']} asks for nothing")
        for part in [panel, *panel["targets"]]:
            expect(part.get("datasource", {}).get("uid") == "${datasource}", f"dashboard: data source of {panel['title']}")
        refs = [target["refId"] for target in panel["targets"]]
        expect(len(set(refs)) == len(refs), f"dashboard: refIds of {panel['title']}")
    for note in board["annotations"]["list"]:
        expect(note["datasource"]["uid"] == "${datasource}", f"dashboard: data source of {note['name']}")


def check_names(exprs):
    known = queries.catalogue()
    expect(len(known) > 20, "docs/metrics.md has no table that this check understands")
    recorded = {rule["record"] for rule in queries.rules(queries.RULES)}
    for where, expr in exprs:
        for mistake in queries.mistakes_in(expr, known, recorded):
            found.append(f"{where}: {mistake}")
    everything = " ".join(expr for _, expr in exprs)
    for name in recorded:
        expect(name in everything, f"{name}: nobody uses it")


def check_syntax(exprs):
    """promtool parses rules only: each expression becomes one."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        made = [{"record": f"check:{number}", "expr": expr} for number, (_, expr) in enumerate(exprs)]
        json.dump({"groups": [{"name": "check", "rules": made}]}, file)
        file.flush()
        checked = subprocess.run(["promtool", "check", "rules", "--lint=none", file.name], capture_output=True, text=True)
        expect(checked.returncode == 0, f"promtool: {checked.stdout}{checked.stderr}")


def check_runbook():
    page = (queries.ROOT / "docs/runbook.md").read_text()
    entries = re.findall(r"^### (Payferry\w+)$", page, re.M)
    alerts = queries.rules(queries.ALERTS)
    names = [alert["alert"] for alert in alerts]
    expect(sorted(entries) == sorted(names), f"runbook: entries and alerts differ: {sorted(set(entries) ^ set(names))}")
    tested = (queries.ROOT / "tests/ops/alerts_test.yml").read_text()
    for alert in alerts:
        name = alert["alert"]
        expect(alert["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}", f"{name}: runbook_url")
        expect(alert["labels"]["severity"] in ("page", "ticket"), f"{name}: severity")
        cases = re.findall(rf"alertname: {name}\b.*?exp_alerts:\s*(\[\]|\n)", tested, re.S)
        expect("\n" in cases, f"{name}: no test in which it fires")


def main():
    check_dashboard()
    exprs = [(f"dashboard, {title}", expr) for title, expr in queries.dashboard()]
    exprs += [(f"annotation, {name}", expr) for name, expr in queries.annotations()]
    exprs += [(rule.get("record") or rule["alert"], rule["expr"])
              for path in (queries.RULES, queries.ALERTS) for rule in queries.rules(path)]
    check_names(exprs)
    check_syntax(exprs)
    check_runbook()
    for mistake in found:
        print(mistake)
    print(f"ops check: {len(found)} mistakes" if found else f"ops check: ok, {len(exprs)} expressions")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
