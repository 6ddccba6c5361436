"""What a run looks at before it writes to an account, and when it leaves one, or everything, alone."""

import csv
import re

import support
from support import Answer, Fault, error, lines, refuse


class Accounts(support.EndToEnd):
    def world(self, *args, **target):
        """A simulator with three accounts, its list, and a job that moves it."""
        stripe = self.simulator("--accounts", 3, "--customers", 30, "--csv", self.folder / "in.csv", *args)
        with open(self.folder / "in.csv", newline="") as file:
            names = sorted({row["account"] for row in csv.DictReader(file)})
        return stripe, names, self.job(stripe, target=target)

    def calls(self, stripe, step):
        return stripe.report()["requests"]["by_endpoint"].get(step, {}).get("requests", 0)

    def test_accounts_that_are_ready_cost_one_read_each(self):
        stripe, names, job = self.world("--bank-share", 0)
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.summary["requests"]["by_endpoint"]["get_account"], len(names))
        self.assertNotIn("warn ", ended.err)
        ended = self.run_job(job, expect=0)
        self.assertNotIn("get_account", ended.summary["requests"]["by_endpoint"], "nothing was to be moved")

    def test_preflight_off_reads_no_account(self):
        stripe, names, job = self.world(preflight="off")
        stripe.post(f"account/{names[0]}?charges_enabled=false")
        ended = self.run_job(job, expect=0)
        self.assertNotIn("get_account", ended.summary["requests"]["by_endpoint"])

    def test_warn_moves_all_the_same(self):
        stripe, names, job = self.world()
        stripe.post(f"account/{names[0]}?charges_enabled=false")
        stripe.post(f"account/{names[1]}?country=DE")
        ended = self.run_job(job, expect=0)
        self.assertRegex(ended.err, rf"warn account_not_ready account={names[0]}")
        self.assertRegex(ended.err, rf"warn account_country_differs account={names[1]}.*authenticate")

    def test_block_leaves_an_account_alone_until_it_is_ready(self):
        stripe, names, job = self.world("--bank-share", 0, preflight="block", types=["card"])
        stripe.post(f"account/{names[1]}?card_payments=inactive")
        for _ in range(2):
            ended = self.run_job(job, expect=3)
            self.assertEqual(ended.counts(), {"succeeded": 20, "blocked": 10})
        self.assertEqual({(row["payferry_account"], row["payferry_state"], row["payferry_code"])
                          for row in self.rejects(job)},
                         {(names[1], "blocked", "capability_card_payments_inactive")})
        self.assertFalse([line for line in stripe.attached() if line["account"] == names[1]])
        stripe.post(f"account/{names[1]}?card_payments=active")
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 30})

    def test_an_account_that_is_not_there_gets_no_write(self):
        stripe, names, job = self.world()
        stripe.post(f"account/{names[2]}?state=invalid")
        before = self.calls(stripe, "clone")
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 20, "blocked": 10})
        self.assertEqual({row["payferry_code"] for row in self.rejects(job)}, {"account_invalid"})
        self.assertEqual(ended.summary["requests"]["by_endpoint"]["clone"], 20)
        stripe.post(f"account/{names[2]}?state=ok")
        self.run_job(job, expect=0)

    def test_a_server_that_knows_no_accounts_is_asked_once(self):
        self.csv(lines(40, 1, ("acct_A", "acct_B", "acct_C", "acct_D")))
        for rule in ("warn", "block"):
            stripe = self.stand_in()
            stripe.rule(lambda request: refuse(404, "resource_missing", "No such route", stored=False)
                        if request.path.startswith("/v1/accounts/") else None)
            ended = self.run_job(self.job(stripe, name=rule, ledger=f"{rule}.db", target={"preflight": rule}), expect=0)
            self.assertEqual(ended.summary["requests"]["by_endpoint"]["get_account"], 1)
            self.assertIn("account_unread", ended.err)

    def test_a_server_without_these_pages_is_moved_to_all_the_same(self):
        self.csv(lines(4, 2))
        for status in (404, 405, 501):
            stripe = self.stand_in()
            stripe.rule(lambda request, status=status: Fault("answer", Answer(status, b"<h1>There is no such page</h1>"))
                        if request.step == "read" else None)
            ended = self.run_job(self.job(stripe, name=f"job-{status}", ledger=f"{status}.db", retry={"attempts": 8}),
                                 expect=0)
            self.assertEqual(len(stripe.attached()), 8)
            self.assertEqual(ended.summary["requests"]["by_endpoint"]["list_customers"], 3)
            self.assertIn("customers_unread", ended.err)

    def test_us_bank_accounts_need_somebody_who_vouches(self):
        stripe, names, job = self.world("--bank-share", 0.5)
        ended = self.run_job(job, expect=0)
        self.assertEqual(len(re.findall("warn ach_authorisation_missing", ended.err)), 1)
        reported = self.payferry("report", job, "--out", self.folder / "out")
        self.assertRegex(reported.err, r"warning: \d+ clones: US bank accounts")
        job = self.job(stripe, name="vouched", ledger="vouched.db", target={"ach_authorised": "compliance, 4711"})
        ended = self.run_job(job, "--new-ledger", expect=0)
        self.assertNotIn("ach_authorisation", ended.err)
        self.assertNotIn("4711", ended.err)
        self.assertNotIn("warning", self.payferry("report", job, "--out", self.folder / "out").err)

    def test_an_account_that_fails_is_left_alone_while_others_go_on(self):
        stripe = self.stand_in()
        rows = lines(200, 1, ("acct_A", "acct_B"))
        self.csv(rows)
        stripe.rule(lambda request: error(500) if request.account == "acct_A" and request.method == "POST" else None)
        job = self.job(stripe, retry={"attempts": 4, "max_delay": "200ms"})
        ended = self.run_job(job, expect=4)
        self.assertEqual(ended.counts(), {"succeeded": 100, "pending": 100})
        self.assertIn("account_held account=acct_A", ended.err)
        self.assertIn("account_left account=acct_A", ended.err)
        tried = [request for request in stripe.writes if request.account == "acct_A"]
        self.assertLess(len(tried), 40, "100 items times 4 attempts would be 400")
        stripe.rules.clear()
        self.run_job(job, expect=0)
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])

    def test_a_run_that_has_failed_enough_stops(self):
        for budget, failed in (({"max_failures": 5}, 6), ({"max_failure_share": "1%"}, 2)):
            with self.subTest(budget=budget):
                stripe = self.stand_in()
                self.csv(lines(3000, 1))
                stripe.rule(lambda request: refuse(402, "card_declined") if request.step == "clone"
                            and re.search(r"pm_\d*[37]m0", str(request)) else None)
                job = self.job(stripe, name="budget", ledger=f"{failed}.db", run=budget, limits={"in_flight": 4})
                ended = self.run_job(job, expect=4)
                self.assertGreaterEqual(ended.items["failed"], failed)
                self.assertLess(ended.items["failed"], 100)
                self.assertGreater(ended.items["pending"], 0)
                self.assertIn(f"run.{list(budget)[0]}", ended.summary["reason"])
                self.assertIn("card_declined", ended.summary["reason"])
                self.assertEqual(ended.summary["failures"], {"card_declined": ended.items["failed"]})


if __name__ == "__main__":
    support.main()
