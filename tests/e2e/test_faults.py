"""Lost, late and lying answers in every mix: whatever happens, everything arrives exactly once."""

import support
from support import Fault, error, lines, refuse

MIX = ("rate_limit=0.02", "rate_limit:endpoint-rate=0.01", "rate_limit:none=0.01", "lock_timeout=0.01",
       "error_500_before=0.01", "error_503=0.01", "error_500_stored=0.01", "error_500_after=0.01", "reset_before=0.02",
       "reset_after=0.02", "close_before=0.01", "close_after=0.01", "truncated=0.01", "garbage=0.01",
       "idempotency_conflict=0.01", "stall=0.002", "stall_before=0.002", "late:30=0.005", "should_retry:false=0.01")


class Faults(support.EndToEnd):
    def move_through(self, seed, *simulator_options, customers=250, **job_options):
        mix = [part for fault in MIX for part in ("--fault", fault)]
        simulator = self.simulator("--csv", "in.csv", "--customers", customers, "--methods-per-customer", "1-3", "--seed",
                                   seed, "--latency", 2, *mix, *simulator_options)
        rows = self.rows(self.folder / "in.csv")
        job = self.job(simulator, stripe={"timeout": "1s"}, retry={"attempts": 6, "max_delay": "20ms"}, **job_options)
        codes = []
        for _ in range(30):
            ended = self.run_job(job)
            codes.append(ended.code)
            if ended.code in (0, 3):
                break
            self.assertEqual(ended.code, 4, ended)
            if len(codes) == 12:
                simulator.heal()
            # Nobody waits two hours in a test: what settles, settles by the server's clock.
            simulator.post("advance?seconds=10000")
        report = simulator.report()
        self.assertIn(ended.code, (0, 3), f"{codes} {ended}")
        self.assertEqual(report["duplicate_clones"], 0, report)
        self.assertEqual(report["duplicate_customers"], 0, report)
        self.assertEqual(report["clones"]["misattached"], 0, report)
        self.assertEqual(report["posts_without_key"] + report["posts_without_account"], 0)
        self.assertEqual(report["clones"]["attached"], ended.items["succeeded"])
        self.assertEqual(ended.items["succeeded"] + ended.items["failed"], len(rows))
        self.assertGreaterEqual(ended.summary["possible_orphans"], report["orphans"] - ended.items["failed"], report)
        return simulator, ended, report, rows

    def test_everything_arrives_exactly_once(self):
        for seed in (1, 2):
            with self.subTest(seed=seed):
                _, ended, report, rows = self.move_through(seed, name=f"seed-{seed}", ledger=f"{seed}.db")
                self.assertEqual(ended.code, 0, ended)
                self.assertEqual(ended.items["succeeded"], len(rows))

    def test_with_kills_in_between(self):
        simulator = self.simulator("--csv", "in.csv", "--customers", 200, "--methods-per-customer", "1-3", "--latency", 5,
                                   *[part for fault in MIX for part in ("--fault", fault)])
        job = self.job(simulator, stripe={"timeout": "1s"}, retry={"attempts": 6})
        for _ in range(6):
            process = self.start_job(job)
            target = simulator.report()["requests"]["total"] + 60
            self.wait_for(lambda: process.poll() is not None or simulator.report()["requests"]["total"] > target, "progress")
            process.kill()
            process.wait()
        simulator.heal()
        for _ in range(6):
            ended = self.run_job(job)
            if ended.code != 4:
                break
            simulator.post("advance?seconds=10000")
        report = simulator.report()
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual((report["duplicate_clones"], report["duplicate_customers"]), (0, 0), report)
        self.assertEqual(report["clones"]["attached"], len(self.rows(self.folder / "in.csv")))

    def test_limits_that_are_lower_than_was_thought(self):
        simulator = self.simulator("--csv", "in.csv", "--customers", 60, "--limit-scope", "platform", "--limit-endpoint", 40,
                                   "--limit-global", 60, "--limit-burst", 5, "--limit-concurrency", 6)
        job = self.job(simulator, limits={"global": 200, "endpoint": 200, "in_flight": 32}, retry={"max_delay": "2s"})
        ended = self.run_job(job, expect=0)
        self.assertGreater(ended.summary["requests"]["rate_limited"], 0)
        report = simulator.report()
        self.assertEqual(report["repeated_clones"], 0)
        self.assertEqual(report["clones"]["attached"], 60)

    def test_an_item_that_never_gets_an_answer_is_parked_and_holds_up_no_other(self):
        for kind in ("stall_before", "stall_after", "reset_after", "garbage"):
            with self.subTest(kind):
                stripe = self.stand_in()
                stripe.always("clone", Fault(kind), lambda request: request.param("payment_method") == "pm_7m0")
                self.csv(lines(40, 2, ("acct_A", "acct_B")))
                job = self.job(stripe, name=kind.replace("_", "-"), ledger=f"{kind}.db", stripe={"timeout": "1s"},
                               retry={"attempts": 2})
                ended = self.run_job(job, expect=4)
                # Its lane waits with it: both cards of the customer.
                self.assertEqual(ended.counts(), {"succeeded": 78, "pending": 2})
                self.assertEqual(ended.summary["pending_reasons"], {"unknown": 1})
                self.assertEqual(self.status(job)["pending_reasons"], {"unknown": 1})
                stripe.rules.clear()
                self.run_job(job, expect=0)
                self.assert_exactly_once(stripe, [(account, method) for _, method, account in
                                                  lines(40, 2, ("acct_A", "acct_B"))])

    def test_refusals_that_settle_nothing_while_an_answer_is_unknown(self):
        """401, 403, 409 and 429 on a replay say nothing about the sending before."""
        stripe = self.stand_in()
        answers = [Fault("reset_after"), Fault("answer", error(409, "idempotency_key_in_use")),
                   Fault("answer", error(429, "rate_limit")), Fault("answer", error(429, "lock_timeout")),
                   Fault("answer", error(409)), Fault("answer", error(400, "rate_limit")),
                   Fault("answer", error(424, "external")), Fault("answer", error(500))]
        for step in ("clone", "create_customer", "attach"):
            for fault in answers:
                stripe.once(step, fault)
        self.csv(lines(1, 2))
        ended = self.run_until_done(self.job(stripe, retry={"attempts": 20}))
        self.assertEqual(ended.code, 0, ended)
        self.assert_exactly_once(stripe, [("acct_A", "pm_0m0"), ("acct_A", "pm_0m1")])
        self.assertEqual(len({request.key for request in stripe.writes}), 4, "a new key for what was unknown")

    def test_a_stored_500_does_not_park_a_clone_for_ever(self):
        stripe = self.stand_in()
        stripe.once("clone", refuse(500, None, "Sorry.", headers=[("Stripe-Should-Retry", "false")]))
        self.csv(lines(3))
        ended = self.run_job(self.job(stripe), expect=0)
        self.assertEqual(ended.summary["possible_orphans"], 1)
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in lines(3)])

    def test_an_unattached_original_whose_answer_is_lost_for_good_fails_and_is_never_cloned_again(self):
        stripe = self.stand_in()
        stripe.once("clone", refuse(500, None, "Sorry."))
        self.csv([("", "pm_1", "acct_A"), ("", "pm_2", "acct_A")])
        job = self.job(stripe, target={"unattached_originals": "consume"})
        ended = self.run_until_done(job)
        self.assertEqual(ended.code, 3, ended)
        self.assertEqual(ended.summary["failures"], {"original_consumed": 1})
        self.payferry("retry", job)
        before = len(stripe.writes)
        self.run_job(job, expect=3)
        self.assertEqual(len(stripe.writes), before)

    def test_a_server_that_says_how_long_to_wait_is_heard_within_reason(self):
        stripe = self.stand_in()
        for after in ("0", "1", "-5", "soon", "99999999999999999999", "Wed, 21 Oct 2099 07:28:00 GMT", "86400"):
            stripe.once("clone", Fault("answer", error(429, "rate_limit", headers=[("Retry-After", after)])))
        self.csv(lines(3))
        ended = self.run_job(self.job(stripe, retry={"max_delay": "1s"}), expect=0, timeout=30)
        self.assertEqual(ended.summary["requests"]["rate_limited"], 7)

    def test_a_key_that_is_changed_while_an_answer_is_unknown(self):
        """Another key may have another memory: a clone goes to its next generation, a customer is looked for."""
        for step in ("clone", "create_customer", "attach"):
            with self.subTest(step):
                stripe = self.stand_in()
                stripe.always(step, Fault("reset_after"))
                self.csv(lines(1, 2))
                job = self.job(stripe, name=step.replace("_", "-"), ledger=f"{step}.db", retry={"attempts": 1})
                self.run_job(job, expect=4)
                stripe.rules.clear()
                stripe.forget()
                ended = self.run_job(job, key="sk_test_51SecretOfTheTestsRotated", expect=0)
                self.assert_exactly_once(stripe, [("acct_A", "pm_0m0"), ("acct_A", "pm_0m1")])
                self.assertEqual(len(stripe.customers), 1)
                self.assertEqual(ended.summary["possible_orphans"], 1 if step == "clone" else 0)


if __name__ == "__main__":
    support.main()
