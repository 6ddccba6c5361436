"""Killed, stopped and hurried at every moment."""

import random
import signal
import subprocess
import time

import support
from support import Fault, lines

ACCOUNTS = ("acct_A", "acct_B", "acct_C")


class Interruptions(support.EndToEnd):
    def judge(self, simulator, items, customers):
        report = simulator.report()
        self.assertEqual(report["duplicate_clones"], 0, report)
        self.assertEqual(report["duplicate_customers"], 0, report)
        self.assertEqual(report["repeated_clones"], 0, report)
        self.assertEqual(report["clones"]["attached"], items, report)
        self.assertEqual(report["clones"]["misattached"], 0, report)
        self.assertEqual(report["orphans"], 0, report)
        self.assertEqual(sum(report["customers_created"].values()), customers, report)
        self.assertEqual(report["idempotency"]["mismatches"], 0, report)

    def test_killed_again_and_again(self):
        simulator = self.simulator("--csv", "in.csv", "--customers", 300, "--methods-per-customer", 2, "--latency", 15,
                                   "--latency-jitter", 15)
        job = self.job(simulator, limits={"in_flight": 32})
        dice = random.Random(7)
        kills = 0
        for _ in range(12):
            process = self.start_job(job)
            time.sleep(dice.uniform(0.05, 0.45))
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            kills += 1
            status = self.status(job)
            self.assertEqual(status["outcome"], "unfinished")
        self.assertGreater(kills, 4)
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 600})
        self.judge(simulator, 600, 300)

    def test_killed_at_each_call_of_one_item(self):
        """At the moment in which the server has the request, and once more after it has answered."""
        header = ("customer", "payment_method", "account", "default")
        rows = [("cus_1", "pm_1", "acct_A", ""), ("cus_1", "pm_2", "acct_A", "true")]
        for number, (step, kind) in enumerate((step, kind) for step in ("clone", "create_customer", "attach", "set_default")
                                              for kind in ("stall_before", "stall_after")):
            with self.subTest(step=step, kind=kind):
                stripe = self.stand_in()
                stripe.once(step, Fault(kind))
                self.csv(rows, header=header)
                job = self.job(stripe, name=f"job-{number}", ledger=f"{number}.db")
                process = self.start_job(job)
                self.wait_for(lambda: stripe.of(step), step)
                process.kill()
                process.wait()
                first_is_done = step in ("attach", "set_default")
                self.assertEqual(self.status(job)["items"]["pending"], 1 if first_is_done else 2)
                self.run_job(job, expect=0)
                self.assert_exactly_once(stripe, [("acct_A", "pm_1"), ("acct_A", "pm_2")])
                again = stripe.of(step)
                self.assertEqual(again[0].raw, again[1].raw)
                self.assertEqual(again[0].body, again[1].body)
                customer = stripe.made()["acct_A", "cus_1"][0]
                self.assertEqual(stripe.methods[stripe.customers[customer]["default"]]["original"], "pm_2")

    def stop_and_go_on(self, number):
        simulator = self.simulator("--csv", "in.csv", "--customers", 200, "--methods-per-customer", 2, "--latency", 30)
        job = self.job(simulator, limits={"in_flight": 8})
        process = self.start_job(job)
        self.wait_for(lambda: simulator.report()["clones"]["total"] > 20, "some clones")
        sent = time.monotonic()
        process.send_signal(number)
        ended = self.finish(process, 20, process.summary)
        self.assertLess(time.monotonic() - sent, 5)
        self.assertEqual(ended.code, 4, ended)
        self.check_summary(ended.summary)
        self.assertIn(signal.Signals(number).name, ended.summary["reason"])
        self.assertGreater(ended.items["succeeded"], 0)
        self.assertEqual(ended.items, self.status(job)["items"], "status tells something else than the run's summary")
        report = simulator.report()
        self.assertEqual(report["clones"]["attached"], ended.items["succeeded"], "an answer was not waited for")
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 400})
        self.judge(simulator, 400, 200)

    def test_sigterm_lets_what_is_in_flight_be_answered(self):
        self.stop_and_go_on(signal.SIGTERM)

    def test_sigint_lets_what_is_in_flight_be_answered(self):
        self.stop_and_go_on(signal.SIGINT)

    def test_in_flight_answers_are_bounded_and_a_second_signal_hurries(self):
        stripe = self.stand_in()
        stripe.always("clone", Fault("stall_after"), lambda request: "pm_3m0" in str(request))
        self.csv(lines(6))
        job = self.job(stripe, stripe={"timeout": "4s"})
        for signals, least, most in ((1, 0.5, 8), (2, 0, 2)):
            process = self.start_job(job)
            before = len(stripe.of("clone"))
            self.wait_for(lambda: any("pm_3m0" in str(request) for request in stripe.of("clone")[before:]), "the stall")
            sent = time.monotonic()
            process.terminate()
            if signals == 2:
                time.sleep(0.3)
                self.assertIsNone(process.poll(), "the first signal did not wait")
                process.send_signal(signal.SIGINT)
                sent = time.monotonic()
            ended = self.finish(process, 30, process.summary)
            took = time.monotonic() - sent
            self.assertEqual(ended.code, 4, ended)
            self.assertTrue(least <= took <= most, took)
            self.assertGreaterEqual(ended.items["pending"], 1)
        stripe.rules.clear()
        self.run_job(job, expect=0)
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in lines(6)])

    def test_signals_while_the_source_is_silent_or_never_ends(self):
        stripe = self.stand_in()
        job = self.job(stripe, source="-")
        with self.subTest("silent"):
            process = self.start_job(job, stdin=subprocess.PIPE)
            process.stdin.write(b"customer,payment_method,account\ncus_1,pm_1,acct_A\ncus_2,pm_2,acct_A")
            process.stdin.flush()
            self.wait_for(lambda: stripe.made(), "the first line's move")
            process.terminate()
            ended = self.finish(process, 5, process.summary)
            process.stdin.close()
            self.assertEqual(ended.code, 4, ended)
            self.assertEqual(ended.summary["input"], {"lines": 1, "complete": False})
        with self.subTest("silent before the header"):
            process = self.start_job(job, stdin=subprocess.PIPE)
            time.sleep(0.3)
            process.terminate()
            try:
                code = process.wait(5)
            except subprocess.TimeoutExpired:
                self.fail("a signal before the header has come does not end it")
            finally:
                process.stdin.close()
            self.assertIn(code, (4, -signal.SIGTERM))
        with self.subTest("endless"):
            feeder = subprocess.Popen(["sh", "-c", "echo customer,payment_method,account; yes cus_9,pm_9,acct_A"],
                                      stdout=subprocess.PIPE)
            process = self.start_job(job, stdin=feeder.stdout)
            time.sleep(0.7)
            process.send_signal(signal.SIGINT)
            ended = self.finish(process, 10, process.summary)
            feeder.kill()
            feeder.wait()
            feeder.stdout.close()
            self.assertEqual(ended.code, 4, ended)
            self.check_summary(ended.summary)

    def test_a_run_that_waits_for_a_throttled_server_stops_at_once(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("answer", support.error(
            429, "rate_limit", headers=[("Retry-After", "600"), ("Stripe-Rate-Limited-Reason", "global-rate")]))
            if request.method == "POST" else None)
        self.csv(lines(6))
        job = self.job(stripe, retry={"max_delay": "60s"})
        process = self.start_job(job)
        self.wait_for(lambda: stripe.writes, "a throttled call")
        process.terminate()
        ended = self.finish(process, 5, process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertEqual(ended.counts(), {"pending": 6})
        self.assertGreater(ended.summary["requests"]["rate_limited"], 0)
        stripe.rules.clear()
        self.run_job(job, expect=0)

    def test_the_deadline_of_a_run(self):
        simulator = self.simulator("--csv", "in.csv", "--customers", 300, "--latency", 50)
        job = self.job(simulator, limits={"in_flight": 2}, run={"deadline": "1s"})
        ended = self.run_job(job, expect=4)
        self.assertLess(ended.seconds, 4)
        self.assertIn("deadline", ended.summary["reason"])
        self.assertGreater(ended.items["succeeded"], 0)
        self.run_job(self.job(simulator), expect=0)
        self.judge(simulator, 300, 300)

    def test_an_outage_ends_the_run_and_loses_nothing(self):
        stripe = self.stand_in()
        self.csv(lines(200))
        job = self.job(stripe, run={"outage": "1s"}, retry={"attempts": 100}, limits={"in_flight": 4})
        process = self.start_job(job)
        self.wait_for(lambda: len(stripe.writes) > 50, "some calls")
        stripe.rules.append(lambda request: Fault("reset_before"))
        ended = self.finish(process, 20, process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertIn("run.outage", ended.summary["reason"])
        stripe.rules.clear()
        self.run_job(job, expect=0)
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in lines(200)])

    def test_a_server_that_goes_away_and_comes_back_on_the_same_port(self):
        stripe = self.stand_in()
        self.csv(lines(100))
        gone = [0.0]
        stripe.rule(lambda request: Fault("close_before") if time.monotonic() < gone[0] else None)
        process = self.start_job(self.job(stripe, limits={"in_flight": 4}, retry={"attempts": 100}))
        self.wait_for(lambda: len(stripe.writes) > 20, "some calls")
        gone[0] = time.monotonic() + 1.2
        ended = self.finish(process, 30, process.summary)
        self.assertEqual(ended.code, 0, ended)
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in lines(100)])


if __name__ == "__main__":
    support.main()
