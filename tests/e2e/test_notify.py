"""Notifications to a command and to a URL, and metrics for a Pushgateway and node-exporter: real receivers, wrong ones, slow
ones, and none."""

import hashlib
import hmac
import http.server
import json
import os
import re
import ssl
import shutil
import subprocess
import threading
import unittest

import schema
import support
from support import KEY, lines, refuse

SECRET = "whsec_of_the_tests_0123456789"


class Receiver:
    """An HTTP server that keeps what it gets and answers what `answers` says, then 200."""

    def __init__(self, test, answers=(), certificate=None):
        self.got, self.answers, self.hold = [], list(answers), threading.Event()
        self.hold.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def receive(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.command, self.path, dict(self.headers), body))
                receiver.hold.wait(60)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PUT = receive

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        test.addCleanup(self.close)
        self.base = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()


class Notify(support.EndToEnd):
    def setUp(self):
        super().setUp()
        self.stripe = self.stand_in()
        self.csv(lines(6, 1, ("acct_A", "acct_B")))

    def job_to(self, receiver, **notify):
        return self.job(self.stripe, notify={"url": receiver.base + "/hooks/payferry", "secret": "${NOTIFY_SECRET}", **notify})

    def run_notified(self, job, *args, **more):
        ended = self.run_job(job, *args, env={"NOTIFY_SECRET": SECRET}, **more)
        self.assertNotIn(SECRET, ended.err + ended.out + json.dumps(ended.summary))
        return ended

    def judged(self, text):
        """A payload that is what the schema says."""
        self.assert_no_leak(text, "notification")
        self.assertNotIn(SECRET, text)
        found = json.loads(text)
        if schema.jsonschema:
            self.assertEqual(schema.faults("notification", found), [], text)
        self.assertEqual(sorted(found), ["account", "event", "id", "job", "kind", "state", "time"])
        return found

    def verified(self, received):
        """What a receiver does: check the signature, then read."""
        method, path, headers, body = received
        self.assertEqual((method, path, headers["Content-Type"]), ("POST", "/hooks/payferry", "application/json"))
        time, signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["Payferry-Signature"]).groups()
        expected = hmac.new(SECRET.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()
        self.assertTrue(hmac.compare_digest(signature, expected))
        found = self.judged(body.decode())
        self.assertEqual((headers["Payferry-Event"], headers["Payferry-Notification"]), (found["event"], found["id"]))
        return found

    def test_a_url_gets_every_event_signed(self):
        receiver = Receiver(self)
        ended = self.run_notified(self.job_to(receiver), expect=0)
        found = [self.verified(received) for received in receiver.got]
        events = [(one["event"], one["account"]) for one in found]
        self.assertEqual(events[0], ("started", None))
        self.assertEqual(sorted(events[1:-1]), [("account_done", "acct_A"), ("account_done", "acct_B")])
        self.assertEqual(events[-1], ("finished", None))
        self.assertEqual(len({one["id"] for one in found}), 4)
        last = found[-1]["state"]
        self.assertEqual((last["outcome"], last["items"]), ("complete", ended.items))

    def test_a_plan_is_told_and_nothing_is_written(self):
        receiver = Receiver(self)
        job = self.job_to(receiver)
        ended = self.payferry("plan", job, "--json", env={"NOTIFY_SECRET": SECRET})
        self.assertEqual(ended.code, 0, ended)
        (told,) = [self.verified(received) for received in receiver.got]
        self.assertEqual((told["event"], told["kind"], told["account"]), ("planned", "plan", None))
        self.assertEqual(told["state"], json.loads(ended.out))
        self.assertEqual(self.stripe.requests, [])
        nobody = self.job_to(receiver, events=["started", "finished"])
        self.assertEqual(self.payferry("plan", nobody, env={"NOTIFY_SECRET": SECRET}).code, 0)
        self.assertEqual(len(receiver.got), 1)

    def test_a_plan_that_cannot_be_told_is_a_plan(self):
        receiver = Receiver(self, answers=[410])
        ended = self.payferry("plan", self.job_to(receiver), env={"NOTIFY_SECRET": SECRET})
        self.assertEqual(ended.code, 0, ended)
        self.assertIn("not_notified", ended.err)
        self.assertIn("410", ended.err)

    def test_a_failure_budget_and_chosen_events(self):
        @self.stripe.rule
        def decline(request):
            return refuse(402, "card_declined", type="card_error") if request.step == "clone" else None

        receiver = Receiver(self)
        job = self.job(self.stripe, run={"max_failures": 2}, limits={"in_flight": 1},
                       notify={"url": receiver.base + "/hooks/payferry", "secret": "${NOTIFY_SECRET}",
                               "events": ["budget_hit", "finished"]})
        self.run_notified(job, expect=4)
        found = [self.verified(received) for received in receiver.got]
        self.assertEqual([one["event"] for one in found], ["budget_hit", "finished"])
        self.assertEqual(found[-1]["state"]["outcome"], "unfinished")

    def test_a_refusal_that_passes_is_sent_again_one_that_does_not_is_not(self):
        receiver = Receiver(self, answers=[503])
        self.run_notified(self.job_to(receiver, events=["started"], timeout="20s"), expect=0)
        first, second = [self.verified(received) for received in receiver.got]
        self.assertEqual(first, second)
        receiver = Receiver(self, answers=[410])
        ended = self.run_notified(self.job_to(receiver, events=["finished"]), expect=0)
        self.assertEqual(len(receiver.got), 1)
        self.assertIn("not_notified", ended.err)
        self.assertIn("410", ended.err)

    def test_who_never_answers_holds_nobody_up(self):
        receiver = Receiver(self)
        receiver.hold.clear()
        ended = self.run_notified(self.job_to(receiver, timeout="300ms"), expect=0)
        self.assertIn("not_notified", ended.err)
        self.assertEqual(ended.counts(), {"succeeded": 6})

    def test_nobody_there_is_a_warning(self):
        receiver = Receiver(self)
        job = self.job_to(receiver, timeout="300ms")
        receiver.server.shutdown()  # before it is closed: who waits in accept() keeps the socket open
        receiver.server.server_close()
        ended = self.run_notified(job, expect=0)
        self.assertIn("no connection to 127.0.0.1", ended.err)
        self.assertNotIn("stripe.api_base", ended.err)

    @unittest.skipUnless(shutil.which("openssl"), "openssl is missing")
    def test_tls_is_verified(self):
        files = [self.folder / name for name in ("cert.pem", "key.pem")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                        "-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]],
                       check=True, capture_output=True)
        receiver = Receiver(self, certificate=files)
        ended = self.run_notified(self.job_to(receiver, events=["finished"], timeout="2s"), expect=0)
        self.assertIn("cannot be trusted", ended.err)
        self.assertEqual(receiver.got, [])
        ended = self.run_notified(self.job_to(receiver, events=["finished"], ca_file="cert.pem"), expect=0)
        self.assertNotIn("not_notified", ended.err)
        self.assertEqual(self.verified(receiver.got[0])["event"], "finished")

    def script(self, text):
        path = self.write("tell.sh", "#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    def test_a_command_gets_the_state_and_no_secret(self):
        self.script('cat >> "$1"; env > environment; ls /proc/self/fd | wc -l > files; echo printed; echo printed >&2\n')
        job = self.job(self.stripe, notify={"command": ["./tell.sh", "out file; $(touch injected)"], "secret": "${NOTIFY_SECRET}",
                                            "events": ["started", "finished"]})
        ended = self.run_notified(job, expect=0)
        self.assertNotIn("printed", ended.err + ended.out)
        told = (self.folder / "out file; $(touch injected)").read_text().splitlines()
        self.assertEqual([self.judged(line)["event"] for line in told], ["started", "finished"])
        environment = (self.folder / "environment").read_text()
        self.assertIn("HOME=", environment)
        for secret in (KEY, SECRET, "STRIPE_SECRET_KEY", "NOTIFY_SECRET"):
            self.assertNotIn(secret, environment)
        self.assertFalse((self.folder / "injected").exists())
        self.assertLessEqual(int((self.folder / "files").read_text()), 4, "files of the run were handed down")

    def test_commands_that_fail_hang_or_are_not_there(self):
        self.script("exit 3\n")
        for command, timeout, word in ((["./tell.sh"], "10s", "exited with 3"), (["./missing"], "10s", "cannot be started"),
                                       (["sleep", "600"], "200ms", "killed")):
            job = self.job(self.stripe, notify={"command": command, "events": ["finished"], "timeout": timeout})
            ended = self.run_job(job, expect=0)
            self.assertIn("not_notified", ended.err, command)
            self.assertIn(word, ended.err, command)

    def test_a_run_that_never_began_tells_how_it_finished(self):
        self.script("cat >> told\n")
        job = self.job(self.stripe, notify={"command": ["./tell.sh"]},
                       stripe={"api_key": "${STRIPE_SECRET_KEY}", "api_base": self.stripe.base, "platform_account": "acct_Other"})
        self.run_job(job, expect=5)
        told = [self.judged(line) for line in (self.folder / "told").read_text().splitlines()]
        self.assertEqual([(one["event"], one["state"]["outcome"]) for one in told], [("finished", "refused")])

    def test_what_the_job_file_must_say(self):
        for notify, word in (({"url": "https://h.example/x"}, "not signed"), ({"url": "http://h.example/x", "secret": SECRET}, "unencrypted"),
                             ({"url": "https://h.example/x", "secret": "short"}, "16 characters"),
                             ({"command": ["x"], "events": ["ended"]}, "not known"), ({"url": "https://h.example/x?a=1", "secret": SECRET}, "query"),
                             ({"url": "https://h.example/x", "secret_file": "missing"}, "does not exist")):
            ended = self.payferry("validate", self.job(self.stripe, notify=notify))
            self.assertEqual(ended.code, 2, notify)
            self.assertIn(word, ended.err, notify)
            self.assertNotIn(SECRET, ended.err)
        # Who only looks needs no secret.
        job = self.job(self.stripe, notify={"url": "https://h.example/x", "secret": "${NOTIFY_SECRET}"})
        self.assertEqual(self.payferry("status", job).code, 0)


class Metrics(support.EndToEnd):
    def setUp(self):
        super().setUp()
        self.stripe = self.stand_in()

    def values(self, text):
        """By name with its labels in order."""
        found = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, labels, value = re.fullmatch(r"(\w+)\{(.*)\} (\S+)", line).groups()
                found[f"{name}{{{','.join(sorted(labels.split(',')))}}}"] = value
        return found

    def test_a_pushgateway_gets_them_on_the_way_and_at_the_end(self):
        gateway = Receiver(self)
        self.stripe.rule(lambda request: support.Fault("slow", seconds=0.02))
        self.csv(lines(60))
        job = self.job(self.stripe, limits={"in_flight": 1}, metrics={"push_gateway": gateway.base + "/gw", "interval": "100ms"})
        self.run_job(job, expect=0)
        self.assertGreater(len(gateway.got), 2)
        for method, path, headers, body in gateway.got:
            self.assertEqual((method, path), ("PUT", "/gw/metrics/job/payferry/payferry_job/job"))
            self.assertTrue(headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            self.assert_no_leak(body.decode(), "push")
        first, last = (self.values(gateway.got[at][3].decode()) for at in (0, -1))
        self.assertEqual(first['payferry_run_active{payferry_job="job"}'], "1")
        self.assertEqual(last['payferry_run_active{payferry_job="job"}'], "0")
        self.assertEqual(last['payferry_run_outcome{outcome="complete",payferry_job="job"}'], "1")
        self.assertEqual(last['payferry_items{payferry_job="job",state="succeeded"}'], "60")

    def test_a_textfile_is_whole_at_every_moment(self):
        self.csv(lines(30))
        (self.folder / "collector").mkdir()
        job = self.job(self.stripe, metrics={"textfile": "collector/payferry.prom", "interval": "100ms"})
        self.run_job(job, expect=0)
        self.assertEqual(os.listdir(self.folder / "collector"), ["payferry.prom"])
        file = self.folder / "collector/payferry.prom"
        self.assertEqual(file.stat().st_mode & 0o777, 0o644)
        values = self.values(file.read_text())
        self.assertEqual(values['payferry_run_outcome{outcome="complete",payferry_job="job"}'], "1")
        self.assertEqual(values['payferry_items{payferry_job="job",state="succeeded"}'], "30")

    def test_none_of_them_stops_a_run(self):
        self.csv(lines(3))
        job = self.job(self.stripe, metrics={"textfile": "no/such/folder.prom", "push_gateway": "http://127.0.0.1:9/"})
        ended = self.run_job(job, expect=0)
        self.assertIn("metrics_not_written", ended.err)
        self.assertIn("metrics_not_pushed", ended.err)
        gateway = Receiver(self, answers=[500, 500, 500])
        self.assertIn("500", self.run_job(self.job(self.stripe, metrics={"push_gateway": gateway.base})).err)
        for metrics, word in (({"textfile": "x.txt"}, ".prom"), ({"push_gateway": "gateway:9091"}, "http")):
            ended = self.payferry("validate", self.job(self.stripe, metrics=metrics))
            self.assertEqual(ended.code, 2, metrics)
            self.assertIn(word, ended.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
