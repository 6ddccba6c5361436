"""The PromQL of dashboard, rules and alerts, and what may stand in it: the metrics of docs/metrics.md, which a test keeps
equal to the code, and the recording rules."""

import json
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy/grafana/payferry.json"
RULES = ROOT / "deploy/prometheus/payferry.rules.yml"
ALERTS = ROOT / "deploy/prometheus/payferry.alerts.yml"
EVERYWHERE = {"payferry_job", "job", "instance"}


def catalogue():
    """Name of each series to its labels; a histogram has three."""
    known = {}
    rows = re.findall(r"^\| `(payferry_\w+)` \| (counter|gauge|histogram) \| (.*?) \|", (ROOT / "docs/metrics.md").read_text(), re.M)
    for name, kind, labels in rows:
        names = set(re.findall(r"`(\w+)`", labels)) | EVERYWHERE
        if kind == "histogram":
            known |= {name + "_bucket": names | {"le"}, name + "_sum": names, name + "_count": names}
        else:
            known[name] = names
    return known


def rules(path):
    return [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def panels():
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield panel
        yield from panel.get("panels", [])


def plain(expr):
    """With Grafana's variables filled in."""
    return expr.replace("$__rate_interval", "1m").replace("$payferry_job", ".*")


def annotations():
    """(name, expression)"""
    board = json.loads(DASHBOARD.read_text())
    return [(note["name"], plain(note["expr"])) for note in board["annotations"]["list"]]


def dashboard():
    """(panel's title, expression)"""
    return [(panel["title"], plain(target["expr"])) for panel in panels() for target in panel.get("targets", [])]


def mistakes_in(expr, known, recorded):
    """Names and labels that nothing exposes."""
    texts = re.sub(r'"[^"]*"', '""', expr)
    used = set()
    for name, selector in re.findall(r"\b(payferry[\w:]*)(\{[^}]*\})?", texts):
        if name in EVERYWHERE:
            continue
        if ":" in name:
            if name not in recorded:
                yield f"{name} is no recording rule"
            used |= EVERYWHERE | {"limit", "kind", "le"}
            continue
        if name not in known:
            yield f"{name} is no metric of docs/metrics.md"
            continue
        used |= known[name]
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector):
            if label not in known[name]:
                yield f"{name} has no label {label}"
    for labels in re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", texts):
        for label in re.findall(r"\w+", labels):
            if label not in used:
                yield f"no metric here has a label {label}"
