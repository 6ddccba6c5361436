"""What people and machines see of a run: status, reports, metrics, logs; and what nobody may see."""

import json
import os
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.request

import support
from support import KEY, MAIL, PERSON, PHONE, Fault, error, lines, refuse

PEOPLE = ("customer", "payment_method", "account", "name", "email", "phone", "metadata.note")


class Views(support.EndToEnd):
    def get(self, base, path):
        try:
            with urllib.request.urlopen(base + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def page_of(self, process):
        found = self.wait_for(lambda: re.search(r"metrics_listening.*?(127\.0\.0\.1:\d+)", self.errors_of(process)),
                              "the page for scrapers")
        return "http://" + found.group(1)

    def test_status_and_metrics_while_it_runs_and_after(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("slow", seconds=0.01))
        self.csv(lines(300, 2, tuple(f"acct_{number}" for number in range(20))) + [("oops", "pm_x", "acct_1")] * 2)
        job = self.job(stripe, limits={"in_flight": 4}, metrics={"listen": "127.0.0.1:0"})
        ended = self.payferry("status", job)
        self.assertEqual(ended.code, 0)
        self.assertIn("has not run yet", ended.out)
        self.assertEqual(self.status(job)["outcome"], "unfinished")
        process = self.start_job(job)
        page = self.page_of(process)
        self.wait_for(lambda: len(stripe.attached()) > 50, "some clones")
        self.assertEqual(self.get(page, "/healthz")[0], 200)
        self.assertEqual(self.get(page, "/readyz")[0], 200)
        self.assertEqual(self.get(page, "/nothing")[0], 404)
        first = self.get(page, "/metrics")[1]
        now = self.status(job)
        self.assertEqual(now["outcome"], "unfinished")
        self.assertGreater(now["items"]["succeeded"], 0)
        self.assertGreater(now["items"]["pending"], 0)
        self.assertIn("going on", self.payferry("status", job).out)
        # Beside a run, the last half second may be missing.
        self.wait_for(lambda: len(self.rows(self.report(job) / "mapping.csv")) >= 50, "that a report shows them")
        self.wait_for(lambda: len(stripe.attached()) > 400, "more clones")
        second = self.get(page, "/metrics")[1]
        names = lambda text: {line.rsplit(" ", 1)[0] for line in text.splitlines() if not line.startswith("#")}
        for text in (first, second):
            self.assertRegex(text, r"(?m)^payferry_[a-z_]+(\{[^}]*\})? [0-9.e+-]+$")
            self.assertIsNone(re.search(r"acct_|cus_|pm_|req_", text), "a label that grows with the input")
            self.assert_no_leak(text, "metrics")
        self.assertEqual(names(first) - names(second), set())
        self.assertLess(len(names(second)), 600)
        ended = self.finish(process, 60, process.summary)
        self.assertEqual(ended.code, 3, ended)
        after = self.status(job)
        for part in ("outcome", "exit_code", "reason", "input", "items", "run", "requests", "failures", "customers"):
            self.assertEqual(after[part], ended.summary[part], part)
        self.assertEqual(ended.summary["requests"]["total"], len(stripe.requests), "requests that were not counted")
        self.assertEqual(json.loads((self.report(job) / "summary.json").read_text())["items"], ended.items)

    def test_codes_that_stripe_invents_make_no_label_each(self):
        stripe = self.stand_in()

        @stripe.rule
        def invent(request):
            if request.step == "clone" and request.account == "acct_B":
                return refuse(400, f"code_{request.number}", param=f"p{request.number}",
                              headers=[("Stripe-Rate-Limited-Reason", f"r{request.number}")])
            return Fault("slow", seconds=0.01) if request.method == "POST" else None

        self.csv(lines(400, 1, ("acct_A", "acct_B")))
        process = self.start_job(self.job(stripe, limits={"in_flight": 4}, metrics={"listen": "127.0.0.1:0"}))
        page = self.page_of(process)
        self.wait_for(lambda: len(stripe.of("clone")) > 350, "most of it")
        text = self.get(page, "/metrics")[1]
        self.assertLess(len(set(re.findall(r"code_\d+", text))), 50)
        self.finish(process, 30, process.summary)

    def test_status_after_a_kill(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("slow", seconds=0.02))
        self.csv(lines(100))
        job = self.job(stripe, limits={"in_flight": 2})
        process = self.start_job(job)
        self.wait_for(lambda: len(stripe.attached()) > 10, "some clones")
        process.kill()
        process.wait()
        now = self.status(job)
        self.assertEqual((now["outcome"], now["exit_code"]), ("unfinished", 4))
        self.assertIn("cut off", self.payferry("status", job).out)
        # Of the more than ten that are attached, two may have been in flight.
        self.assertGreaterEqual(now["items"]["succeeded"], 8)

    def test_a_port_that_is_taken_is_a_warning(self):
        stripe = self.stand_in()
        self.csv(lines(2))
        ended = self.run_job(self.job(stripe, metrics={"listen": f"127.0.0.1:{stripe.port}"}), expect=0)
        self.assertIn("metrics_unavailable", ended.err)

    def test_scrapers_that_misbehave_do_not_hold_up_a_run(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("slow", seconds=0.02))
        self.csv(lines(40))
        process = self.start_job(self.job(stripe, limits={"in_flight": 2}, metrics={"listen": "127.0.0.1:0"}))
        page = self.page_of(process)
        host, port = page[7:].split(":")
        import socket
        sockets = []
        for data in (b"", b"GET", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01" + b"x" * 500, b"A" * 100_000,
                     b"POST /metrics HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"GET /metrics HTTP/1.1\r\n\r\n"):
            connection = socket.create_connection((host, int(port)))
            try:
                connection.sendall(data)
            except OSError:
                pass
            sockets.append(connection)
        ended = self.finish(process, 20, process.summary)
        for connection in sockets:
            connection.close()
        self.assertEqual(ended.code, 0, ended)
        self.assertLess(ended.seconds, 10)

    def test_the_mapping(self):
        stripe = self.stand_in()
        self.csv([("cus_1", "pm_1", "acct_A"), ("cus_1", "pm_bank", "acct_B"), ("cus_2", "oops", "acct_B")])
        job = self.job(stripe)
        self.run_job(job, expect=3)
        path = self.report(job) / "mapping.csv"
        self.assertEqual(path.read_text().splitlines()[0], "account,customer_id_old,source_id_old,customer_id_new,"
                         "source_id_new,type,fingerprint,last4,exp_month,exp_year,brand")
        rows = {row["source_id_old"]: row for row in self.rows(path)}
        card, bank = rows["pm_1"], rows["pm_bank"]
        self.assertEqual(card, {
            "account": "acct_A", "customer_id_old": "cus_1", "source_id_old": "pm_1",
            "customer_id_new": stripe.made()["acct_A", "cus_1"][0], "source_id_new": stripe.attached()["acct_A", "pm_1"][0],
            "type": "card", "fingerprint": "fppm_1", "last4": "4242", "exp_month": "4", "exp_year": "2031", "brand": "visa"})
        self.assertEqual((bank["type"], bank["exp_month"], bank["exp_year"], bank["brand"]), ("us_bank_account", "", "", ""))
        self.assertEqual(self.payferry("report", job, "--out", job).code, 2)

    def test_files_are_private(self):
        stripe = self.stand_in()
        self.csv(lines(2))
        job = self.job(stripe, ledger="led/ger.db")
        process = self.start_job(job)
        self.finish(process, summary=process.summary)
        for path in (self.folder / "led").iterdir():
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        self.assertEqual((self.report(job) / "rejects.csv").stat().st_mode & 0o777, 0o600)


class Secrets(support.EndToEnd):
    """A server that repeats everything it is told, wherever it can."""

    def everything(self, request):
        form = dict(request.form)
        return (f"No: {form.get('name', '')} <{form.get('email', '')}>, {form.get('phone', '')}, {form.get('email', '')}; "
                f"key '{KEY}' or {KEY[:12]}****{KEY[-4:]}; body {request.body.decode()}")

    def rows_of(self, count):
        return [(f"cus_{number}", f"pm_{number}", f"acct_{'AB'[number % 2]}", PERSON, f"{number}{MAIL}", PHONE, PERSON)
                for number in range(count)]

    def run_loudly(self, stripe, rows, expect, name):
        self.csv(rows, header=PEOPLE)
        for form in ("text", "json"):
            job = self.job(stripe, name=f"{name}-{form}", ledger=f"{name}-{form}.db", metrics={"listen": "127.0.0.1:0"},
                           retry={"attempts": 2})
            summary = self.summary_path()
            process = self.start("run", job, "--new-ledger", "--log-level", "debug", "--log-format", form, "--summary", summary,
                                 "--progress", "plain")
            ended = self.finish(process, 60, summary)
            self.assertIn(ended.code, expect if isinstance(expect, tuple) else (expect,), ended)
            if form == "json":
                for line in ended.err.splitlines():
                    if line.startswith("{"):
                        json.loads(line)
            self.status(job)
            self.payferry("status", job)
            folder = self.report(job)
            self.assertNotIn("51SecretOfTheTests", (folder / "rejects.csv").read_text())
            for path in self.folder.glob(f"{name}-{form}.db*"):
                self.assertNotIn(KEY.encode(), path.read_bytes(), "the key is in the ledger")
        return job

    def test_refusals_that_quote_people(self):
        for step, fields in (("clone", {}), ("create_customer", {}), ("create_customer", {"param": "email"}),
                             ("create_customer", {"param": "name"}), ("create_customer", {"code": "email_invalid"}),
                             ("create_customer", {"param": "phone"}), ("create_customer", {"param": "metadata[note]"}),
                             ("attach", {})):
            with self.subTest(step=step, **fields):
                stripe = self.stand_in()
                stripe.rule(lambda request: Fault("answer", error(
                    400, fields.get("code"), self.everything(request) + f" {PERSON} {MAIL} {PHONE}", fields.get("param"))) if request.step == step else None)
                self.run_loudly(stripe, self.rows_of(4), 3 if step != "attach" else (0, 3),
                                f"{step}{len(fields)}{fields.get('param', 'x')}".replace("_", "-").replace("[", "-").replace("]", ""))

    def test_codes_and_ids_that_quote_people(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("answer", error(
            400, f"{MAIL} {KEY}", "m", f"{PERSON}", type=f"{MAIL}", headers=[("Request-Id", f"{KEY}")],
            decline_code=MAIL)) if request.step == "create_customer" else None)
        self.run_loudly(stripe, self.rows_of(3), 4, "codes")

    def test_everything_that_ends_a_run(self):
        for status, code, expect in ((401, None, 5), (403, None, 5), (403, "account_invalid", 3), (500, None, 4), (429, None, 4)):
            with self.subTest(status=status, code=code):
                stripe = self.stand_in()
                stripe.rule(lambda request: Fault("answer", error(status, code, self.everything(request) + f" {PERSON} {PHONE}"))
                            if request.step == "create_customer" else None)
                self.csv(self.rows_of(4), header=PEOPLE)
                job = self.job(stripe, name=f"end-{status}-{'a' if code else 'b'}", ledger=f"e{status}{code}.db",
                               retry={"attempts": 2}, run={"deadline": "1s"})
                ended = self.run_job(job, "--log-level", "debug", expect=expect)
                self.status(job)
                self.report(job)

    def test_lines_that_are_refused(self):
        """People in the wrong columns."""
        stripe = self.stand_in()
        self.csv([(MAIL, "pm_1", "acct_A"), ("cus_1", PERSON, "acct_A"), ("cus_1", "pm_1", PHONE), (KEY, KEY, KEY),
                  ("cus_1", PERSON.split()[1], "acct_A"), (f"cus_{PERSON}", "pm_1", "acct_A"), ("x", "y", "z", MAIL)])
        for form in ("text", "json"):
            ended = self.run_job(self.job(stripe, name=form, ledger=f"{form}.db"), "--log-level", "debug", "--log-format", form, expect=3)
            self.assertEqual(ended.counts(), {"rejected": 7})

    def test_people_leave_the_ledger_when_their_line_has_succeeded(self):
        stripe = self.stand_in()
        self.csv(self.rows_of(20), header=PEOPLE)
        job = self.job(stripe)
        self.run_job(job, expect=0)
        import sqlite3
        ledger = sqlite3.connect(self.folder / "ledger.db")
        dump = "\n".join(ledger.iterdump())
        ledger.close()
        self.assert_no_leak(dump, "the ledger's rows")

    def test_the_key_is_not_on_the_command_line_or_in_the_process_table(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("slow", seconds=0.3))
        self.csv(lines(2))
        process = self.start_job(self.job(stripe))
        self.wait_for(lambda: stripe.requests, "a request")
        self.assert_no_leak(pathlib.Path(f"/proc/{process.pid}/cmdline").read_text(), "the command line")
        self.finish(process, summary=process.summary)


if __name__ == "__main__":
    support.main()
