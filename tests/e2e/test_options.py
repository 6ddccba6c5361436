"""What job file and command line choose, and what each choice sends."""

import json
import re

import support
from support import Fault, error, lines, refuse

HEADER = ("customer", "payment_method", "account", "target_customer", "default", "type")


class Options(support.EndToEnd):
    def move(self, rows, header=HEADER, args=(), expect=0, originals=None, customers=(), **sections):
        self.stripe = self.stand_in()
        self._jobs = getattr(self, "_jobs", 0) + 1
        for account, id in customers:
            self.stripe.add_customer(account, id)
        self.csv(rows, header=header)
        self.job_file = self.job(self.stripe, name=f"job-{self._jobs}", ledger=f"{self._jobs}.db", **sections)
        self.ended = self.run_job(self.job_file, *args, expect=expect)
        return self.stripe.counts()

    def default_of(self, account, source):
        customer = self.stripe.customers[self.stripe.made()[account, source][0]]
        return self.stripe.methods[customer["default"]]["original"] if customer["default"] else None

    def test_customer_existing_and_a_filled_target(self):
        rows = [("cus_1", "pm_1", "acct_A", "cus_There", "", ""), ("cus_1", "pm_2", "acct_A", "cus_There", "true", ""),
                ("cus_2", "pm_3", "acct_A", "", "", "")]
        for policy, expect, counts in (("existing", 3, {"clone": 2, "attach": 2, "set_default": 1}),
                                       ("create", 0, {"clone": 3, "attach": 2, "set_default": 1, "create_customer": 1})):
            self.assertEqual(self.move(rows, customers=[("acct_A", "cus_There")], expect=expect,
                                       target={"customer": policy}), counts)
            self.assertEqual(self.stripe.customers["cus_There"]["default"],
                             self.stripe.attached()["acct_A", "pm_2"][0])
            self.assertEqual(self.ended.summary["customers"], {"created": 1 if policy == "create" else 0, "reused": 1})
            self.assert_exactly_once(self.stripe)
        self.move(rows, header=HEADER, expect=2, target={"customer": "all"})
        self.move([row[:3] for row in rows], header=HEADER[:3], expect=2, target={"customer": "existing"})

    def test_customer_none_leaves_one_unattached_clone(self):
        self.assertEqual(self.move(lines(4, 2), HEADER[:3], target={"customer": "none"}), {"clone": 8})
        self.assertEqual(self.ended.counts(), {"succeeded": 8})
        rows = self.mapping(self.job_file)
        self.assertEqual({row["source_id_new"] for row in rows}, set(self.stripe.methods))
        self.assertEqual({row["customer_id_new"] for row in rows}, {""})

    def test_which_card_becomes_the_default(self):
        rows = [("cus_1", "pm_1", "acct_A", "", "", ""), ("cus_1", "pm_2", "acct_A", "", "true", ""),
                ("cus_2", "pm_3", "acct_A", "", "true", ""), ("cus_3", "pm_4", "acct_A", "", "false", "")]
        for rule, counts, defaults in (
                ("marked", {"clone": 4, "create_customer": 3, "attach": 1, "set_default": 1}, ["pm_2", "pm_3", None]),
                ("first", {"clone": 4, "create_customer": 3, "attach": 1}, ["pm_1", "pm_3", "pm_4"]),
                ("none", {"clone": 4, "create_customer": 3, "attach": 1}, [None, None, None])):
            with self.subTest(rule):
                self.assertEqual(self.move(rows, target={"set_default": rule}), counts)
                self.assertEqual([self.default_of("acct_A", f"cus_{number}") for number in (1, 2, 3)], defaults)

    def test_unattached_originals(self):
        rows = [("", "pm_1", "acct_A"), ("cus_2", "pm_2", "acct_A"), ("", "pm_3", "acct_A")]
        self.assertEqual(self.move(rows, HEADER[:3], expect=3), {"clone": 1, "create_customer": 1})
        self.assertEqual(self.ended.counts(), {"rejected": 2, "succeeded": 1})
        self.assertEqual(self.move(rows, HEADER[:3], target={"unattached_originals": "consume"}),
                         {"clone": 3, "create_customer": 3})
        clones = {request.param("payment_method"): dict(request.form) for request in self.stripe.of("clone")}
        self.assertEqual(clones["pm_1"], {"payment_method": "pm_1"})
        self.assertEqual({source for _, source in self.stripe.made()}, {"pm_1", "cus_2", "pm_3"})
        self.assertEqual(self.move([("pm_1", "acct_A")], ("payment_method", "account"),
                                   target={"unattached_originals": "consume"}), {"clone": 1, "create_customer": 1})

    def test_types(self):
        rows = [("cus_1", "pm_1", "acct_A", "", "", "card"), ("cus_1", "pm_bank", "acct_A", "", "", "us_bank_account"),
                ("cus_1", "pm_link", "acct_A", "", "", "link"), ("cus_2", "pm_4", "acct_A", "", "", "")]
        self.assertEqual(self.move(rows), {"clone": 3, "create_customer": 2, "attach": 1})
        self.assertEqual(self.ended.counts(), {"succeeded": 3, "skipped": 1})
        self.assertEqual(self.move(rows, target={"types": ["card"]}), {"clone": 2, "create_customer": 2})
        self.assertEqual(self.ended.counts(), {"succeeded": 2, "skipped": 2})
        # Without a type column the clone's answer tells.
        self.assertEqual(self.move([row[:3] for row in rows], HEADER[:3], target={"types": ["us_bank_account"]}),
                         {"clone": 4, "create_customer": 1})
        self.assertEqual(self.ended.counts(), {"succeeded": 1, "skipped": 3})
        before = len(self.stripe.writes)
        self.run_job(self.job_file, expect=0)
        self.assertEqual(len(self.stripe.writes), before)

    def test_limit_is_exact(self):
        rows = lines(30, 2, ("acct_A", "acct_B"))
        for limit in (0, 1, 7, 60, 61):
            with self.subTest(limit):
                self.move(rows, HEADER[:3], ["--limit", limit], None)
                self.assertEqual(len(self.stripe.of("clone")), min(limit, 60))
                self.assertEqual(self.ended.items["succeeded"], min(limit, 60))
                if limit < 60:
                    self.assertEqual(self.ended.code, 4)
                    self.assertIn("--limit", self.ended.summary["reason"])
                ended = self.run_job(self.job_file, expect=0)
                self.assertEqual(ended.counts(), {"succeeded": 60})
                self.assert_exactly_once(self.stripe, [(account, method) for _, method, account in rows])
        for wrong in ("-1", "x", "1.5", ""):
            self.assertEqual(self.payferry("run", self.job_file, "--limit", wrong).code, 2)

    def test_account_and_type(self):
        rows = [(f"cus_{number}", f"pm_{number}", f"acct_{'ABC'[number % 3]}", "", "", ("card", "us_bank_account")[number % 2])
                for number in range(30)]
        self.move(rows, args=["--account", "acct_A,acct_C"], expect=4)
        self.assertEqual({account for account, _ in self.stripe.attached()}, {"acct_A", "acct_C"})
        self.assertEqual(self.ended.counts(), {"succeeded": 20, "pending": 10})
        self.move(rows, args=["--type", "us_bank_account"], expect=4)
        self.assertEqual(self.ended.counts(), {"succeeded": 15, "pending": 15})
        self.assertEqual(len([line for line in self.ended.err.splitlines() if "items_left_out" in line]), 1, self.ended)
        self.assertRegex(self.ended.err, r"items_left_out.*items=15\b")
        self.move(rows, args=["--account", "acct_B", "--type", "card", "--limit", "3"], expect=4)
        self.assertEqual(self.ended.counts(), {"succeeded": 3, "pending": 27})
        self.assertEqual({account for account, _ in self.stripe.attached()}, {"acct_B"})
        self.run_job(self.job_file, expect=0)
        self.assert_exactly_once(self.stripe, [(row[2], row[1]) for row in rows])
        for args in (["--account", "nobody"], ["--type", "link"], ["--account"], ["--nonsense"], ["more.yaml"]):
            self.assertEqual(self.payferry("run", self.job_file, *args).code, 2, args)

    def test_usage(self):
        self.csv(lines(1))
        job = self.job("http://127.0.0.1:9")
        for args in ([], ["run"], ["nonsense"], ["run", job, "--summary"], ["run", job, "--progress", "much"],
                     ["run", job, "--log-format", "xml"], ["run", "missing.yaml"], ["status"], ["run", self.folder]):
            ended = self.payferry(*args)
            self.assertEqual(ended.code, 2, (args, ended))
            self.assertTrue(ended.err.strip() or ended.out.strip())
        for args in (["--help"], ["--version"], ["run", "--help"], ["status", "--help"]):
            ended = self.payferry(*args)
            self.assertEqual(ended.code, 0)
            self.assertTrue(ended.out.strip())
        self.assertRegex(self.payferry("--version").out, r"^payferry \d+\.\d+")

    def test_every_mistake_of_the_job_file_at_once(self):
        self.write("bad.yaml", "job: Bad Name\nsource:\n  cvs: in.csv\nstripe:\n  api_key: ${NO_SUCH_VARIABLE}\n"
                   "  api_base: http://example.com\nlimits:\n  global: fast\n  in_flight: 0\nretry: 3\n"
                   "target:\n  customer: maybe\n  accounts: [cus_1]\nrun:\n  deadline: tomorrow\nunknown: 1\n")
        for command in ("run", "validate"):
            ended = self.payferry(command, "bad.yaml")
            self.assertEqual(ended.code, 2)
            for line, key in ((1, "job"), (3, "cvs"), (5, "api_key"), (6, "api_base"), (8, "global"), (9, "in_flight"),
                              (10, "retry"), (12, "customer"), (13, "accounts"), (15, "deadline"), (16, "unknown")):
                self.assertRegex(ended.err, rf"bad\.yaml:{line}: \S*{key}", ended.err)
            self.assertIn("NO_SUCH_VARIABLE", ended.err)
        for text in ("", "[]", "a: [", "job: x\njob: y\n", "\t", "job: &a [*a]\n", "---\n---\n", "\0", "\xff"):
            self.write("bad.yaml", text.encode("latin-1"))
            ended = self.payferry("run", "bad.yaml")
            self.assertEqual(ended.code, 2, (text, ended))
            self.assertIn("bad.yaml", ended.err)

    def test_validate(self):
        stripe = self.stand_in()
        self.csv(lines(3))
        job = self.job(stripe)
        self.assertEqual(self.payferry("validate", job).code, 0)
        self.assertEqual(stripe.requests, [])
        ended = self.payferry("validate", job, "--online")
        self.assertEqual(ended.code, 0)
        self.assertIn(support.PLATFORM, ended.out)
        self.write("in.csv", "a,b\n")
        self.assertEqual(self.payferry("validate", job).code, 2)
        self.assertEqual(stripe.writes, [])
        self.assertFalse((self.folder / "ledger.db").exists(), "validate made a ledger")

    def test_a_machine_wide_file_under_the_jobs_own(self):
        stripe = self.stand_in()
        self.csv(lines(2))
        config = self.write("etc/payferry.yaml", json.dumps({
            "stripe": {"api_key": "${STRIPE_SECRET_KEY}", "api_base": stripe.base, "api_version": "2025-01-27.acacia"},
            "limits": {"global": 5000, "endpoint": 5000}, "metrics": {"listen": "none"}}))
        job = self.write("job.yaml", json.dumps({"job": "job", "source": {"csv": "in.csv"}, "ledger": "l.db",
                                                 "stripe": {"api_version": "2026-09-30.endive"}}))
        self.run_job(job, "--config", config, expect=0)
        self.assertEqual({request.header("Stripe-Version") for request in stripe.requests}, {"2026-09-30.endive"})
        self.run_job(job, "--config", "missing.yaml", expect=2)

    def test_in_flight_and_rates_are_kept(self):
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("slow", seconds=0.03))
        self.csv(lines(60, 1, tuple(f"acct_{number}" for number in range(20))))
        self.run_job(self.job(stripe, limits={"in_flight": 5}), expect=0)
        self.assertEqual(stripe.most_in_flight, 5)
        stripe = self.stand_in()
        self.csv(lines(40, 1, ("acct_A", "acct_B")))
        self.run_job(self.job(stripe, name="slow", ledger="slow.db", limits={"global": 40, "endpoint": 20}), expect=0)
        for requests, most in ((stripe.of("clone"), 20), (stripe.writes, 40)):
            times = sorted(request.at for request in requests)
            for first in range(len(times)):
                within = sum(1 for at in times[first:] if at - times[first] < 0.98)
                self.assertLessEqual(within, most * 1.15 + 2)

    def test_one_customer_is_never_changed_by_two_requests_at_once(self):
        stripe = self.stand_in()
        busy, clashes = {}, []

        @stripe.rule
        def watch(request):
            customer = request.param("customer") if request.step == "attach" else ""
            if not customer:
                return None
            now = request.at
            if now < busy.get(customer, 0):
                clashes.append(customer)
            busy[customer] = now + 0.005
            return Fault("slow", seconds=0.005)

        self.csv(lines(5, 20, ("acct_A",)))
        self.run_job(self.job(stripe), expect=0)
        self.assertEqual(clashes, [])
        self.csv([(f"cus_s{number}", f"pm_x{number}", "acct_A", "cus_Shared") for number in range(20)], "shared.csv", HEADER[:4])
        stripe.add_customer("acct_A", "cus_Shared")
        self.run_job(self.job(stripe, name="shared", source="shared.csv"), expect=0)
        self.assertEqual(clashes, [])


if __name__ == "__main__":
    support.main()
