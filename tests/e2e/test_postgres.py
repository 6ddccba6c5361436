"""The ledger in a database of a PostgreSQL server that the tests start: everything that a file promises, with the server killed
and restarted in between; judged by the simulator's own count."""

import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest

import support

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import postgres  # noqa: E402
from restarting import Restarting  # noqa: E402

PASSWORD = "Wort.Geheim"
FAULTS = ("rate_limit=0.03", "error_500_before=0.02", "error_500_after=0.02", "error_500_stored=0.02", "reset_before=0.02",
          "reset_after=0.02", "truncated=0.01", "slow:150=0.01")


# What a server answers while it starts (PostgreSQL: "Message Formats", ErrorResponse).
FIELDS = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
STARTING_UP = b"E" + (len(FIELDS) + 4).to_bytes(4, "big") + FIELDS


def read_startup(near):
    if near.recv(65536)[4:8] == (80877103).to_bytes(4, "big"):  # it asks for TLS
        near.sendall(b"N")
        near.recv(65536)


def say_that_it_starts(near, far):
    read_startup(near)
    near.sendall(STARTING_UP)
    while near.recv(65536):
        pass


class PostgresLedger(support.EndToEnd):
    @classmethod
    def setUpClass(cls):
        if not postgres.programs():
            raise RuntimeError("there is no PostgreSQL here: deploy/packages.sh install test")
        cls.server = postgres.Server()
        cls.addClassCleanup(cls.server.close)
        cls.databases = 0

    def setUp(self):
        super().setUp()
        PostgresLedger.databases += 1
        self.database = f"ledger_{PostgresLedger.databases}"
        self.server.query(f"CREATE DATABASE {self.database}")
        self.address = f"postgres://payferry:${{PG}}@127.0.0.1:{self.server.port}/{self.database}"
        self.shown = f"postgres://127.0.0.1:{self.server.port}/{self.database}"

    def start(self, *args, env=None, **more):
        return super().start(*args, env={"PG": PASSWORD, **(env or {})}, **more)

    def check(self, ended, args):
        super().check(ended, args)
        self.assertNotIn(PASSWORD, ended.out + ended.err)

    def judge(self, simulator, ended):
        report = simulator.report()
        self.assertEqual(report["duplicate_clones"], 0, report)
        self.assertEqual(report["duplicate_customers"], 0, report)
        self.assertEqual(report["clones"]["misattached"], 0, report)
        self.assertEqual(report["clones"]["attached"], ended.items["succeeded"], report)
        self.assertLessEqual(report["orphans"], ended.summary["possible_orphans"], "an orphan that nobody reported")

    def test_kills_of_the_worker_and_of_the_server(self):
        dice = random.Random(20261125)
        faults = [part for fault in FAULTS for part in ("--fault", fault)]
        simulator = self.simulator("--seed", 7, "--customers", 150, "--methods-per-customer", "1-3", "--accounts", 3, "--csv",
                                   "in.csv", "--bad-lines", 5, "--latency", 10, "--latency-jitter", 10, *faults)
        job = self.job(simulator, ledger=self.address, limits={"in_flight": 32}, stripe={"timeout": "1s"},
                       retry={"attempts": 6, "max_delay": "200ms"})
        kills = lost = 0
        for turn in range(12):
            process = self.start_job(job)
            time.sleep(dice.uniform(0.1, 0.4))
            if process.poll() is None and turn % 3 == 2:
                # The server first: the run ends by itself, and says so.
                self.server.stop(signal.SIGQUIT if turn % 2 else signal.SIGINT)
                ended = self.finish(process, 30)
                self.server.start()
                self.server.wait()
                self.assertIn(ended.code, (0, 3, 6), ended)
                lost += ended.code == 6
                if ended.code == 6:
                    self.assertIn("What it had confirmed is safe", ended.err)
            elif process.poll() is None:
                process.kill()
                process.wait()
                kills += 1
        for _ in range(12):
            ended = self.run_job(job, timeout=120)
            if ended.code != 4:
                break
            simulator.post("advance?seconds=7300")
        self.assertEqual(ended.code, 3, ended)
        self.assertEqual(ended.items["rejected"], 5, ended)
        self.assertEqual(ended.items["failed"], 0, ended)
        self.judge(simulator, ended)
        self.assertGreater(kills, 0)
        self.assertGreater(lost, 0)
        checked = self.payferry("ledger", "check", job)
        self.assertEqual(checked.code, 0, checked)
        print(f"\n{kills} kills of the worker, {lost} of the server: {ended.items['succeeded']} items, 0 duplicates, 0 lost",
              flush=True)

    def moved(self):
        simulator = self.simulator("--seed", 3, "--customers", 20, "--methods-per-customer", "1-2", "--accounts", 2, "--csv", "in.csv",
                                   "--bad-lines", 2)
        job = self.job(simulator, ledger=self.address)
        return simulator, job, self.run_job(job, expect=3)

    def test_every_command_reads_it(self):
        simulator, job, ended = self.moved()
        self.judge(simulator, ended)
        status = self.status(job)
        self.assertEqual(status["items"], ended.items)
        folder = self.report(job)
        mapping = (folder / "mapping.csv").read_text().splitlines()
        self.assertEqual(len(mapping), ended.items["succeeded"] + 1)
        original = mapping[1].split(",")[2]
        explained = self.payferry("explain", job, original)
        self.assertEqual(explained.code, 0, explained)
        self.assertIn(original, explained.out)
        for args, code in ((("plan", job), 0), (("verify", job, "--yes"), 0), (("retry", job, "--code", "card_declined"), 0),
                           (("ledger", "check", job), 0), (("ledger", "backup", job, "--out", "copy.db"), 6)):
            done = self.payferry(*args)
            self.assertEqual(done.code, code, done)
        self.assertIn("pg_dump", done.err)
        exported = self.payferry("ledger", "export", job)
        rows = [json.loads(line) for line in exported.out.splitlines()]
        self.assertEqual(sum(row["kind"] == "item" for row in rows), ended.items["succeeded"])
        self.assertEqual({type(row["creating"]) for row in rows if row["kind"] == "link"}, {bool})
        again = self.run_job(job, expect=3)
        self.assertEqual(again.summary["requests"]["by_endpoint"]["clone"], 0, again)
        back = self.payferry("rollback", job, "--yes")
        self.assertEqual(back.code, 0, back)
        self.assertEqual(simulator.report()["clones"]["attached"], 0)

    def test_who_wants_it_alone_is_refused_and_a_pause_reaches_a_run(self):
        simulator = self.simulator("--seed", 3, "--customers", 300, "--accounts", 1, "--csv", "in.csv", "--latency", 100)
        job = self.job(simulator, ledger=self.address, limits={"in_flight": 1})
        first = self.start_job(job)
        self.wait_for(lambda: self.server.query("SELECT count(*) FROM pg_class WHERE relname = 'item'", self.database) == "1",
                      "the ledger's tables")
        self.wait_for(lambda: self.payferry("pause", job).code == 0, "the run's socket")
        for alone in (self.run_job(job, "--limit", 1, expect=6), self.payferry("retry", job)):
            self.assertEqual(alone.code, 6)
            self.assertIn(f"process {first.pid}", alone.err)
            self.assertIn(self.shown, alone.err)
        first.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(first).code, 4)

    def test_no_server_is_exit_6(self):
        job = self.job("http://127.0.0.1:1", ledger="postgres://payferry:${PG}@127.0.0.1:1/ledger")
        self.csv([("cus_1", "pm_1", "acct_1")])
        for args in (("run", job), ("status", job), ("plan", job), ("report", job, "--out", "r")):
            ended = self.payferry(*args)
            self.assertEqual(ended.code, 6, ended)
            self.assertIn("postgres://127.0.0.1:1/ledger", ended.err)

    def test_a_signal_ends_the_wait_for_the_server(self):
        job = self.job("http://127.0.0.1:1", ledger="postgres://payferry:${PG}@127.0.0.1:1/ledger")
        self.csv([("cus_1", "pm_1", "acct_1")])
        waiting = self.start_job(job)
        self.wait_for(lambda: "ledger_waited_for" in self.errors_of(waiting), "word of the wait")
        waiting.send_signal(signal.SIGTERM)
        ended = self.finish(waiting, timeout=15, summary=waiting.summary)
        self.assertEqual((ended.code, ended.summary["exit_code"]), (4, 4), ended)
        self.assertIn("stopped by SIGTERM", ended.err)

    def front(self, seconds, greet):
        front = Restarting(self.server.port, seconds, greet)
        self.addCleanup(front.close)
        return front, f"postgres://payferry:${{PG}}@127.0.0.1:{front.port}/{self.database}"

    def test_a_server_that_restarts_is_waited_for_at_the_start(self):
        for seconds, greet in ((8, lambda near, far: read_startup(near)), (3, say_that_it_starts)):
            simulator = self.simulator("--customers", 3, "--csv", "in.csv", "--seed", seconds)
            front, address = self.front(seconds, greet)
            ended = self.run_job(self.job(simulator, name=f"job-{seconds}", ledger=address), expect=0)
            self.assertEqual(ended.counts(), {"succeeded": 3})
            self.assertGreater(front.refused, 3)
            self.server.query(f"DROP DATABASE {self.database}")
            self.server.query(f"CREATE DATABASE {self.database}")

    def test_what_the_server_refuses_is_not_waited_for(self):
        front, address = self.front(0, None)
        self.csv([("cus_1", "pm_1", "acct_1")])
        ended = self.payferry("run", self.job("http://127.0.0.1:1", ledger=address.replace(self.database, "nowhere")))
        self.assertEqual(ended.code, 6, ended)
        self.assertIn('database "nowhere" does not exist', ended.err)
        self.assertLessEqual(front.carried, 8, "two attempts, and whether it takes any")

    def test_bad_addresses_are_named_with_line_and_key(self):
        for address, words in ((f"postgres://payferry:{PASSWORD}@db.example/ledger", "say ${NAME} in its place"),
                               ("postgres://payferry:${PG}@db.example/ledger?sslmode=require", "verify-full"),
                               ("postgres://payferry:${PG}@db.example/ledger?hostaddr=1.2.3.4", "hostaddr")):
            job = self.job("http://127.0.0.1:1", ledger=address)
            self.csv([("cus_1", "pm_1", "acct_1")])
            ended = self.payferry("run", job)
            self.assertEqual(ended.code, 2, ended)
            self.assertIn("ledger: ", ended.err)
            self.assertIn(words, ended.err)


