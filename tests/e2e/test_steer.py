"""Steering a run that is going on: pause, resume, set, skip-account, take-account, stop; status from the run itself."""

import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess

import support
from support import Fault, lines


class Steer(support.EndToEnd):
    def going(self, customers=4000, accounts=("acct_A",), in_flight=4, seconds=0.01, clones=6, **sections):
        """A run that is slow enough to be steered; ended by stop, never by itself."""
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("slow", seconds=seconds) if request.method == "POST" else None)
        self.csv(lines(customers, 1, accounts))
        job = self.job(stripe, limits={"in_flight": in_flight}, **sections)
        process = self.start_job(job)
        self.wait_for(lambda: len(stripe.of("clone")) >= clones, "some clones")
        return stripe, job, process

    def do(self, *args, expect=0):
        ended = self.payferry(*args)
        self.assertEqual(ended.code, expect, ended)
        return ended

    def live(self, job):
        return self.status(job)["live"]

    def stop(self, job, process, code=4):
        self.do("stop", job)
        ended = self.finish(process, 60, process.summary)
        self.assertEqual(ended.code, code, ended)
        return ended

    def quiet(self, stripe):
        """Waits until nothing is in flight any more, and tells how many requests there were."""
        self.wait_for(lambda: stripe.in_flight == 0, "the last answers")
        return len(stripe.requests)

    def test_pause_stops_every_request_and_resume_goes_on(self):
        stripe, job, process = self.going()
        ended = self.do("pause", job)
        self.assertIn("paused: no -> yes", ended.out)
        before = self.quiet(stripe)
        # The run is alive and asked many times meanwhile; a request that slipped through would be seen.
        for _ in range(5):
            self.assertEqual(self.live(job)["state"], "paused")
        self.assertEqual(len(stripe.requests), before)
        self.assertIn("it is so already", self.do("pause", job).out)
        self.assertIn("paused: yes -> no", self.do("resume", job).out)
        self.wait_for(lambda: len(stripe.requests) > before + 10, "requests after resume")
        live = self.live(job)
        self.assertEqual(live["state"], "moving")
        self.assertEqual([(change["what"], change["before"], change["after"], change["who"])
                          for change in live["steering"]["changes"]],
                         [("paused", "no", "yes", f"uid {os.getuid()}"), ("paused", "yes", "no", f"uid {os.getuid()}")])
        self.stop(job, process)
        # The journal outlives the run.
        self.assertRegex(self.do("status", job).out, r"(?s)steered .*paused no -> yes.*stop .*in order")
        with sqlite3.connect(self.folder / "ledger.db") as ledger:
            self.assertEqual(ledger.execute("SELECT what, old, new FROM steering ORDER BY id").fetchall(),
                             [("paused", "no", "yes"), ("paused", "yes", "no"), ("stop", "", "in order")])
        self.assertFalse((self.folder / "ledger.db.sock").exists(), "the socket is left behind")

    def test_set_changes_what_is_in_force_and_configured_takes_it_back(self):
        stripe, job, process = self.going(in_flight=2)
        ended = self.do("set", job, "rate=0.5", "in_flight=7")
        self.assertIn("rate: 50000 -> 0.5", ended.out)
        self.assertIn("in_flight: 2 -> 7", ended.out)
        live = self.live(job)
        every = live["limits"][0]
        self.assertEqual((every["name"], every["configured"], every["wanted"], every["in_force"]),
                         ("global", 50000, 0.5, 0.5))
        self.assertEqual(live["in_flight"]["limit"], 7)
        self.wait_for(lambda: self.live(job)["pace"]["held_by"] == "global limit", "the rate to hold the run")
        self.do("set", job, "rate=configured", "in_flight=1")
        self.assertEqual(self.live(job)["limits"][0]["wanted"], 50000)
        self.quiet(stripe)
        stripe.most_in_flight = 0
        before = len(stripe.requests)
        self.wait_for(lambda: len(stripe.requests) > before + 20, "requests again")
        self.assertEqual(stripe.most_in_flight, 1)
        self.do("set", job, "in_flight=6")
        self.wait_for(lambda: stripe.most_in_flight > 2, "more at once than was configured")
        self.stop(job, process)

    def test_a_single_endpoint_is_slowed_and_let_go_again(self):
        stripe, job, process = self.going()
        self.assertIn("endpoint.clone: 50000 -> 0.5", self.do("set", job, "endpoint.clone=0.5").out)
        wanted = {limit["name"]: limit["wanted"] for limit in self.live(job)["limits"]}
        self.assertEqual((wanted["clone"], wanted["attach"]), (0.5, 50000))
        self.wait_for(lambda: self.live(job)["pace"]["held_by"] == "clone limit", "the clone endpoint to hold the run")
        self.assertIn("endpoint.clone: 0.5 -> as configured", self.do("set", job, "endpoint=configured").out)
        before = len(stripe.requests)
        self.wait_for(lambda: len(stripe.requests) > before + 20, "requests again")
        self.stop(job, process)

    def test_a_skipped_account_gets_nothing_and_is_taken_again(self):
        stripe, job, process = self.going(300, ("acct_A", "acct_B"))
        of = lambda account: sum(request.account == account for request in list(stripe.requests))
        self.do("skip-account", job, "acct_A")
        self.wait_for(lambda: all(request.account == "acct_B" for request in list(stripe.requests)[-8:]), "only the other")
        before = of("acct_A")
        self.wait_for(lambda: sum(key[0] == "acct_B" for key in stripe.attached()) > 60, "work on the other account")
        self.assertEqual(of("acct_A"), before)
        self.assertEqual(self.live(job)["steering"]["skipped_accounts"], ["acct_A"])
        self.do("take-account", job, "acct_A")
        ended = self.finish(process, 60, process.summary)
        self.assertEqual(ended.code, 0, ended)
        self.assert_exactly_once(stripe, {(row[2], row[1]) for row in lines(300, 1, ("acct_A", "acct_B"))})

    def test_a_run_whose_rest_is_skipped_ends_and_the_next_one_moves_it(self):
        stripe, job, process = self.going(60, ("acct_A", "acct_B"))
        self.do("skip-account", job, "acct_A")
        ended = self.finish(process, 60, process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertGreater(ended.items["pending"], 0)
        self.run_job(job, expect=0)
        self.assert_exactly_once(stripe, {(row[2], row[1]) for row in lines(60, 1, ("acct_A", "acct_B"))})

    def test_what_is_typed_wrong_is_refused(self):
        stripe, job, process = self.going()
        for args in (("set", job), ("set", job, "rate"), ("set", job, "rate=fast"), ("set", job, "rate=0"),
                     ("set", job, "speed=3"), ("set", job, "endpoint.speed=3"), ("set", job, "in_flight=1.5"), ("set", job, "rate=nan"),
                     ("skip-account", job), ("skip-account", job, "cus_1"), ("pause",), ("pause", job, "now")):
            self.do(*args, expect=2)
        other = self.job(stripe, name="other")
        self.assertIn("of the job job", self.do("pause", other, expect=2).err)
        self.assertNotIn("live", self.status(other))
        self.assertEqual(self.live(job)["steering"]["changes"], [])
        self.stop(job, process)

    def test_no_run_is_going_on(self):
        stripe = self.stand_in()
        self.csv(lines(1))
        job = self.job(stripe)
        self.assertIn("no run of job is going on", self.do("pause", job, expect=2).err)
        self.run_job(job, expect=0)
        self.assertIn("no run of job is going on", self.do("stop", job, expect=2).err)
        self.assertNotIn("live", self.status(job))

    def test_a_killed_runs_socket_is_told_from_a_living_ones_and_replaced(self):
        stripe, job, process = self.going()
        process.kill()
        process.wait()
        left = self.folder / "ledger.db.sock"
        self.assertTrue(stat.S_ISSOCK(left.stat().st_mode))
        self.do("pause", job, expect=2)
        self.assertIn("cut off", self.do("status", job).out)
        process = self.start_job(job)
        self.wait_for(lambda: "live" in self.status(job), "the next run's socket")
        self.stop(job, process)
        self.assertFalse(left.exists())
        # What is no socket is nobody's to remove.
        left.write_text("mine")
        ended = self.run_job(job, "--limit", 1)
        self.assertIn("steering_unavailable", ended.err)
        self.assertEqual(left.read_text(), "mine")

    def test_two_jobs_at_once_are_steered_apart(self):
        stripe, job, process = self.going()
        self.csv(lines(4000, 1, ("acct_Z",)), name="other.csv")
        other = self.job(stripe, name="other", source="other.csv", ledger="other.db", limits={"in_flight": 4})
        second = self.start_job(other)
        self.wait_for(lambda: "live" in self.status(other), "the other's socket")
        self.wait_for(lambda: self.live(other)["state"] == "moving", "the other run")
        self.do("pause", other)
        self.assertEqual((self.live(job)["state"], self.live(other)["state"]), ("moving", "paused"))
        self.stop(job, process)
        self.stop(other, second)

    def test_a_ledger_with_a_long_path(self):
        folder = "/".join(["long" * 12] * 4)
        stripe, job, process = self.going(ledger=f"{folder}/ledger.db")
        self.assertGreater(len(str(self.folder / folder)), 150)
        self.do("pause", job)
        self.assertEqual(self.live(job)["state"], "paused")
        self.stop(job, process)

    def test_what_comes_over_the_socket_is_bounded_and_strict(self):
        stripe, job, process = self.going()
        path = self.folder / "ledger.db.sock"
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

        def ask(data, more=False):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.addCleanup(client.close)
            client.connect(str(path))
            client.settimeout(20)
            client.sendall(data)
            return client if more else json.loads(client.makefile().readline())

        for wrong in (b"\n", b"nonsense\n", b"[]\n", b"{}\n", b"{" * 3000 + b"\n", b"\xff\xfe\n", b'{"do":"pause"}\n',
                      b'{"job":"job","do":"dance"}\n', b'{"job":"job","do":"pause","more":1}\n', b"x" * 5000,
                      b'{"job":"job","do":"set","set":{"rate":1e999}}\n', b'{"job":"job","do":"set","set":{"rate":"1"}}\n'):
            self.assertEqual(ask(wrong)["code"], "refused", wrong)
        idle = [ask(b"", more=True) for _ in range(40)]
        self.assertEqual(ask(b'{"job":"job","do":"status"}\n')["live"]["job"], "job")
        several = ask(b'{"job":"job","do":"status"}\n{"job":"job","do":"pause"}\n', more=True).makefile()
        self.assertEqual([json.loads(several.readline())["code"] for _ in range(2)], ["done", "done"])
        self.assertEqual(len(idle), 40)
        self.stop(job, process)

    def test_another_user_is_refused(self):
        if os.getuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        stripe, job, process = self.going()
        for path in (self.folder, job, self.folder / "in.csv"):
            os.chmod(path, 0o755)
        nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        reaches = subprocess.run([*nobody, str(support.BIN / "payferry"), "--version"], capture_output=True)
        if reaches.returncode != 0:
            self.skipTest("another user cannot reach the program here")
        ended = self.finish(self.start("pause", job, prefix=nobody), 20)
        self.assertEqual(ended.code, 2, ended)
        self.assertIn("only its owner", ended.err)
        # A socket that lies open is not enough either: the kernel tells who speaks.
        os.chmod(self.folder / "ledger.db.sock", 0o777)
        ended = self.finish(self.start("pause", job, prefix=nobody), 20)
        self.assertEqual(ended.code, 2, ended)
        self.assertEqual(self.live(job)["state"], "moving")
        self.stop(job, process)

    def test_stop_twice_only_hurries(self):
        stripe, job, process = self.going(seconds=30, clones=1)
        self.do("stop", job)
        self.do("stop", job)
        ended = self.finish(process, 25, process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertIn("payferry stop", ended.summary["reason"])

    def test_status_of_a_run_tells_errors_and_accounts_in_words(self):
        stripe = self.stand_in()

        @stripe.rule
        def refuse(request):
            if request.account == "acct_B" and request.method == "POST":
                return support.refuse(403, "account_invalid", headers=[("Request-Id", "req_gone1")])
            if request.step == "clone" and request.number % 7 == 0:
                return support.refuse(402, "card_declined", headers=[("Request-Id", f"req_{request.number}")])
            return Fault("slow", seconds=0.01) if request.method == "POST" else None

        self.csv(lines(2000, 1, ("acct_A", "acct_B")))
        job = self.job(stripe, limits={"in_flight": 4}, metrics={"listen": "none"})
        process = self.start_job(job)
        self.wait_for(lambda: len(stripe.of("clone")) > 60, "some clones")
        live = self.live(job)
        self.assertIn({"account": "acct_B", "state": "lost", "code": "account_invalid"},
                      [{key: each[key] for key in ("account", "state", "code")} for each in live["accounts"]["list"]])
        self.assertTrue(any(each["code"] == "card_declined" and each["request_id"].startswith("req_")
                            for each in live["errors"]))
        self.assertLessEqual(len(live["errors"]), 20)
        page = self.do("status", job).out
        self.assertRegex(page, r"(?m)^job +job: moving")
        self.assertRegex(page, r"(?m)^  acct_B lost account_invalid$")
        self.assertRegex(page, r"card_declined req_\d+")
        watched = self.start("status", job, "--watch", "0.1")
        self.wait_for(lambda: self.out_of(watched).count("moving:") > 2, "three lines")
        self.stop(job, process)
        self.assertEqual(self.finish(watched, 20).code, 0)

    def test_a_ledger_of_the_version_before_is_read_and_taken_over(self):
        stripe = self.stand_in()
        self.csv(lines(3))
        job = self.job(stripe)
        self.run_job(job, "--limit", 1, expect=4)
        with sqlite3.connect(self.folder / "ledger.db") as ledger:
            for table in ("steering", "learnt", "worker", "shard", "opened", "looking", "journal"):
                ledger.execute(f"DROP TABLE {table}")
            ledger.execute("PRAGMA user_version = 1")
        ledger.close()
        self.assertEqual(self.status(job)["items"]["succeeded"], 1)
        self.do("ledger", "check", job)
        self.do("ledger", "export", job)
        self.run_job(job, expect=0)
        with sqlite3.connect(self.folder / "ledger.db") as ledger:
            self.assertEqual(ledger.execute("SELECT count(*) FROM steering").fetchone(), (0,))


if __name__ == "__main__":
    support.main()
