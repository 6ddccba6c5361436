"""payferry plan: it tells exactly what the run then does, and does nothing itself."""

import collections
import json
import re
import sqlite3

import schema
import support
from support import MAIL, PERSON, lines, refuse

READS = ((r"/v1/account", "get_own_account"), (r"/v1/accounts/[^/]+", "get_account"), (r"/v1/customers", "list_customers"),
         (r"/v1/customers/[^/]+/payment_methods", "list_payment_methods"), (r"/v1/customers/[^/]+", "get_customer"),
         (r"/v1/payment_methods/[^/]+", "get_payment_method"))


def endpoint_of(request):
    if request.method != "GET":
        return request.step
    return next(name for pattern, name in READS if re.fullmatch(pattern, request.path))


class Plan(support.EndToEnd):
    def plan(self, job, *args, expect=0, **more):
        ended = self.payferry("plan", job, "--json", *args, **more)
        self.assertEqual(ended.code, expect, ended)
        found = json.loads(ended.out)
        if schema.jsonschema:
            self.assertEqual(schema.faults("plan", found), [], ended)
        self.assertEqual(sum(found["decisions"].values()), found["input"]["entries"], ended)
        return found

    def assert_foretold(self, stripe, job, expect=0):
        """The run makes exactly the calls that were planned, and then nothing is left to plan."""
        planned = self.plan(job)
        before = len(stripe.requests)
        ended = self.run_job(job, expect=expect)
        made = collections.Counter(endpoint_of(request) for request in stripe.requests[before:])
        self.assertEqual(planned["calls"]["by_endpoint"], dict(made), (planned, ended))
        self.assertEqual(planned["calls"]["total"], sum(made.values()))
        self.assertEqual(planned["events"]["customer.created"], made["create_customer"])
        self.assertEqual(planned["decisions"]["duplicate"], ended.items["duplicate"])
        self.assertEqual(planned["decisions"]["rejected"], ended.items["rejected"])
        self.assertEqual(planned["decisions"]["clone"] + planned["decisions"]["pending"],
                         ended.summary["run"]["succeeded"] - planned["elsewhere"])
        after = self.plan(job)
        self.assertEqual(after["calls"]["by_endpoint"], {"get_own_account": 1}, after)
        return planned

    def test_a_fresh_job_with_customers_to_make(self):
        stripe = self.stand_in()
        self.csv(lines(5, 3, ("acct_A", "acct_B")))
        planned = self.assert_foretold(stripe, self.job(stripe))
        self.assertEqual(planned["calls"]["by_endpoint"],
                         {"clone": 15, "create_customer": 5, "attach": 10, "get_own_account": 1, "get_account": 2,
                          "list_customers": 2})
        self.assertFalse(planned["ledger_exists"])

    def test_defaults_marked_first_and_none(self):
        for rule in ("marked", "first", "none"):
            with self.subTest(rule):
                stripe = self.stand_in()
                rows = [(*row, "true" if index % 2 else "") for index, row in enumerate(lines(6, 3))]
                self.csv(rows, header=("customer", "payment_method", "account", "default"))
                job = self.job(stripe, name=f"job-{rule}", ledger=f"{rule}.db", target={"set_default": rule})
                self.assert_foretold(stripe, job)

    def test_customers_that_exist_and_none(self):
        stripe = self.stand_in()
        stripe.add_customer("acct_A", "cus_there")
        self.csv([("cus_1", "pm_1", "acct_A", "cus_there"), ("cus_1", "pm_2", "acct_A", ""), ("cus_2", "pm_3", "acct_B", "")],
                 header=("customer", "payment_method", "account", "target_customer"))
        self.assert_foretold(stripe, self.job(stripe, target={"other_customers": "ignore"}))
        stripe = self.stand_in()
        self.assert_foretold(stripe, self.job(stripe, name="none", ledger="none.db", target={"customer": "none"}))

    def test_a_customers_file(self):
        stripe = self.stand_in()
        stripe.add_customer("acct_A", "cus_there")
        self.csv(lines(3, 2))
        self.write("customers.csv", "account,customer,target_customer\nacct_A,cus_1,cus_there\n")
        planned = self.assert_foretold(stripe, self.job(stripe, target={"customers_file": "customers.csv"}))
        self.assertEqual(planned["calls"]["by_endpoint"]["create_customer"], 2)

    def test_types_fan_out_duplicates_and_bad_lines(self):
        stripe = self.stand_in()
        rows = [("cus_1", "pm_1", "card", ""), ("cus_1", "pm_bank", "us_bank_account", ""), ("cus_2", "pm_2", "sepa_debit", ""),
                ("cus_1", "pm_1", "card", "again"), (PERSON, "pm_3", "card", MAIL), ("cus_3", "oops", "card", MAIL)]
        self.csv(rows, header=("customer", "payment_method", "type", "note"))
        job = self.job(stripe, target={"accounts": ["acct_A", "acct_B", "acct_C"], "preflight": "off"})
        planned = self.assert_foretold(stripe, job, expect=3)
        self.assertEqual(planned["decisions"], {"clone": 6, "pending": 0, "done": 0, "skipped": 3, "failed": 0, "blocked": 0,
                                                "duplicate": 3, "rejected": 2})
        self.assertEqual(sorted(bad["lines"] for bad in planned["bad_lines"]), [[6], [7]])
        self.assertEqual([warning["code"] for warning in planned["warnings"]], ["ach_authorisation_missing"])

    def test_a_job_that_is_half_done(self):
        stripe = self.stand_in()
        self.csv(lines(8, 3, ("acct_A", "acct_B")))
        job = self.job(stripe)
        self.run_job(job, "--limit", "10", expect=4)
        planned = self.assert_foretold(stripe, job)
        self.assertEqual(planned["decisions"]["done"], 10)

    def test_failed_items_that_were_mended(self):
        stripe = self.stand_in()
        stripe.always("create_customer", refuse(400, "email_invalid", "no", param="email"),
                      lambda request: "bad" in request.param("email"))
        header = ("customer", "payment_method", "account", "email")
        rows = [(c, p, a, "bad" if c == "cus_1" else "") for c, p, a in lines(3, 2)]
        self.csv(rows, header=header)
        job = self.job(stripe)
        self.run_job(job, expect=3)
        self.assertEqual(self.plan(job)["decisions"]["failed"], 2)
        self.csv([(c, p, a, "good" if c == "cus_1" else "") for c, p, a in lines(3, 2)], header=header)
        planned = self.assert_foretold(stripe, job)
        self.assertEqual(planned["amended"], 2)

    def test_what_another_job_left_pending_is_moved_too(self):
        stripe = self.stand_in()
        self.csv(lines(4, 2))
        self.run_job(self.job(stripe, name="first"), "--limit", "1", expect=4)
        self.csv(lines(6, 2)[8:], name="other.csv")
        planned = self.assert_foretold(stripe, self.job(stripe, name="second", source="other.csv"))
        self.assertEqual(planned["elsewhere"], 7)

    def test_a_customer_named_twice_differently_is_rejected(self):
        stripe = self.stand_in()
        for name in ("cus_x", "cus_y"):
            stripe.add_customer("acct_A", name)
        self.csv([("cus_1", "pm_1", "acct_A", ""), ("cus_1", "pm_2", "acct_A", "cus_x"), ("cus_1", "pm_3", "acct_A", "cus_y")],
                 header=("customer", "payment_method", "account", "target_customer"))
        planned = self.assert_foretold(stripe, self.job(stripe, target={"other_customers": "ignore"}), expect=3)
        self.assertEqual([bad["lines"] for bad in planned["bad_lines"]], [[4]])

    def test_online_asks_and_never_writes(self):
        stripe = self.stand_in()
        self.csv(lines(3, 2, ("acct_A", "acct_B")))
        planned = self.plan(self.job(stripe), "--online")
        self.assertEqual(stripe.writes, [])
        self.assertEqual({request.method for request in stripe.requests}, {"GET"})
        self.assertEqual([account["account"] for account in planned["online"]["accounts"]], ["acct_A", "acct_B"])
        self.assertTrue(all(account["ready"] for account in planned["online"]["accounts"]))
        self.assertEqual(planned["online"]["sample"]["asked"], 6)

    def test_online_with_real_originals(self):
        simulator = self.simulator("--accounts", "2", "--customers", "10", "--csv", self.folder / "in.csv")
        planned = self.plan(self.job(simulator), "--online")
        sample = planned["online"]["sample"]
        self.assertEqual((sample["asked"], sample["found"], sample["attached"]), (10, 10, 10))
        self.assertNotIn("originals_missing", [warning["code"] for warning in planned["warnings"]])

    def test_online_says_where_the_list_is_of_another_platform(self):
        simulator = self.simulator("--accounts", "2", "--customers", "10")
        self.csv([("cus_1", "pm_nobodys1", "acct_A"), ("cus_1", "pm_nobodys2", "acct_A")])
        planned = self.plan(self.job(simulator), "--online")
        self.assertIn("originals_missing", [warning["code"] for warning in planned["warnings"]])

    def test_a_key_that_stripe_refuses(self):
        stripe = self.stand_in()
        stripe.always("own_account", refuse(401, "api_key_expired", "Expired API Key"))
        self.csv(lines(1))
        ended = self.payferry("plan", self.job(stripe), "--online")
        self.assertEqual(ended.code, 5, ended)

    def test_without_a_key_and_without_a_network(self):
        self.csv(lines(2))
        planned = self.plan(self.job("http://127.0.0.1:1"), key=None)
        self.assertEqual(planned["decisions"]["clone"], 2)
        self.assertFalse((self.folder / "ledger.db").exists())

    def test_while_a_run_is_going_on(self):
        stripe = self.stand_in()
        stripe.always("clone", support.Fault("slow", seconds=0.3))
        self.csv(lines(40, 2))
        job = self.job(stripe, limits={"in_flight": 2})
        process = self.start_job(job)
        self.wait_for(lambda: len(stripe.of("create_customer")) > 1, "the first customers")
        planned = self.plan(job)
        self.assertEqual(planned["input"]["lines"], 80)
        process.terminate()
        self.finish(process, summary=process.summary)

    def test_ledgers_that_cannot_be_read(self):
        stripe = self.stand_in()
        self.csv(lines(2))
        job = self.job(stripe)
        self.run_job(job, expect=0)
        database = sqlite3.connect(self.folder / "ledger.db")
        database.execute("PRAGMA user_version = 99")
        database.close()
        ended = self.payferry("plan", job)
        self.assertEqual(ended.code, 6, ended)
        self.assertIn("version", ended.err)
        self.write("ledger.db", "no ledger at all, but long enough to be one" * 100)
        self.assertEqual(self.payferry("plan", job).code, 6)

    def test_wrong_inputs(self):
        self.csv(lines(1), header=("customer", "method", "account"))
        self.assertEqual(self.payferry("plan", self.job("http://127.0.0.1:1")).code, 2)
        self.assertEqual(self.payferry("plan", self.folder / "none.yaml").code, 2)

    def test_the_page_for_people(self):
        self.csv([*lines(500, 2), (PERSON, "pm_1", "acct_A")])
        ended = self.payferry("plan", self.job("http://127.0.0.1:1", limits={"global": 2, "endpoint": 2}))
        self.assertEqual(ended.code, 0, ended)
        for said in ("nothing was written", "1,000", "what if", "payment_method.attached", "limits.global is below"):
            self.assertIn(said, ended.out)
        self.assert_no_leak(ended.out, "plan")

    def test_the_time_at_a_limit(self):
        """Within 5 %, in one of a few attempts: other programs on the machine may make a run slower, never faster."""
        stripe = self.stand_in()
        apart = []
        for attempt in range(4):
            self.csv(lines(60, 1, (f"acct_{attempt}",)))
            job = self.job(stripe, name=f"job-{attempt}", limits={"global": 20, "endpoint": 20})
            planned = self.plan(job, "--latency", "5")
            measured = self.run_job(job, expect=0).summary["seconds"]
            self.assertGreater(measured, planned["forecast"]["seconds"] * 0.95)
            apart.append(measured / planned["forecast"]["seconds"] - 1)
            if apart[-1] < 0.05:
                return
        self.fail(f"not within 5 %: {apart}")


if __name__ == "__main__":
    support.main()