@unittest.skipUnless(shutil.which("openssl"), "openssl is missing")
class EncryptedLedger(support.EndToEnd):
    def certificate(self, name, *more):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                        "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", "/CN=localhost", *more],
                       cwd=self.folder, check=True, capture_output=True)
        return self.folder / f"{name}.pem"

    def test_verify_full_takes_only_the_server_that_proves_its_name(self):
        right = self.certificate("right", "-addext", "subjectAltName=DNS:localhost")
        wrong = self.certificate("wrong")
        server = postgres.Server()
        self.addCleanup(server.close)
        server.stop()
        for name in ("right.pem", "right.key"):
            target = server.data / name
            shutil.copy(self.folder / name, target)
            target.chmod(0o600)
            shutil.chown(target, server.user.pw_uid, server.user.pw_gid)
        server.settings += ["ssl=on", "ssl_cert_file=right.pem", "ssl_key_file=right.key"]
        server.start()
        server.wait()
        simulator = self.simulator("--seed", 3, "--customers", 3, "--accounts", 1, "--csv", "in.csv")
        for host, trusted, code in (("localhost", right, 0), ("localhost", wrong, 6), ("127.0.0.1", right, 6)):
            job = self.job(simulator, ledger=f"postgres://payferry@{host}:{server.port}/postgres?sslmode=verify-full"
                                             f"&sslrootcert={trusted}")
            ended = self.run_job(job, expect=code)
            if code:
                self.assertIn("certificate", ended.err)
        self.assertEqual(simulator.report()["duplicate_clones"], 0)


if __name__ == "__main__":
    support.main()
