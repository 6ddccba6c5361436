"""Every fault at every step: what the items end as, and what it costs. The table in docs/fault-matrix.md is what this test saw; run it with
PAYFERRY_WRITE_MATRIX=1 to write it anew."""

import json
import os
import pathlib

import support

TABLE = pathlib.Path(__file__).parents[2] / "docs/fault-matrix.md"
STEPS = ("clone", "create_customer", "attach", "set_default")
# (what it is, the simulator's rule without the step)
FAULTS = (
    ("429, rate limit of the endpoint", {"kind": "rate_limit", "reason": "endpoint-rate"}),
    ("429, too many at once", {"kind": "rate_limit", "reason": "global-concurrency"}),
    ("429, object locked", {"kind": "lock_timeout"}),
    ("409, key in use", {"kind": "idempotency_conflict"}),
    ("500 before the effect", {"kind": "error_500_before"}),
    ("500 before the effect, stored under the key", {"kind": "error_500_stored"}),
    ("500 after the effect, stored under the key", {"kind": "error_500_after"}),
    ("503", {"kind": "error_503"}),
    ("connection reset before the effect", {"kind": "reset_before"}),
    ("connection reset after the effect", {"kind": "reset_after"}),
    ("closed without an answer, after the effect", {"kind": "close_after"}),
    ("answer cut off in the middle", {"kind": "truncated"}),
    ("answer that is no JSON", {"kind": "garbage"}),
    ("no answer within the time limit, before the effect", {"kind": "stall_before"}),
    ("no answer within the time limit, after the effect", {"kind": "stall"}),
    ("key known with other parameters", {"kind": "key_mismatch"}),
    ("400, the request is refused", {"kind": "refuse", "status": 400, "code": "parameter_invalid", "param": "x",
                                     "message": "refused"}),
    ("402, the card is declined", {"kind": "declined"}),
    ("404, no such payment method", {"kind": "refuse", "status": 404, "code": "resource_missing",
                                     "param": "payment_method", "message": "No such PaymentMethod"}),
    ("403, account lost", {"kind": "refuse", "status": 403, "code": "account_invalid", "message": "no access"}),
    ("401, key refused", {"kind": "refuse", "status": 401, "code": "", "message": "Invalid API Key"}),
)
HEAD = """# Fault matrix

What one fault does, at each step, to a job of one customer with two cards of which the second is the default: five writes if nothing goes
wrong. Seen by `tests/e2e/test_fault_matrix.py`, which fails when this table is not true any more (it writes it with
`PAYFERRY_WRITE_MATRIX=1`). Each fault strikes once. *Runs*: how often `payferry run` was given, with three hours between, until
nothing was pending. *Writes*: all POST requests, *reads*: GETs other than the one that asks whose key it is. In no row is anything done
twice, and no settled refusal is sent again.

| fault | step | ends as | runs | writes | reads |
|---|---|---|---|---|---|
"""


class FaultMatrix(support.EndToEnd):
    def settled_refusals_are_final(self, requests, where):
        refused = set()
        for request in requests:
            key = request["idempotency_key"]
            self.assertNotIn(key, refused, f"{where}: a settled refusal was sent again")
            if key and request["status"] in (400, 402, 404) and request["fault"] not in ("key_mismatch",):
                refused.add(key)

    def strike(self, number, step, fault):
        simulator = self.simulator("--customers", 1, "--methods-per-customer", 2, "--accounts", 1, "--csv", "in.csv",
                                   "--bank-share", 0)
        simulator.fault(step=step, nth=1, **fault)
        job = self.job(simulator, name=f"fault-{number}", ledger=f"{number}.db", stripe={"timeout": "1s"})
        for runs in range(1, 6):
            ended = self.run_job(job)
            if ended.code in (0, 3):
                break
            simulator.post("advance?seconds=10800")
        where = f"{fault} at {step}: {ended}"
        report = simulator.report()
        self.assertEqual((report["duplicate_clones"], report["duplicate_customers"]), (0, 0), where)
        # A clone whose default could not be set is attached all the same.
        attached = 2 if step == "set_default" else ended.items["succeeded"]
        self.assertEqual(report["clones"]["attached"], attached, where)
        self.assertEqual(ended.items["read"], 2, where)
        requests = json.loads(simulator.get("requests"))["requests"]
        self.settled_refusals_are_final(requests, where)
        simulator.stop()
        outcome = ", ".join(f"{count} {term}" for term, count in ended.counts().items())
        codes = ", ".join(ended.summary["failures"])
        writes = sum(request["method"] == "POST" for request in requests)
        reads = sum(request["method"] == "GET" and request["target"] != "/v1/account" for request in requests)
        return f"{outcome}{f' ({codes})' if codes else ''} | {runs} | {writes} | {reads}"

    def test_the_table_is_true(self):
        rows = []
        for name, fault in FAULTS:
            for step in STEPS:
                rows.append(f"| {name} | {step} | {self.strike(len(rows), step, fault)} |\n")
        seen = HEAD + "".join(rows)
        if os.environ.get("PAYFERRY_WRITE_MATRIX"):
            TABLE.write_text(seen)
        self.assertEqual(TABLE.read_text(), seen)


if __name__ == "__main__":
    support.main()
