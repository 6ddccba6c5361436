"""Reading the clones back: what is equal, what is not and why, how many reads it takes, and not one write."""

import csv
import json
import re
import signal
import sqlite3
import unittest
import urllib.parse
import urllib.request

import support


class Verify(support.EndToEnd):
    def moved(self, *options, customers=30, methods="1-3", **sections):
        simulator = self.simulator("--csv", "in.csv", "--customers", customers, "--methods-per-customer", methods, *options)
        job = self.job(simulator, **sections)
        self.run_job(job, expect=0)
        self.writes = simulator.report()["writes"]
        return simulator, job

    def verify(self, job, *args, expect=None, **more):
        ended = self.payferry("verify", job, "--json", *args, **more)
        if expect is not None:
            self.assertEqual(ended.code, expect, ended)
        ended.found = json.loads(ended.out) if ended.out else None
        return ended

    def call(self, simulator, method, path, account, **form):
        request = urllib.request.Request(
            f"{simulator.base}/v1/{path}", method=method, data=urllib.parse.urlencode(form).encode() if form else None,
            headers={"Authorization": f"Bearer {support.KEY}", "Stripe-Account": account,
                     **({"Idempotency-Key": path + str(form)} if method == "POST" else {})})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def alter(self, statement, *values):
        with sqlite3.connect(self.folder / "ledger.db") as ledger:
            self.assertEqual(ledger.execute(statement, values).rowcount, 1, statement)
        ledger.close()

    # -- equal -----------------------------------------------------------------------------------------------------

    def test_all_equal_with_as_many_reads_as_were_told_and_no_write(self):
        for rule in ("marked", "first"):
            with self.subTest(rule):
                self.folder.joinpath("ledger.db").unlink(missing_ok=True)
                simulator, job = self.moved(customers=230, methods="1-2", name=f"by-{rule}", ledger=f"{rule}.db",
                                            target={"set_default": rule})
                before = simulator.report()["requests"]["total"]
                ended = self.verify(job, "--yes", expect=0)
                clones = simulator.report()["clones"]["attached"]
                self.assertEqual(ended.found["clones"], clones)
                self.assertEqual(ended.found["mismatches"], {})
                self.assertEqual(simulator.report()["writes"], self.writes, "a verification writes nothing")
                self.assertEqual(simulator.report()["requests"]["total"] - before, ended.found["reads"])
                least, most = map(int, re.search(r": (\d+) to (\d+) reads", ended.err).groups())
                self.assertEqual(ended.found["reads"], least, "nobody else's customers are there")
                self.assertLess(least, ended.found["customers"], "defaults are seen a hundred to a read")
                self.assertLess(least, most)
                self.assertFalse(list(self.folder.glob("*.verify-*")), "nothing is left behind")
                simulator.stop()

    def test_without_yes_and_without_a_terminal_nothing_is_sent(self):
        simulator, job = self.moved(customers=3)
        before = simulator.report()["requests"]["total"]
        ended = self.verify(job, expect=2)
        self.assertIn("--max-reads", ended.err)
        self.assertEqual(simulator.report()["requests"]["total"], before)

    def test_what_cannot_be_verified(self):
        simulator = self.simulator("--customers", 1)
        self.csv([])
        self.assertEqual(self.verify(self.job(simulator), "--yes").code, 6, "it never ran")
        simulator.stop()
        simulator, job = self.moved(customers=2)
        self.assertEqual(self.verify(job, "--yes", "--account", "cus_1").code, 2)
        self.assertEqual(self.verify(job, "--yes", key="sk_live_51SecretOfTheTests00zz").code, 6)
        simulator.post("key?state=expired")
        self.assertEqual(self.verify(job, "--yes").code, 5)

    # -- not equal -------------------------------------------------------------------------------------------------

    def test_every_kind_of_mismatch_is_named(self):
        simulator, job = self.moved("--accounts", 1, customers=14, methods="2-2")
        rows = sorted(simulator.attached(), key=lambda row: (row["customer"], row["clone"]))
        account = rows[0]["account"]
        pairs = [rows[at:at + 2] for at in range(0, len(rows), 2)]
        self.assertTrue(all(a["customer"] == b["customer"] for a, b in pairs))
        wanted = {}

        def expect(kind, row):
            wanted.setdefault(kind, set()).add(row["original"])

        self.call(simulator, "POST", f"payment_methods/{pairs[0][0]['clone']}/detach", account)
        expect("clone_detached", pairs[0][0])
        if pairs[0][0]["default"]:
            expect("default_differs", pairs[0][0])
        self.call(simulator, "DELETE", f"customers/{pairs[1][0]['customer']}", account)
        expect("customer_deleted", pairs[1][0])
        expect("customer_deleted", pairs[1][1])
        default, other = sorted(pairs[2], key=lambda row: not row["default"])
        self.call(simulator, "POST", f"customers/{other['customer']}", account,
                  **{"invoice_settings[default_payment_method]": other["clone"]})
        if default["default"]:
            expect("default_differs", default)
        # What these two have attached in truth is nobody's clone now, and so a duplicate besides.
        gone = [r for r in pairs[3] if not r["default"]][0]
        self.alter("UPDATE item SET clone_id = 'pm_nowhere' WHERE clone_id = ?", gone["clone"])
        expect("clone_gone", gone)
        expect("duplicate", gone)
        victim = [r for r in pairs[4] if not r["default"]][0]
        self.alter("UPDATE item SET clone_id = ? WHERE clone_id = ?", pairs[5][0]["clone"], victim["clone"])
        expect("clone_elsewhere", victim)
        expect("duplicate", victim)
        for at, (kind, change) in enumerate((("fingerprint_differs", "fingerprint = 'f'"), ("last4_differs", "last4 = 'x'"),
                                             ("expiry_differs", "exp_year = 1999"), ("brand_differs", "brand = 'b'"),
                                             ("type_differs", "type = 't'")), 6):
            self.alter(f"UPDATE item SET {change} WHERE clone_id = ?", pairs[at][0]["clone"])
            expect(kind, pairs[at][0])
        self.alter("UPDATE link SET target_customer = 'cus_nowhere' WHERE target_customer = ?", pairs[11][0]["customer"])
        expect("customer_gone", pairs[11][0])
        expect("customer_gone", pairs[11][1])
        self.call(simulator, "POST", f"customers/{pairs[12][0]['customer']}", account,
                  **{"metadata[payferry_source_customer]": "cus_other"})
        wanted["customer_unmarked"] = {""}
        twin = self.call(simulator, "POST", "payment_methods", account, customer=self.owner(pairs[13][0]["original"]),
                         payment_method=pairs[13][0]["original"])
        self.call(simulator, "POST", f"payment_methods/{twin['id']}/attach", account, customer=pairs[13][0]["customer"])
        expect("duplicate", pairs[13][0])

        writes = simulator.report()["writes"]
        ended = self.verify(job, "--yes", "--duplicates", "--out", "bad.csv", expect=3)
        with open(self.folder / "bad.csv", newline="") as file:
            found = list(csv.DictReader(file))
        by_kind = {}
        for row in found:
            by_kind.setdefault(row["mismatch"], set()).add(row["source_id_old"])
        self.assertEqual(by_kind, wanted)
        self.assertEqual({kind: len(rows) for kind, rows in by_kind.items()},
                         {kind: count for kind, count in ended.found["mismatches"].items()})
        self.assertIn(twin["id"], [row["found"] for row in found if row["mismatch"] == "duplicate"])
        self.assertEqual([row["found"] for row in found if row["mismatch"] == "clone_elsewhere"], [pairs[5][0]["customer"]])
        self.assertEqual(simulator.report()["writes"], writes)
        words = self.payferry("verify", job, "--yes")
        self.assertEqual(words.code, 3)
        self.assertIn("clone_detached", words.out)

    def owner(self, original):
        return next(row["customer"] for row in self.rows(self.folder / "in.csv") if row["payment_method"] == original)

    def test_a_lost_account_is_one_finding(self):
        simulator, job = self.moved("--accounts", 2, customers=6, methods="1-1")
        lost = simulator.attached()[0]["account"]
        simulator.post(f"account/{lost}?state=invalid")
        ended = self.verify(job, "--yes", expect=3)
        self.assertEqual(ended.found["mismatches"], {"account_lost": 1})

    # -- less than all of it, and in parts -------------------------------------------------------------------------

    def test_a_sample_is_drawn_by_its_seed(self):
        simulator, job = self.moved(customers=40, methods="1-1")
        self.assertEqual(self.verify(job, "--yes", "--sample", 7, "--seed", 3, expect=0).found["clones"], 7)
        account = simulator.attached()[0]["account"]
        there = sum(row["account"] == account for row in simulator.attached())
        self.assertEqual(self.verify(job, "--yes", "--account", account, expect=0).found["clones"], there)

    def test_reads_that_are_spent_end_it_and_the_same_command_goes_on(self):
        simulator, job = self.moved("--accounts", 1, customers=250, methods="2-2")
        row = simulator.attached()[-1]
        self.call(simulator, "POST", f"payment_methods/{row['clone']}/detach", row["account"])
        total = 0
        for _ in range(20):
            ended = self.verify(job, "--max-reads", 120)
            self.assertLessEqual(ended.found["reads"], 120)
            total += ended.found["reads"]
            if ended.code != 4:
                break
        self.assertEqual(ended.code, 3, ended)
        self.assertEqual(ended.found["clones"], 500)
        self.assertEqual(ended.found["mismatches"]["clone_detached"], 1)
        self.assertLess(total, 450, "what was settled is not read again")

    def test_killed_it_goes_on(self):
        simulator, job = self.moved("--accounts", 1, customers=230, methods="2-2")
        slow = self.job(simulator, file="slow.yaml", limits={"global": 150, "endpoint": 150})
        notes = self.folder / "ledger.db.verify-job"
        process = self.start("verify", slow, "--yes", "--json")
        self.wait_for(lambda: notes.exists() and b"\ncommit\n" in notes.read_bytes(), "the first batch")
        process.send_signal(signal.SIGKILL)
        process.wait()
        with open(notes, "ab") as file:
            file.write(b"done acct_half")
        ended = self.verify(job, "--yes", expect=0)
        self.assertIn("goes on behind", ended.err)
        self.assertEqual(ended.found["clones"], 460)
        self.assertFalse(notes.exists())


if __name__ == "__main__":
    support.main()
