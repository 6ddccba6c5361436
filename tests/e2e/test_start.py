"""Before anything is sent: keys, platforms, servers and certificates that are wrong. Exit code and message, soon, and no
key in either."""

import shutil
import socket
import subprocess
import time
import unittest

import support
from support import KEY, PLATFORM, Answer, Fault, error, lines


class Start(support.EndToEnd):
    def setUp(self):
        super().setUp()
        self.csv(lines(3))

    def refused(self, job, said, seconds=30, **more):
        ended = self.run_job(job, expect=5, **more)
        self.assertLess(ended.seconds, seconds)
        for word in [said] if isinstance(said, str) else said:
            self.assertIn(word, ended.err)
            self.assertIn(word, ended.summary["reason"])
        return ended

    def test_keys(self):
        stripe = self.stand_in()
        job = self.job(stripe)
        ended = self.run_job(job, key=None, expect=2)
        self.assertIn("STRIPE_SECRET_KEY", ended.err)
        self.assertIn("job.yaml:", ended.err)
        for key in ("", "pk_test_51SecretOfTheTests", "nonsense 51SecretOfTheTests", "sk_test_", "sk_test_a\nb",
                    "51SecretOfTheTests"):
            self.run_job(job, key=key, expect=2)
        self.assertEqual(stripe.requests, [])

        stripe.rule(lambda request: Fault("answer", error(401, message=f"Invalid API Key provided: {KEY}")))
        self.refused(job, "Stripe refuses the API key", 10)
        stripe.rules[:] = [lambda request: Fault("answer", error(
            401, "api_key_expired", "Expired API Key provided: sk_test_*********00zz"))]
        self.refused(job, "api_key_expired", 10)
        stripe.rules[:] = [lambda request: Fault("answer", error(
            403, None, f"The provided key '{KEY}' does not have the required permissions for this endpoint."))]
        self.refused(job, "permission", 10)
        self.assertEqual(stripe.writes, [])

    def test_a_key_from_a_file(self):
        stripe = self.stand_in()
        self.write("key", KEY + "\nignored\n").chmod(0o600)
        job = self.job()
        job.write_text(f'job: job\nsource: {{csv: in.csv}}\nstripe: {{api_key_file: key, api_base: "{stripe.base}"}}\n'
                       'metrics: {listen: none}\n')
        self.run_job(job, key=None, expect=0)
        self.assertEqual(len(stripe.attached()), 3)

    def test_a_key_of_another_platform(self):
        stripe = self.stand_in()
        ended = self.refused(self.job(stripe, stripe={"platform_account": "acct_1Other"}), ["acct_1Other", PLATFORM], 10)
        self.assertIn("stripe.platform_account", ended.err)
        self.assertEqual(stripe.writes, [])
        self.assertFalse((self.folder / "ledger.db").exists())
        self.run_job(self.job(stripe, stripe={"platform_account": PLATFORM}), expect=0)

    def test_a_live_key_needs_live(self):
        stripe = self.stand_in()
        live = "sk_live_51SecretOfTheTests00"
        job = self.job(stripe)
        ended = self.run_job(job, key=live, expect=2)
        self.assertIn("--live", ended.err)
        self.assertEqual(stripe.requests, [])
        self.run_job(job, "--live", key=live, expect=0)
        self.write("key.yaml", f"job: job\nsource: {{csv: in.csv}}\nledger: ledger.db\nmetrics: {{listen: none}}\n"
                   f'stripe: {{api_key: {live}, api_base: "{stripe.base}"}}\n')
        self.run_job(self.folder / "key.yaml", expect=2)
        self.assertIn("warning: stripe.api_key", self.run_job(self.folder / "key.yaml", "--live", expect=0).err)

    def test_http_goes_to_loopback_only(self):
        for base in ("http://api.stripe.com", "http://192.0.2.1:80", "http://127.0.0.1.example.com", "http://0.0.0.0:1",
                     "http://[2001:db8::1]", "ftp://127.0.0.1", "http://user:51SecretOfTheTests@127.0.0.1",
                     "https://api.stripe.com/v1", "api.stripe.com", "http://127.0.0.1:0", "http://127.0.0.1:99999"):
            with self.subTest(base):
                ended = self.run_job(self.job(base), expect=2)
                self.assertIn("stripe.api_base", ended.err)
                self.assertLess(ended.seconds, 5)

    def test_servers_that_are_not_there(self):
        """All at once, because each of them may take half a minute."""
        free = socket.socket()
        free.bind(("127.0.0.1", 0))  # bound, not listening: refuses
        silent = socket.create_server(("127.0.0.1", 0), backlog=64)  # takes connections, never answers
        self.addCleanup(free.close)
        self.addCleanup(silent.close)
        half = self.stand_in()
        half.rule(lambda request: Fault("truncated"))
        down = self.stand_in()
        down.rule(lambda request: Fault("answer", error(503)))
        web = self.stand_in()
        web.rule(lambda request: Fault("answer", Answer(200, b"<html>Welcome</html>")))
        throttling = self.stand_in()
        throttling.rule(lambda request: Fault("answer", error(429, "rate_limit")))
        slow = self.stand_in()
        slow.rule(lambda request: Fault("stall_before"))
        cases = {
            "refuses": f"http://127.0.0.1:{free.getsockname()[1]}",
            "silent": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "silent-tls": f"https://127.0.0.1:{silent.getsockname()[1]}",
            "unknown-name": "https://nobody.invalid",
            "half": half, "down": down, "web": web, "throttling": throttling, "slow": slow,
        }
        started = {}
        for name, server in cases.items():
            job = self.job(server, name=name, ledger=f"{name}.db", stripe={"timeout": "5m"})
            started[name] = self.start_job(job)
            validate = self.start("validate", job, "--online")
            started[name].validate = validate
        for name, process in started.items():
            with self.subTest(name):
                ended = self.finish(process, 40, process.summary)
                self.assertEqual(ended.code, 5, ended)
                self.assertLess(ended.seconds, 31, ended)
                self.assertIn("stripe.api_base", ended.err)
                self.assertEqual(ended.summary["outcome"], "refused")
                self.assertTrue(ended.summary["reason"])
                self.assertEqual(self.finish(process.validate, 40).code, 5)

    def test_a_signal_during_the_first_contact(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("stall_before"))
        process = self.start_job(self.job(stripe))
        self.wait_for(lambda: stripe.requests, "the first contact")
        process.terminate()
        ended = self.finish(process, 10, process.summary)
        self.assertEqual(ended.code, 4, ended)
        self.assertLess(ended.seconds, 10)

    def test_what_was_done_before_is_in_the_summary_of_a_run_that_finds_no_server(self):
        stripe = self.stand_in()
        job = self.job(stripe)
        self.run_job(job, "--limit", 1, expect=4)
        before = self.status(job)["items"]
        self.assertEqual(before["succeeded"], 1)
        stripe.rule(lambda request: Fault("answer", error(401)))
        ended = self.run_job(job, expect=5)
        self.assertEqual(ended.items, before)
        self.assertEqual(self.status(job)["items"], before)


