"""Taking it back: what a job made is detached, once, whatever happens, and comes back only when somebody says so.
Judged by the simulator's own count."""

import json
import os
import random
import signal
import time
import unittest
import urllib.parse
import urllib.request

import stand_in
import support

FAULTS = ("rate_limit=0.03", "lock_timeout=0.02", "error_500_before=0.02", "error_500_after=0.02", "error_500_stored=0.02",
          "error_503=0.01", "reset_before=0.02", "reset_after=0.02", "truncated=0.01", "garbage=0.01", "close_after=0.01")
KILLS = int(os.environ.get("PAYFERRY_KILLS", "30"))


class Rollback(support.EndToEnd):
    def world(self, *options, customers=20, methods="1-3"):
        return self.simulator("--csv", "in.csv", "--customers", customers, "--methods-per-customer", methods, *options)

    def roll_back(self, job, *args, expect=None, timeout=60, **more):
        ended = self.payferry("rollback", job, "--progress", "none", *args, timeout=timeout, **more)
        if expect is not None:
            self.assertEqual(ended.code, expect, ended)
        return ended

    def check_ledger(self, job):
        ended = self.payferry("ledger", "check", job)
        self.assertEqual(ended.code, 0, ended)

    def call(self, simulator, method, path, account, **form):
        request = urllib.request.Request(
            f"{simulator.base}/v1/{path}", method=method, data=urllib.parse.urlencode(form).encode() if form else None,
            headers={"Authorization": f"Bearer {support.KEY}", "Stripe-Account": account})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def judge(self, simulator, attached):
        report = simulator.report()
        self.assertEqual(report["duplicate_clones"], 0, report)
        self.assertEqual(report["duplicate_customers"], 0, report)
        self.assertEqual(report["clones"]["misattached"], 0, report)
        self.assertEqual(report["posts_without_key"] + report["posts_without_account"], 0, report)
        self.assertEqual(report["clones"]["attached"], attached, report)
        return report

    def customers(self, simulator):
        return simulator.report()["customers_created"]

    # -- the whole life --------------------------------------------------------------------------------------------

    def test_moved_taken_back_and_moved_again(self):
        simulator = self.world()
        rows = self.rows(self.folder / "in.csv")
        marked = [{**row, "default": "true" if at % 3 == 0 else ""} for at, row in enumerate(rows)]
        self.csv([row.values() for row in marked], header=list(marked[0]))
        job = self.job(simulator)
        self.run_job(job, expect=0)
        before = {(row["account"], row["original"]): row for row in simulator.attached()}
        customers = self.customers(simulator)
        summary = self.folder / "rollback.json"
        ended = self.roll_back(job, "--yes", "--summary", summary, expect=0)
        self.assertIn(f"{len(rows)} of {len(rows)} payment methods were detached", ended.out)
        found = json.loads(summary.read_text())
        self.check_summary(found)
        self.assertEqual(found["items"]["skipped"], len(rows))
        self.assertEqual(found["requests"]["by_endpoint"]["detach"], len(rows))
        report = self.judge(simulator, 0)
        self.assertEqual(report["clones"]["detached"], len(rows))
        self.assertEqual(report["writes"]["detach"], len(rows))
        self.assertEqual(report["customers_created"], customers, "customers stay")
        self.check_ledger(job)
        self.assertEqual(self.mapping(job), [])
        self.assertEqual(self.status(job)["items"]["skipped"], len(rows))

        writes = simulator.report()["writes"]
        again = self.run_job(job, expect=0)
        self.assertEqual(again.counts(), {"skipped": len(rows)})
        self.assertIn("retry JOB.yaml --code rolled_back", again.err)
        self.assertEqual(self.payferry("retry", job).out[:2], "0 ", "a plain retry does not take them")
        self.run_job(job, expect=0)
        self.assertEqual(simulator.report()["writes"], writes, "nothing is written after a rollback")
        self.assertIn("nothing was sent", self.roll_back(job, "--yes", expect=0).out)

        put_back = self.payferry("retry", job, "--code", "rolled_back")
        self.assertTrue(put_back.out.startswith(f"{len(rows)} items"), put_back)
        self.check_ledger(job)
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": len(rows)})
        report = self.judge(simulator, len(rows))
        self.assertEqual(report["clones"]["total"], 2 * len(rows))
        self.assertEqual(report["customers_created"], customers, "the same customers are used again")
        after = {(row["account"], row["original"]): row for row in simulator.attached()}
        self.assertEqual(set(after), set(before))
        for key, row in after.items():
            self.assertEqual(row["customer"], before[key]["customer"])
            self.assertNotEqual(row["clone"], before[key]["clone"])
        defaults = {key for key, row in before.items() if row["default"]}
        self.assertTrue(defaults)
        self.assertEqual({key for key, row in after.items() if row["default"]}, defaults)
        self.assertEqual({(row["account"], row["source_id_old"]): row["source_id_new"] for row in self.mapping(job)},
                         {key: row["clone"] for key, row in after.items()})
        self.check_ledger(job)

    # The new ledger knows nothing, and Stripe replays under the old keys what is not so any more.
    def test_taken_back_and_the_ledger_lost_within_a_day(self):
        self.take_back_and_lose_the_ledger(self.world(customers=12))

    def test_many_used_up_clones_of_a_lost_ledger_are_no_mistake_of_the_job(self):
        self.take_back_and_lose_the_ledger(self.world(customers=70, methods=1))

    def take_back_and_lose_the_ledger(self, simulator):
        rows = self.rows(self.folder / "in.csv")
        marked = [{**row, "default": "true" if at % 3 == 0 else ""} for at, row in enumerate(rows)]
        self.csv([row.values() for row in marked], header=list(marked[0]))
        job = self.job(simulator)
        self.run_job(job, expect=0)
        customers = self.customers(simulator)
        defaults = {(row["account"], row["original"]) for row in simulator.attached() if row["default"]}
        self.roll_back(job, "--yes", expect=0)
        for file in self.folder.glob("ledger.db*"):
            file.unlink()
        self.run_job(job, "--new-ledger", expect=0)
        report = self.judge(simulator, len(rows))
        self.assertEqual(report["customers_created"], customers, "the same customers are used again")
        self.assertEqual({(row["account"], row["original"]) for row in simulator.attached() if row["default"]}, defaults)
        self.check_ledger(job)

    # -- what was used since ---------------------------------------------------------------------------------------

    def test_what_was_used_since_stays(self):
        simulator = self.world(customers=12, methods="2")
        rows = self.rows(self.folder / "in.csv")
        marked = [{**row, "default": "true" if at % 2 == 0 else ""} for at, row in enumerate(rows)]
        self.csv([row.values() for row in marked], header=list(marked[0]))
        job = self.job(simulator)
        self.run_job(job, expect=0)
        attached = simulator.attached()
        customers = sorted({(row["account"], row["customer"]) for row in attached})
        of = lambda at: [row for row in attached if (row["account"], row["customer"]) == customers[at]]
        paid, subscribed, canceled = of(0)[0], of(1)[1], of(2)[0]
        (default,) = [row for row in of(3) if row["default"]]
        simulator.use(paid, "payment")
        simulator.use(subscribed, "subscription")
        simulator.use(canceled, "canceled_payment")
        simulator.use(default, "default_subscription")
        used = {row["clone"] for row in (paid, subscribed, default)}
        asked = self.roll_back(job, expect=2)
        self.assertIn("payments and subscriptions of 12 customers are read (24 calls or more)", asked.out)
        ended = self.roll_back(job, "--yes", expect=3)
        self.assertIn("3 payment methods stay attached: 3 that payments or subscriptions name", ended.err)
        report = self.judge(simulator, 3)
        self.assertEqual({row["clone"] for row in simulator.attached()}, used)
        reads = {name: row["requests"] for name, row in report["requests"]["by_endpoint"].items()}
        self.assertEqual((reads["list_payment_intents"], reads["list_subscriptions"]), (12, 12), "once a customer")
        self.assertEqual(self.status(job)["items"], {**self.status(job)["items"], "succeeded": 3, "skipped": len(rows) - 3})
        told = self.payferry("explain", job, paid["clone"]).out
        self.assertIn("in_use", told)
        self.assertRegex(told, r"pi_\w+ names it")
        self.check_ledger(job)
        self.roll_back(job, "--yes", expect=3)
        self.judge(simulator, 3)
        self.roll_back(job, "--yes", "--even-used", expect=0)
        report = self.judge(simulator, 0)
        self.assertEqual(report["requests"]["by_endpoint"]["list_subscriptions"]["requests"], 15, "not looked for")
        self.check_ledger(job)

    def test_a_customer_with_more_payments_than_a_page(self):
        simulator = self.world(customers=1, methods="2")
        job = self.job(simulator)
        self.run_job(job, expect=0)
        first, second = simulator.attached()
        simulator.use(first, "payment")
        for _ in range(230):
            simulator.use(second, "canceled_payment")
        self.roll_back(job, "--yes", expect=3)
        self.assertEqual([row["clone"] for row in simulator.attached()], [first["clone"]])

    def test_a_key_that_may_not_read_payments_stops_before_anything_is_detached(self):
        simulator = self.world(customers=3)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        before = len(simulator.attached())
        simulator.fault(step="list_payment_intents", times=0, kind="refuse", status=403, code="",
                        message="The provided key does not have the required permissions for this endpoint.")
        self.assertIn("--even-used", self.roll_back(job, "--yes", expect=5).err)
        self.judge(simulator, before)
        self.assertEqual(self.status(job)["items"]["succeeded"], before)
        simulator.heal()
        self.roll_back(job, "--yes", expect=0)
        self.judge(simulator, 0)

    def test_a_server_without_such_lists_is_told_of_and_taken_back(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: support.Fault("answer", stand_in.Answer(404, b"<h1>There is no such page</h1>"))
                    if "payment_intents" in request.path else None)
        self.csv(support.lines(3))
        job = self.job(stripe)
        self.run_job(job, expect=0)
        ended = self.roll_back(job, "--yes")
        self.assertIn("use_unknown", ended.err)
        self.assertEqual(ended.err.count("use_unknown"), 1, "once an account")

    # -- what is asked before --------------------------------------------------------------------------------------

    def test_without_yes_and_without_a_terminal_nothing_is_sent(self):
        simulator = self.world(customers=5)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        total = simulator.report()["requests"]["total"]
        ended = self.roll_back(job, expect=2)
        self.assertIn("will be detached", ended.out)
        self.assertIn("will FAIL", ended.out)
        self.assertIn("--yes", ended.err)
        self.assertEqual(simulator.report()["requests"]["total"], total)
        refused = self.roll_back(job, "--yes", key="sk_live_51SecretOfTheTests00zz", expect=2)
        self.assertIn("--live", refused.err)

    def ask_on_a_terminal(self, job, typed):
        terminal, inside = os.openpty()
        try:
            process = self.start("rollback", job, "--progress", "none", stdin=inside)
            os.write(terminal, typed.encode() + b"\n")
            return self.finish(process)
        finally:
            os.close(inside)
            os.close(terminal)

    def test_on_a_terminal_the_jobs_name_is_asked_for(self):
        simulator = self.world(customers=3)
        job = self.job(simulator, name="may-move")
        self.run_job(job, expect=0)
        attached = simulator.report()["clones"]["attached"]
        ended = self.ask_on_a_terminal(job, "yes")
        self.assertEqual(ended.code, 2, ended)
        self.judge(simulator, attached)
        ended = self.ask_on_a_terminal(job, "may-move")
        self.assertEqual(ended.code, 0, ended)
        self.judge(simulator, 0)

    def test_a_job_that_never_ran(self):
        simulator = self.world(customers=1)
        self.assertEqual(self.roll_back(self.job(simulator), "--yes").code, 6)

    # -- part of it ------------------------------------------------------------------------------------------------

    def test_one_account_and_then_one_item(self):
        simulator = self.world()
        job = self.job(simulator)
        self.run_job(job, expect=0)
        rows = self.rows(self.folder / "in.csv")
        account = rows[0]["account"]
        others = [row for row in rows if row["account"] != account]
        self.roll_back(job, "--account", account, "--yes", expect=0)
        self.judge(simulator, len(others))
        self.assertNotIn(account, {row["account"] for row in simulator.attached()})
        self.roll_back(job, "--item", others[0]["payment_method"], "--yes", expect=0)
        self.judge(simulator, len(others) - 1)
        self.assertTrue(self.payferry("retry", job, "--item", others[0]["payment_method"]).out.startswith("1 item"))
        self.run_job(job, expect=0)
        self.judge(simulator, len(others))

    def test_clones_without_customers_are_left(self):
        simulator = self.world(customers=4, methods=1)
        job = self.job(simulator, target={"customer": "none"})
        self.run_job(job, expect=0)
        ended = self.roll_back(job, "--yes", expect=0)
        self.assertIn("attached to no customer", ended.out)
        self.assertNotIn("detach", simulator.report()["writes"])
        self.assertEqual(self.status(job)["items"]["succeeded"], 4)

    # -- what others did -------------------------------------------------------------------------------------------

    def test_what_somebody_detached_or_deleted_by_hand(self):
        simulator = self.world(customers=6, methods=2)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        rows = simulator.attached()
        self.call(simulator, "POST", f"payment_methods/{rows[0]['clone']}/detach", rows[0]["account"], **{"expand[]": "customer"})
        gone = next(row for row in rows if row["customer"] != rows[0]["customer"])
        self.call(simulator, "DELETE", f"customers/{gone['customer']}", gone["account"])
        self.roll_back(job, "--yes", expect=0)
        self.judge_left(simulator, job, 12)
        self.assertEqual(simulator.report()["writes"]["detach"], 10, "nine of ours, and one by hand")

    def judge_left(self, simulator, job, count):
        self.assertEqual(simulator.report()["clones"]["attached"], 0)
        self.assertEqual(self.status(job)["items"]["skipped"], count)
        self.check_ledger(job)

    def test_a_clone_that_is_gone_or_refused(self):
        simulator = self.world(customers=8, methods=1)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        first, second = simulator.attached()[:2]
        simulator.fault(step="detach", contains=first["clone"], times=1, kind="refuse", status=404, code="resource_missing",
                        message="No such PaymentMethod", param="id")
        simulator.fault(step="detach", contains=second["clone"], times=1, kind="refuse", status=400, code="odd", message="no")
        ended = self.roll_back(job, "--yes", expect=3)
        self.assertIn("1 that Stripe does not detach", ended.err)
        self.assertIn(second["clone"], ended.err)
        items = self.status(job)["items"]
        self.assertEqual((items["skipped"], items["succeeded"]), (7, 1))
        self.assertEqual([row["source_id_new"] for row in self.mapping(job)], [second["clone"]])
        self.roll_back(job, "--yes", expect=0)
        self.assertEqual(self.status(job)["items"]["skipped"], 8)
        self.check_ledger(job)

    def test_what_is_refused_is_asked_once_however_long_its_neighbours_take(self):
        """Customers with more methods than are taken at a time: what lies behind is read several times."""
        simulator = self.world(customers=6, methods=70)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        firsts = {row["customer"]: row["payment_method"] for row in reversed(self.rows(self.folder / "in.csv"))}
        refused = [row["clone"] for row in simulator.attached() if row["original"] in firsts.values()]
        for clone in refused:
            simulator.fault(step="detach", contains=clone, times=1, kind="refuse", status=400, code="odd", message="no")
        self.roll_back(job, "--yes", expect=3)
        self.assertEqual(sorted(row["source_id_new"] for row in self.mapping(job)), sorted(refused))

    def test_a_lost_account_keeps_its_own(self):
        simulator = self.world(customers=12, methods=1)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        rows = simulator.attached()
        lost = rows[0]["account"]
        there = sum(row["account"] == lost for row in rows)
        simulator.fault(account=lost, times=0, kind="refuse", status=403, code="account_invalid", message="revoked")
        ended = self.roll_back(job, "--yes", expect=3)
        self.assertIn(f"{there} on accounts that are lost", ended.err)
        items = self.status(job)["items"]
        self.assertEqual((items["skipped"], items["succeeded"]), (12 - there, there))
        self.check_ledger(job)
        simulator.heal()
        self.roll_back(job, "--yes", expect=0)
        self.judge_left(simulator, job, 12)

    # -- whatever happens ------------------------------------------------------------------------------------------

    def test_an_answer_that_is_lost_for_good(self):
        """After a day the key says nothing any more: the clone is asked."""
        simulator = self.world(customers=6, methods=1)
        job = self.job(simulator)
        self.run_job(job, expect=0)
        simulator.fault(step="detach", times=0, kind="reset_after")
        self.roll_back(job, "--yes", expect=4)
        self.check_ledger(job)
        between = self.run_job(job, expect=0)
        self.assertIn("rollback", between.err)
        simulator.heal()
        simulator.post("advance?seconds=90000")
        detached = simulator.report()["requests"]["by_endpoint"]["detach"]["requests"]
        self.roll_back(job, "--yes", expect=0)
        self.judge_left(simulator, job, 6)
        report = simulator.report()
        self.assertEqual(report["writes"]["detach"], 6)
        self.assertGreaterEqual(report["requests"]["by_endpoint"]["retrieve_payment_method"]["requests"], 6)
        self.assertEqual(report["requests"]["by_endpoint"]["detach"]["requests"], detached, "asked, not sent")

    @unittest.skipIf(os.environ.get("PAYFERRY_CRASH_POINTS") == "OFF", "needs a build with crash points")
    def test_killed_at_every_place(self):
        """Before and after each commit and each request. Needs a build with crash points (presets dev and asan)."""
        at = kills = 0
        while True:
            at += 1
            simulator = self.world("--accounts", 2, customers=3, methods=2)
            job = self.job(simulator, name=f"sweep-{at}", ledger=f"sweep-{at}.db")
            self.run_job(job, expect=0)
            process = self.start("rollback", job, "--yes", "--progress", "none", env={"PAYFERRY_CRASH_AT": str(at)})
            code = process.wait(60)
            killed = code == -signal.SIGKILL
            if killed:
                kills += 1
                self.check_ledger(job)
                self.run_job(job, expect=0)
                self.roll_back(job, "--yes", expect=0)
            else:
                self.assertEqual(code, 0)
            report = self.judge(simulator, 0)
            self.assertEqual((report["writes"]["detach"], report["clones"]["total"]), (6, 6), f"killed at {at}")
            self.judge_left(simulator, job, 6)
            simulator.stop()
            if not killed:
                break
        self.assertGreater(kills, 20, "a build without crash points proves nothing")

    def test_killed_at_random_under_mixed_faults_with_runs_in_between(self):
        dice = random.Random(20261124)
        kills = rounds = 0
        while kills < KILLS:
            kills += self.one_world(rounds, dice, min(10, KILLS - kills))
            rounds += 1
            self.assertLess(rounds, KILLS, "the rollbacks end before they can be killed")

    def one_world(self, number, dice, wanted):
        simulator = self.world("--seed", number + 1, "--latency", 8, "--latency-jitter", 6, customers=60)
        job = self.job(simulator, name=f"job-{number}", ledger=f"{number}.db", limits={"in_flight": 8}, stripe={"timeout": "1s"},
                       retry={"attempts": 6, "max_delay": "100ms"})
        self.run_job(job, expect=0)
        count = simulator.report()["clones"]["attached"]
        customers = self.customers(simulator)
        for fault in FAULTS:
            kind, share = fault.split("=")
            simulator.fault(kind=kind, probability=float(share), times=0)
        kills = 0
        while kills < wanted:
            process = self.start("rollback", job, "--yes", "--progress", "none")
            time.sleep(dice.uniform(0.02, 0.12))
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            kills += 1
            if kills % 3 == 0:
                between = self.run_job(job, timeout=120)
                self.assertEqual(between.items["succeeded"] + between.items["skipped"], count, between)
        for _ in range(12):
            ended = self.roll_back(job, "--yes", timeout=120)
            if ended.code == 0:
                break
            self.assertEqual(ended.code, 4, ended)
            simulator.post("advance?seconds=7300")
        self.assertEqual(ended.code, 0, ended)
        report = self.judge(simulator, 0)
        self.assertEqual(report["clones"]["total"], count, "a run in between has cloned again")
        self.assertEqual(report["writes"]["detach"], count)
        self.judge_left(simulator, job, count)
        self.payferry("retry", job, "--code", "rolled_back")
        self.run_until_done(job, codes=(0,), timeout=120)
        self.judge(simulator, count)
        self.assertEqual(self.customers(simulator), customers)
        self.check_ledger(job)
        simulator.stop()
        return kills


if __name__ == "__main__":
    support.main()
