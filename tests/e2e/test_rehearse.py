"""payferry rehearse: the real file, and neither Stripe nor a ledger of one's own."""

import json
import os
import signal

import support
from support import MAIL, PERSON, lines


class Rehearse(support.EndToEnd):
    def rehearse(self, job, *args, expect=0, key=None):
        summary = self.summary_path()
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        process = self.start("rehearse", job, "--summary", summary, "--progress", "none", *args, key=key,
                             env={"TMPDIR": str(temporary)})
        ended = self.finish(process, summary=summary)
        self.assertEqual(ended.code, expect, ended)
        self.assertEqual(os.listdir(temporary), [], "the throw-away ledger is still there")
        self.assertFalse((self.folder / "ledger.db").exists())
        return ended

    def test_ends_as_the_run_would(self):
        self.csv([*lines(20, 2, ("acct_A", "acct_B")), ("cus_1", "oops", "acct_A"), lines(1)[0]])
        ended = self.rehearse(self.job("https://api.stripe.com"), "--latency", "1", expect=3)
        self.check_summary(ended.summary, ended)
        self.assertEqual(ended.counts(), {"succeeded": 40, "rejected": 1, "duplicate": 1})
        self.assertEqual(ended.summary["requests"]["by_endpoint"]["clone"], 40)
        self.assertEqual(ended.summary["requests"]["by_endpoint"]["create_customer"], 20)
        self.assertIn("nothing is sent to Stripe", ended.err)
        self.assertIn("A real run at these limits needs", ended.err)

    def test_makes_the_calls_that_were_planned(self):
        self.csv(lines(10, 2))
        job = self.job("http://127.0.0.1:1")
        planned = json.loads(self.payferry("plan", job, "--json").out)["calls"]["by_endpoint"]
        made = self.rehearse(job, "--latency", "1").summary["requests"]["by_endpoint"]
        self.assertEqual({name: planned[name] for name in made if name in planned},
                         {name: count for name, count in made.items() if count})

    def test_leaves_the_report_of_a_run(self):
        self.csv([("cus_1", "pm_1", "acct_A", MAIL), (PERSON, "pm_2", "acct_A", MAIL)],
                 header=("customer", "payment_method", "account", "email"))
        self.rehearse(self.job("http://127.0.0.1:1"), "--out", self.folder / "rehearsal", expect=3)
        self.assertEqual(len(self.rows(self.folder / "rehearsal/mapping.csv")), 1)
        self.assertEqual(len(self.rows(self.folder / "rehearsal/rejects.csv")), 1)

    def test_keeps_to_the_limits_on_its_own_clock(self):
        self.csv(lines(100))
        job = self.job("http://127.0.0.1:1", limits={"global": 10, "endpoint": 10})
        ended = self.rehearse(job, "--speed", "50")
        self.assertGreater(ended.summary["seconds"], 19)
        self.assertEqual(ended.summary["requests"]["rate_limited"], 0)

    def test_faults(self):
        self.csv(lines(10))
        job = self.job("http://127.0.0.1:1", retry={"attempts": 8, "max_delay": "20ms"})
        ended = self.rehearse(job, "--fault", "clone/error_503=0.3")
        self.assertEqual(ended.counts(), {"succeeded": 10})
        self.assertGreater(ended.summary["requests"]["retries"], 0)
        self.rehearse(job, "--fault", "no_such_fault", expect=2)

    def test_a_live_job_needs_no_key_and_no_permission(self):
        self.csv(lines(3))
        job = self.job("https://api.stripe.com", stripe={"platform_account": "acct_platform"})
        self.assertEqual(self.rehearse(job, key="sk_live_51SecretOfTheTests00zz").counts(), {"succeeded": 3})

    def test_interrupted_it_leaves_nothing_behind(self):
        self.csv(lines(2000))
        temporary = self.folder / "tmp"
        temporary.mkdir()
        job = self.job("http://127.0.0.1:1", limits={"global": 20, "endpoint": 20})
        process = self.start("rehearse", job, "--speed", "1", "--progress", "none", key=None, env={"TMPDIR": str(temporary)})
        self.wait_for(lambda: "run_started" in self.errors_of(process), "the start")
        process.send_signal(signal.SIGINT)
        ended = self.finish(process)
        self.assertEqual(ended.code, 4, ended)
        self.assertEqual(os.listdir(temporary), [])

    def test_a_wrong_input_is_told_before_anything(self):
        self.csv(lines(1), header=("customer", "method", "account"))
        self.rehearse(self.job("http://127.0.0.1:1"), expect=2)


if __name__ == "__main__":
    support.main()
