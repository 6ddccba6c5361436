"""Putting back by age, looking first, and customers that somebody deleted on the account."""

import json
import os
import signal
import unittest
import urllib.request

import support


class Retry(support.EndToEnd):
    def retry(self, job, *args, code=0):
        ended = self.payferry("retry", job, "--json", *args)
        self.assertEqual(ended.code, code, ended)
        return json.loads(ended.out) if ended.out else None

    def delete(self, simulator, account, customer):
        request = urllib.request.Request(
            f"{simulator.base}/v1/customers/{customer}", method="DELETE",
            headers={"Authorization": f"Bearer {support.KEY}", "Stripe-Account": account})
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.assertTrue(json.loads(answer.read())["deleted"])

    def check_ledger(self, job):
        ended = self.payferry("ledger", "check", job)
        self.assertEqual(ended.code, 0, ended)

    def test_by_age_and_looking_first(self):
        simulator = self.simulator("--csv", "in.csv", "--customers", 6, "--declined-share", 1)
        job = self.job(simulator)
        self.run_job(job, expect=3)
        self.assertEqual(self.retry(job, "--older-than", "2d")["items"], 0)
        self.assertEqual(self.retry(job, "--older-than", "0s", "--dry-run")["items"], 6)
        self.assertEqual(self.status(job)["items"]["failed"], 6, "it was only looked at")
        self.assertEqual(self.retry(job, "--older-than", "0s")["items"], 6)
        self.assertEqual(self.status(job)["items"]["pending"], 6)
        self.retry(job, "--older-than", "soon", code=2)
        self.retry(job, "--customer-gone", "--code", "x", code=2)

    def with_a_customer_gone(self):
        """A job that moved two cards of each customer; then one customer was deleted, and its third card failed."""
        simulator = self.simulator("--csv", "all.csv", "--customers", 4, "--methods-per-customer", "3-3", "--accounts", 1)
        rows = self.rows(self.folder / "all.csv")
        names = list(rows[0])
        self.csv([row.values() for at, row in enumerate(rows) if at % 3 != 2], header=names)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        gone = simulator.attached()[0]
        self.delete(simulator, gone["account"], gone["customer"])
        self.csv([row.values() for row in rows], header=names)
        self.assertEqual(self.run_job(job, expect=3).summary["failures"], {"resource_missing": 1})
        return simulator, job, rows, gone["customer"]

    def finish_and_judge(self, simulator, job, rows, gone):
        self.run_job(job, expect=0)
        self.check_ledger(job)
        attached = simulator.attached()
        self.assertEqual(sorted(one["original"] for one in attached), sorted(row["payment_method"] for row in rows))
        self.assertEqual(len({one["customer"] for one in attached}), 4)
        self.assertNotIn(gone, {one["customer"] for one in attached})
        report = simulator.report()
        self.assertEqual(report["clones"]["total"], len(rows) + 2, "only what was lost is cloned again")
        self.assertEqual(report["writes"]["create_customer"], 5)

    def test_a_customer_that_is_gone_gets_a_successor_and_everything_exactly_once(self):
        simulator, job, rows, gone = self.with_a_customer_gone()
        self.assertIn("--customer-gone", self.payferry("retry", job, "--dry-run").out)
        self.assertEqual(self.retry(job, "--customer-gone", "--dry-run")["items"], 3)
        self.assertEqual(self.status(job)["items"]["failed"], 1)
        done = self.retry(job, "--customer-gone")
        self.assertEqual((done["items"], done["customers_gone"], done["cloned_anew"], done["used_up"]), (3, 1, 2, 0))
        self.check_ledger(job)
        self.assertEqual(self.status(job)["items"]["pending"], 3)
        self.assertEqual(self.retry(job, "--customer-gone")["items"], 0, "once")
        self.finish_and_judge(simulator, job, rows, gone)
        ended = self.payferry("verify", job, "--yes")
        self.assertEqual(ended.code, 0, ended)

    def test_after_a_plain_retry_the_customer_is_still_gone(self):
        simulator, job, rows, gone = self.with_a_customer_gone()
        self.assertEqual(self.retry(job)["items"], 1)
        self.assertEqual(self.retry(job, "--customer-gone")["items"], 0, "Stripe has to say it again")
        self.run_job(job, expect=3)
        words = self.payferry("retry", job, "--customer-gone").out
        self.assertIn("2         items that had succeeded for them, and so are lost, are cloned anew", words)
        self.finish_and_judge(simulator, job, rows, gone)

    @unittest.skipIf(os.environ.get("PAYFERRY_CRASH_POINTS") == "OFF", "needs a build with crash points")
    def test_killed_it_has_done_all_or_nothing(self):
        simulator, job, rows, gone = self.with_a_customer_gone()
        seen = []
        for at in range(1, 1000):
            process = self.start("retry", job, "--customer-gone", env={"PAYFERRY_CRASH_AT": str(at)})
            code = process.wait(60)
            self.check_ledger(job)
            items = self.status(job)["items"]
            seen.append((items["failed"], items["pending"]))
            self.assertIn(seen[-1], ((1, 0), (0, 3)))
            if code != -signal.SIGKILL:
                self.assertEqual(code, 0)
                break
        self.assertEqual((seen[0], seen[-1]), ((1, 0), (0, 3)), "a build without crash points proves nothing")
        self.finish_and_judge(simulator, job, rows, gone)


if __name__ == "__main__":
    support.main()