@unittest.skipUnless(shutil.which("openssl"), "the openssl program is needed to make certificates")
class Certificates(support.EndToEnd):
    def certificate(self, name, *options, subject="/CN=localhost"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", subject, *options],
                       cwd=self.folder, check=True, capture_output=True)
        return {"certificate": self.folder / f"{name}.pem", "key": self.folder / f"{name}.key"}

    def test_certificates(self):
        self.csv(lines(3))
        own = self.certificate("own", "-addext", "subjectAltName=IP:127.0.0.1")
        other = self.certificate("other", "-addext", "subjectAltName=DNS:example.com,IP:127.0.0.2")
        subprocess.run(["openssl", "req", "-new", "-key", "own.key", "-subj", "/CN=x", "-out", "own.csr"],
                       cwd=self.folder, check=True, capture_output=True)
        self.write("san", "subjectAltName=IP:127.0.0.1\n")
        subprocess.run(["openssl", "x509", "-req", "-in", "own.csr", "-signkey", "own.key", "-days", "-1", "-extfile", "san",
                        "-out", "expired.pem"], cwd=self.folder, check=True, capture_output=True)
        expired = {"certificate": self.folder / "expired.pem", "key": own["key"]}
        for name, server, trusted, said in [("not trusted", own, None, "cannot be trusted"),
                                            ("wrong host", other, "other.pem", "mismatch"),
                                            ("expired", expired, "expired.pem", "expired"),
                                            ("signed by another", own, "other.pem", "cannot be trusted")]:
            with self.subTest(name):
                stripe = self.stand_in(**server)
                options = {"ca_file": trusted} if trusted else {}
                ended = self.run_job(self.job(stripe, stripe=options), expect=5)
                self.assertIn(said, ended.err)
                self.assertLess(ended.seconds, 30)
                self.assertEqual(stripe.requests, [], "the key went to someone who is not trusted")
        with self.subTest("trusted"):
            stripe = self.stand_in(**own)
            self.run_job(self.job(stripe, stripe={"ca_file": "own.pem"}), expect=0)
            self.assertEqual(len(stripe.attached()), 3)
        with self.subTest("no CA file"):
            self.run_job(self.job(stripe, stripe={"ca_file": "missing.pem"}), expect=2)
            self.write("empty.pem", "")
            self.run_job(self.job(stripe, stripe={"ca_file": "empty.pem"}), expect=2)

    def test_a_redirect_is_not_followed(self):
        """Not even to a place without TLS: the key would go there, and the write be done twice."""
        self.csv(lines(3))
        stripe, elsewhere = self.stand_in(**self.certificate("own", "-addext", "subjectAltName=IP:127.0.0.1")), self.stand_in()
        redirected = [lambda request: True]
        stripe.rule(lambda request: Fault("answer", Answer(307, {}, (("Location", elsewhere.base + request.target),)))
                    if redirected[0](request) else None)
        job = self.job(stripe, stripe={"ca_file": "own.pem"}, retry={"attempts": 2})
        ended = self.run_job(job, expect=5)
        self.assertLess(ended.seconds, 30)
        self.assertIn("HTTP 307", ended.err)
        self.assertIn("redirects are not followed", ended.err)
        redirected[0] = lambda request: request.step == "clone"
        ended = self.run_job(job, expect=4)
        self.assertEqual(ended.counts(), {"pending": 3})
        self.assertEqual(elsewhere.requests, [], "a redirect was followed")

    def test_the_simulator_over_tls_with_connections_that_end_after_a_few_answers(self):
        own = self.certificate("own", "-addext", "subjectAltName=IP:127.0.0.1")
        stripe = self.simulator("--tls-cert", own["certificate"], "--tls-key", own["key"], "--csv", "in.csv", "--customers",
                                30, "--methods-per-customer", 2, "--requests-per-connection", 3)
        stripe.base = stripe.base.replace("http:", "https:")
        self.run_job(self.job(stripe, stripe={"ca_file": "own.pem"}), expect=0)


if __name__ == "__main__":
    support.main()
