"""The requests themselves, as a server sees them that shares no code with Payferry."""

import re
import unittest

import support
from support import Answer, Fault, error, lines

ACCOUNTS = ("acct_A", "acct_B", "acct_C")
VERSION = "2026-09-30.endive"


class Requests(support.EndToEnd):
    def test_the_cheapest_calls_and_no_other(self):
        stripe = self.stand_in()
        rows = lines(400, 2, ACCOUNTS)
        self.csv(rows)
        job = self.job(stripe)
        ended = self.run_job(job, expect=0)
        self.assertEqual(stripe.counts(), {"clone": 800, "create_customer": 400, "attach": 400})
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])
        self.assertEqual(len(stripe.made()), 400)
        self.assertEqual(ended.counts(), {"succeeded": 800})
        self.assertEqual(ended.summary["requests"]["by_endpoint"]["clone"], 800)
        self.assertEqual(ended.summary["customers"], {"created": 400, "reused": 0})
        reads = [request for request in stripe.requests if request.method == "GET"]
        self.assertLessEqual(len(reads), 1 + 2 * len(ACCOUNTS), "reads are rationed")

        for again in (job, self.job(stripe, name="another", source="copy.csv")):
            self.csv(rows, "copy.csv")
            before = len(stripe.writes)
            ended = self.run_job(again, expect=0)
            self.assertEqual(len(stripe.writes), before, "a write for what was done already")
            self.assertEqual(ended.counts(), {"succeeded": 800})
            self.assertEqual(ended.summary["run"], {"succeeded": 0, "failed": 0, "blocked": 0})

    def test_every_header_of_every_request(self):
        stripe = self.stand_in()
        self.csv([(*row, "true") for row in lines(12, 2, ACCOUNTS)],
                 header=("customer", "payment_method", "account", "default"))
        self.run_job(self.job(stripe), expect=0)
        self.assertGreater(len(stripe.of("set_default")), 0)
        for request in stripe.requests:
            self.assertEqual(request.protocol, "HTTP/1.1")
            self.assertEqual(request.all("Authorization"), [f"Bearer {support.KEY}"])
            self.assertEqual(request.all("Stripe-Version"), [VERSION])
            self.assertEqual(request.all("Host"), [f"127.0.0.1:{stripe.port}"])
            self.assertEqual(request.all("Accept"), ["application/json"])
            agent = request.header("User-Agent")
            self.assertTrue(agent.startswith("Payferry/") and "Bindings" not in agent, agent)
        for request in stripe.writes:
            self.assertEqual(request.all("Content-Type"), ["application/x-www-form-urlencoded"])
            self.assertEqual(len(request.all("Stripe-Account")), 1)
            self.assertIn(request.account, ACCOUNTS)
            self.assertEqual(len(request.all("Idempotency-Key")), 1)
            self.assertTrue(0 < len(request.key) <= 255)
            self.assertRegex(request.body.decode("ascii"), r"^[A-Za-z0-9._~%&=+\[\]-]*$")
        for request in stripe.requests:
            if request.method == "GET":
                self.assertEqual(request.all("Idempotency-Key"), [])
        self.assertEqual(stripe.of("own_account")[0].all("Stripe-Account"), [])
        keys = [request.key for request in stripe.writes]
        self.assertEqual(len(keys), len(set(keys)), "a key that was used for two pieces of work")

    def test_the_bodies_hold_the_work_and_nothing_else(self):
        stripe = self.stand_in()
        self.csv([("cus_P", "pm_P1", "acct_A", "false", "Ann & Bob=Co", "a+b@c.example", "+1 (2)", "ü/€", ""),
                  ("cus_P", "pm_P2", "acct_A", "true", "x", "y@z.example", "", "", "v"),
                  ("cus_Q", "pm_Q1", "acct_A", "TRUE", "", "", "", "", "")],
                 header=("customer", "payment_method", "account", "default", "name", "email", "phone", "metadata.plan",
                         "metadata.x y"))
        self.run_job(self.job(stripe), expect=0)
        p, q = [[request for request in stripe.writes if name in str(request)] for name in ("cus_P", "cus_Q")]
        self.assertEqual(p[0].form, [("customer", "cus_P"), ("payment_method", "pm_P1")])
        created = next(request for request in p if request.step == "create_customer")
        clone = created.param("payment_method")
        self.assertEqual(sorted(created.form), sorted([
            ("payment_method", clone), ("metadata[payferry_source_customer]", "cus_P"), ("name", "Ann & Bob=Co"),
            ("email", "a+b@c.example"), ("phone", "+1 (2)"), ("metadata[plan]", "ü/€")]))
        made = stripe.made()["acct_A", "cus_P"][0]
        attach = stripe.of("attach")
        self.assertEqual([request.form for request in attach], [[("customer", made)]])
        default = stripe.of("set_default")
        self.assertEqual([request.path for request in default], [f"/v1/customers/{made}"])
        self.assertEqual(default[0].form, [("invoice_settings[default_payment_method]", attach[0].path.split("/")[3])])
        created = next(request for request in q if request.step == "create_customer")
        self.assertEqual(created.param("invoice_settings[default_payment_method]"), created.param("payment_method"))

    def test_another_ledger_stops_and_a_new_one_repeats_the_work_under_the_same_keys(self):
        stripe = self.stand_in()
        self.csv(lines(10, 2, ACCOUNTS))
        self.run_job(self.job(stripe), expect=0)
        first = {(request.account, request.path, request.body, request.key) for request in stripe.of("clone")}
        before = len(stripe.writes)
        other = self.job(stripe, name="other", ledger="elsewhere/led.db")
        self.run_job(other, expect=6)
        self.assertEqual(len(stripe.writes), before, "another ledger's account was written to")
        self.run_job(other, "--new-ledger", expect=0)
        again = [request for request in stripe.writes[before:] if request.step == "clone"]
        second = {(request.account, request.path, request.body, request.key) for request in again}
        self.assertEqual(first, second, "a lost ledger would duplicate")
        self.assertEqual([request for request in stripe.writes[before:] if request.step == "create_customer"], [])
        self.assert_exactly_once(stripe)

    def test_a_request_is_sent_again_byte_by_byte(self):
        stripe = self.stand_in()
        for step in ("clone", "create_customer", "attach", "set_default"):
            for kind in ("reset_after", "truncated", "garbage", "close_after"):
                stripe.once(step, Fault(kind))
            stripe.once(step, Fault("answer", error(503)))
        self.csv([("cus_1", "pm_1", "acct_A", "", "Ann"), ("cus_1", "pm_2", "acct_A", "true", "Ann")],
                 header=("customer", "payment_method", "account", "default", "name"))
        self.run_until_done(self.job(stripe, retry={"attempts": 3}))
        self.assert_exactly_once(stripe, [("acct_A", "pm_1"), ("acct_A", "pm_2")])
        by_key = {}
        for request in stripe.writes:
            by_key.setdefault(request.key, []).append(request)
        self.assertGreater(max(map(len, by_key.values())), 3)
        for sent in by_key.values():
            for request in sent:
                self.assertEqual(request.raw, sent[0].raw)
                self.assertEqual(request.body, sent[0].body)
        default = stripe.customers[stripe.made()["acct_A", "cus_1"][0]]["default"]
        self.assertEqual(stripe.methods[default]["original"], "pm_2")

    def test_what_was_sent_before_is_sent_again_whatever_the_job_says_now(self):
        """A re-send consults neither settings nor input: other API version, other input, other wording."""
        stripe = self.stand_in()
        blocked = [True]
        stripe.rule(lambda request: Fault("reset_after") if request.method == "POST" and blocked[0] else None)
        header = ("customer", "payment_method", "account", "name")
        self.csv([("cus_1", "pm_1", "acct_A", "Ann")], header=header)
        self.run_job(self.job(stripe, retry={"attempts": 2}), expect=4)
        first = stripe.writes[0]
        blocked[0] = False
        self.csv([("cus_2", "pm_2", "acct_A", "Bob")], header=header)
        job = self.job(stripe, stripe={
                                       "api_version": "2025-01-27.acacia"})
        self.run_job(job, expect=0)
        again = [request for request in stripe.writes if request.key == first.key]
        self.assertGreater(len(again), 1)
        self.assertTrue(all(request.raw == first.raw and request.body == first.body for request in again))
        self.assert_exactly_once(stripe, [("acct_A", "pm_1"), ("acct_A", "pm_2")])

    def test_answers_in_every_shape_that_http_allows(self):
        stripe = self.stand_in()
        kinds = ["chunked", "close_announced", "trickle", "early_hint", ""]
        stripe.rule(lambda request: Fault(kinds[request.number % 5]) if kinds[request.number % 5] else None)
        rows = lines(40, 2, ACCOUNTS)
        self.csv(rows)
        self.run_job(self.job(stripe), expect=0)
        self.assertEqual(stripe.counts(), {"clone": 80, "create_customer": 40, "attach": 40})
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])

    def test_answers_that_no_server_should_give_lose_and_duplicate_nothing(self):
        stripe = self.stand_in()
        deep = b'{"a":' * 100000 + b"1" + b"}" * 100000
        strange = [Answer(200, b""), Answer(200, b"null"), Answer(200, b"[]"), Answer(200, b'"pm_1"'),
                   Answer(200, {"id": 7, "object": "payment_method"}), Answer(200, {"id": "", "object": "payment_method"}),
                   Answer(200, {"object": "payment_method"}), Answer(200, {"id": "cus_9", "object": "nonsense"}),
                   Answer(200, {"id": "pm_9", "object": "payment_method", "deleted": True, "customer": {}}),
                   Answer(200, deep), Answer(200, b'{"id":"pm_\xff\xfe","object":"payment_method"}'),
                   Answer(200, b'{"id":"pm_1\\u0000x"'), Answer(204, b""), Answer(302, b"", (("Location", "/x"),)),
                   Answer(400, b""), Answer(400, b"<h1>Bad Gateway</h1>"), Answer(404, b"nginx"),
                   Answer(502, b"<html>"), Answer(400, {"error": "text"}), Answer(400, {"error": {}}),
                   Answer(409, b""), Answer(418, b"teapot"), Answer(500, {"error": {"type": 5, "message": []}}),
                   Answer(200, b"x" * 5_000_000)]
        left = {step: list(strange) for step in ("clone", "create_customer", "attach")}

        @stripe.rule
        def odd(request):
            return Fault("answer", left[request.step].pop()) if left.get(request.step) else None

        rows = lines(40, 3, ACCOUNTS)
        self.csv(rows)
        ended = self.run_until_done(self.job(stripe, retry={"attempts": 3}))
        self.assertEqual(left, {"clone": [], "create_customer": [], "attach": []})
        self.assert_exactly_once(stripe)
        done = len(stripe.attached())
        self.assertEqual(ended.items["succeeded"], done)
        self.assertEqual(ended.items["read"], 120)
        self.assertLessEqual(ended.items["failed"], 9, ended)  # {"error": {}} may be taken for a refusal


if __name__ == "__main__":
    support.main()
