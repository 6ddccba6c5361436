"""Customers that exist on the accounts before us: another ledger's, the platform's own, and somebody else's."""

import json
import unittest
import urllib.parse
import urllib.request

import support

MARK = "payferry_source_customer"


class Account:
    """What stands on one of the simulator's accounts, made by somebody who is not Payferry."""

    def __init__(self, base, id):
        self.base, self.id = base, id

    def call(self, method, path, **form):
        body = urllib.parse.urlencode(form).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, data=body, method=method, headers={
            "Authorization": f"Bearer {support.KEY}", "Stripe-Account": self.id,
            "Content-Type": "application/x-www-form-urlencoded"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def customer(self, **metadata):
        return self.call("POST", "/v1/customers", **{f"metadata[{key}]": value for key, value in metadata.items()})["id"]

    def customers(self):
        found, after = [], ""
        while True:
            page = self.call("GET", "/v1/customers?limit=100" + after)
            found += page["data"]
            if not page["has_more"]:
                return found
            after = "&starting_after=" + found[-1]["id"]

    def card(self, customer, platform_customer, original):
        clone = self.call("POST", "/v1/payment_methods", customer=platform_customer, payment_method=original)["id"]
        self.call("POST", f"/v1/payment_methods/{clone}/attach", customer=customer)
        return clone

    def cards(self, customer):
        return [card["id"] for card in self.call("GET", f"/v1/customers/{customer}/payment_methods?limit=100")["data"]]


class Counterparts(support.EndToEnd):
    def world(self, customers=4, accounts=1, methods=1, *options):
        self.simulation = self.simulator("--customers", customers, "--accounts", accounts, "--methods-per-customer", methods,
                                         "--bank-share", 0, "--csv", "in.csv", *options)
        self.lines = self.rows(self.folder / "in.csv")
        return [Account(self.simulation.base, id) for id in dict.fromkeys(line["account"] for line in self.lines)]

    def made(self):
        return sum(self.simulation.report()["customers_created"].values())

    def expect(self, ended, **counts):
        self.assertEqual(ended.counts(), counts, ended)

    # -- another ledger -------------------------------------------------------------------------------------------

    def test_an_account_that_another_ledger_served_stops_the_run(self):
        here, = self.world()
        self.run_job(self.job(self.simulation), expect=0)
        job = self.job(self.simulation, ledger="other.db")
        before = self.simulation.report()["clones"]
        ended = self.run_job(job, expect=6)
        for word in (here.id, "another ledger served it", "other.db", "--new-ledger"):
            self.assertIn(word, ended.err)
        self.assertEqual(self.simulation.report()["clones"], before)
        self.run_job(job, expect=6)
        self.assertEqual(len(here.customers()), 4)

    def test_a_lost_ledger_is_replaced_and_no_customer_is_made_twice(self):
        for days in (0, 2):
            with self.subTest(days=days):
                here, = self.world(customers=120, methods=2)
                self.run_job(self.job(self.simulation), expect=0)
                # More of them than a page holds, and newer than ours.
                for _ in range(101):
                    here.customer()
                (self.folder / "ledger.db").unlink()
                if days:
                    self.simulation.post(f"advance?seconds={days * 86400}")
                job = self.job(self.simulation)
                ended = self.run_job(job, expect=3)
                self.expect(ended, blocked=240)
                ignoring = self.job(self.simulation, name="ignoring", target={"other_customers": "ignore"})
                self.run_job(ignoring, expect=6)
                ended = self.run_job(job, "--new-ledger", expect=0)
                self.expect(ended, succeeded=240)
                self.assertEqual(ended.summary["customers"], {"created": 0, "reused": 120})
                report = self.simulation.report()
                self.assertEqual(report["duplicate_customers"], 0)
                if not days:
                    self.assertEqual(report["duplicate_clones"], 0)
                (self.folder / "ledger.db").unlink()

    def test_a_takeover_that_was_cut_off_goes_on_without_being_told_again(self):
        here, = self.world(customers=30)
        self.run_job(self.job(self.simulation), expect=0)
        (self.folder / "ledger.db").unlink()
        self.simulation.post("advance?seconds=200000")
        job = self.job(self.simulation)
        self.run_job(job, "--new-ledger", "--limit", 3, expect=4)
        more = self.lines[-1]
        self.write("in.csv", (self.folder / "in.csv").read_text() + ",".join((
            more["customer"], "pm_1Unknown", more["account"], "card", "", "", "")) + "\n")
        ended = self.run_job(job, expect=3)
        self.expect(ended, succeeded=30, failed=1)
        self.assertEqual(self.simulation.report()["duplicate_customers"], 0)
        self.assertEqual(len(here.customers()), 30)

    def test_what_this_ledger_began_is_its_own(self):
        self.world(customers=3)
        self.simulation.fault(step="create_customer", kind="reset_after", times=0)
        job = self.job(self.simulation, retry={"attempts": 1})
        self.run_job(job, expect=4)
        self.simulation.heal()
        self.expect(self.run_job(job, expect=0), succeeded=3)
        self.assertEqual(self.simulation.report()["duplicate_customers"], 0)

    def test_a_takeover_with_the_cards_that_are_there(self):
        here, = self.world(customers=3, methods=2)
        self.run_job(self.job(self.simulation), expect=0)
        (self.folder / "ledger.db").unlink()
        self.simulation.post("advance?seconds=200000")
        ended = self.run_job(self.job(self.simulation, target={"existing_clones": "adopt"}), "--new-ledger", expect=0)
        self.expect(ended, succeeded=6)
        report = self.simulation.report()
        self.assertEqual((report["duplicate_customers"], report["duplicate_clones"]), (0, 0))

    # -- somebody else's customers --------------------------------------------------------------------------------

    def test_unexplained_customers_block_their_account_alone(self):
        here, there = self.world(customers=4, accounts=2)
        here.customer()
        job = self.job(self.simulation)
        ended = self.run_job(job, expect=3)
        self.expect(ended, succeeded=2, blocked=2)
        self.assertEqual((len(here.customers()), len(there.customers())), (1, 2))
        rejects = self.rejects(job)
        self.assertEqual({(row["payferry_account"], row["payferry_code"]) for row in rejects}, {(here.id, "other_customers")})
        self.assertIn("target.other_customers: ignore", rejects[0]["payferry_message"])
        self.expect(self.run_job(job, expect=3), succeeded=2, blocked=2)
        ended = self.run_job(self.job(self.simulation, target={"other_customers": "ignore"}), expect=0)
        self.expect(ended, succeeded=4)
        self.expect(self.run_job(job, expect=0), succeeded=4)

    def test_a_line_explains_them(self):
        here, = self.world(customers=2)
        theirs = here.customer()
        self.csv([(line["customer"], line["payment_method"], line["account"], theirs if at == 0 else "")
                  for at, line in enumerate(self.lines)], header=("customer", "payment_method", "account", "target_customer"))
        self.expect(self.run_job(self.job(self.simulation), expect=0), succeeded=2)
        self.assertEqual(len(here.customers()), 2)

    def test_a_list_that_is_refused_is_a_warning(self):
        here, = self.world()
        here.customer()
        self.simulation.fault(step="list_customers", kind="refuse", status=403, message="No permission.", times=0)
        ended = self.run_job(self.job(self.simulation), expect=0)
        self.assertIn("customers_unread", ended.err)
        self.expect(ended, succeeded=4)
        self.simulation.heal()
        self.expect(self.run_job(self.job(self.simulation, name="again"), expect=0), succeeded=4)

    # -- the file -------------------------------------------------------------------------------------------------

    def counterparts(self, here, name="known.csv", some=None):
        """Customers on the account for some of the platform's, and the file that says so."""
        platform = list(dict.fromkeys(line["customer"] for line in self.lines))[:some]
        known = {customer: here.customer() for customer in platform}
        self.csv([(here.id, old, new) for old, new in known.items()], name, ("account", "customer", "target_customer"))
        return known

    def test_the_file_names_the_customers(self):
        here, = self.world(customers=10, methods=2)
        known = self.counterparts(here, some=7)
        job = self.job(self.simulation, target={"customers_file": "known.csv"})
        ended = self.run_job(job, expect=0)
        self.expect(ended, succeeded=20)
        self.assertEqual(ended.summary["customers"], {"created": 3, "reused": 7})
        self.assertEqual(len(here.customers()), 10)
        for row in self.mapping(job):
            self.assertEqual(row["customer_id_new"], known.get(row["customer_id_old"], row["customer_id_new"]))
        for customer in known.values():
            self.assertEqual(len(here.cards(customer)), 2)

    def test_stripes_columns_are_for_the_only_account(self):
        here, = self.world(customers=2)
        known = self.counterparts(here)
        self.csv(known.items(), "known.csv", ("customer_id_old", "customer_id_new"))
        self.csv([(line["customer"], line["payment_method"]) for line in self.lines], header=("customer", "payment_method"))
        ended = self.run_job(self.job(self.simulation, target={"customers_file": "known.csv", "accounts": [here.id]}), expect=0)
        self.assertEqual(ended.summary["customers"], {"created": 0, "reused": 2})
        ended = self.run_job(self.job(self.simulation, name="two", target={
            "customers_file": "known.csv", "accounts": [here.id, "acct_2"]}), expect=2)
        self.assertIn("known.csv:1", ended.err)
        self.assertIn("exactly one account", ended.err)

    def test_a_wrong_file_stops_before_anything_is_sent(self):
        here, = self.world()
        self.csv([(here.id, "cus_1", "cus_2"), (here.id, "cus_3", "pm_4"), ("x", "cus_5", "cus_6"), (here.id, "cus_1", "cus_7")],
                 "known.csv", ("account", "customer", "target_customer"))
        job = self.job(self.simulation, target={"customers_file": "known.csv"})
        for ended in (self.run_job(job, expect=2), self.payferry("validate", job)):
            self.assertEqual(ended.code, 2)
            for place in ("known.csv:3", "known.csv:4", "known.csv:5"):
                self.assertIn(place, ended.err)
        self.assertEqual(self.simulation.report()["requests"]["total"], 0)
        self.assertFalse((self.folder / "ledger.db").exists())

    def test_a_line_that_contradicts_the_file_is_rejected(self):
        here, = self.world(customers=2)
        self.counterparts(here)
        other = here.customer()
        self.csv([(line["customer"], line["payment_method"], line["account"], other if at == 0 else "")
                  for at, line in enumerate(self.lines)], header=("customer", "payment_method", "account", "target_customer"))
        job = self.job(self.simulation, target={"customers_file": "known.csv"})
        self.expect(self.run_job(job, expect=3), rejected=1, succeeded=1)
        self.assertEqual([row["payferry_code"] for row in self.rejects(job)], ["target_customer_conflict"])

    def test_a_file_that_comes_later_helps_what_waits(self):
        here, = self.world(customers=3)
        known = self.counterparts(here)
        self.run_job(self.job(self.simulation), expect=3)
        job = self.job(self.simulation, target={"customers_file": "known.csv"})
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.summary["customers"], {"created": 0, "reused": 3})
        # What is done stays; only the file's other lines count.
        first = next(iter(known))
        self.csv([(here.id, first, "cus_another"), (here.id, "cus_new", "cus_newer")], "known.csv",
                 ("account", "customer", "target_customer"))
        ended = self.run_job(job, expect=0)
        self.assertIn("customer_contradicts", ended.err)
        self.assertNotIn("customer_contradicts", self.run_job(job, expect=0).err)

    def test_existing_customers_alone(self):
        here, = self.world(customers=3)
        self.counterparts(here, some=2)
        job = self.job(self.simulation, target={"customers_file": "known.csv", "customer": "existing"})
        self.expect(self.run_job(job, expect=3), succeeded=2, failed=1)
        self.assertEqual([row["payferry_code"] for row in self.rejects(job)], ["target_customer_missing"])
        self.assertEqual(self.simulation.report()["clones"]["created"], 2)

    # -- the look -------------------------------------------------------------------------------------------------

    def test_customers_are_found_by_their_metadata(self):
        here, = self.world(customers=130)
        for line in self.lines[:120]:
            here.customer(platform_id=line["customer"])
        here.customer(platform_id="someone else's words")
        job = self.job(self.simulation, target={"find": "metadata:platform_id"})
        ended = self.run_job(job, expect=0)
        self.expect(ended, succeeded=130)
        self.assertEqual(ended.summary["customers"], {"created": 10, "reused": 120})
        self.assertEqual(len(here.customers()), 131)
        self.assertEqual(ended.summary["requests"]["by_endpoint"]["list_customers"], 2)
        # Nothing is open: nothing is asked.
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.summary["requests"]["by_endpoint"].get("list_customers", 0), 0)

    def test_customers_that_came_since_are_found_too(self):
        here, = self.world(customers=6)
        text = (self.folder / "in.csv").read_text().splitlines(keepends=True)
        self.write("in.csv", "".join(text[:4]))
        job = self.job(self.simulation, target={"find": "metadata:platform_id"})
        self.expect(self.run_job(job, expect=0), succeeded=3)
        for line in self.lines[3:]:
            here.customer(platform_id=line["customer"])
        self.write("in.csv", "".join(text))
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.summary["customers"], {"created": 3, "reused": 3})
        self.assertEqual(len(here.customers()), 6)

    def test_lines_that_are_read_after_the_look_are_linked_as_well(self):
        here, = self.world(customers=1500)
        last = self.lines[-1]["customer"]
        theirs = here.customer(platform_id=last)
        job = self.job(self.simulation, target={"find": "metadata:platform_id"})
        self.expect(self.run_job(job, expect=0), succeeded=1500)
        self.assertEqual(len(here.customers()), 1500)
        self.assertEqual(len(here.cards(theirs)), 1)

    def test_of_several_the_oldest_is_taken(self):
        here, = self.world(customers=1)
        oldest, *_ = [here.customer(platform_id=self.lines[0]["customer"]) for _ in range(3)]
        ended = self.run_job(self.job(self.simulation, target={"find": "metadata:platform_id"}), expect=0)
        self.assertIn("several_customers", ended.err)
        self.assertEqual(len(here.cards(oldest)), 1)

    def test_a_look_that_is_refused_blocks_the_account(self):
        here, = self.world(customers=2)
        self.simulation.fault(step="list_customers", kind="refuse", status=403, message="No permission.", times=0)
        job = self.job(self.simulation, target={"find": "metadata:platform_id"})
        self.expect(self.run_job(job, expect=3), blocked=2)
        self.assertEqual({row["payferry_code"] for row in self.rejects(job)}, {"customers_unreadable"})
        self.simulation.heal()
        self.expect(self.run_job(job, expect=0), succeeded=2)

    def test_a_look_without_an_answer_waits_for_another_run(self):
        here, = self.world(customers=2)
        self.simulation.fault(step="list_customers", kind="error_503", times=0)
        job = self.job(self.simulation, target={"find": "metadata:platform_id"})
        self.expect(self.run_job(job, expect=4), pending=2)
        self.simulation.heal()
        self.expect(self.run_job(job, expect=0), succeeded=2)

    # -- cards that are there -------------------------------------------------------------------------------------

    def cards_there(self, rule, expect):
        here, = self.world(customers=3, methods=2)
        known = self.counterparts(here)
        have = {line["payment_method"]: here.card(known[line["customer"]], line["customer"], line["payment_method"])
                for line in self.lines[::2]}
        job = self.job(self.simulation, target={"customers_file": "known.csv", "existing_clones": rule})
        ended = self.run_job(job, expect=0)
        self.expect(ended, **expect)
        return here, known, have, job

    def test_cards_that_are_there_are_skipped(self):
        here, known, have, job = self.cards_there("skip", {"succeeded": 3, "skipped": 3})
        for customer in known.values():
            self.assertEqual(len(here.cards(customer)), 2)
        self.assertEqual({row["source_id_old"] for row in self.mapping(job)} & set(have), set())
        self.expect(self.run_job(job, expect=0), succeeded=3, skipped=3)

    def test_cards_that_are_there_are_adopted(self):
        here, known, have, job = self.cards_there("adopt", {"succeeded": 6})
        mapping = {row["source_id_old"]: row["source_id_new"] for row in self.mapping(job)}
        self.assertEqual({original: mapping[original] for original in have}, have)
        for customer in known.values():
            self.assertEqual(len(here.cards(customer)), 2)
        defaults = {here.call("GET", f"/v1/customers/{known[line['customer']]}")["invoice_settings"]["default_payment_method"]
                    for line in self.lines}
        self.assertEqual(defaults, {mapping[line["payment_method"]] for line in self.lines if line["default"] == "true"})

    def test_cards_that_are_there_are_ignored_unless_told_otherwise(self):
        here, known, have, _ = self.cards_there("ignore", {"succeeded": 6})
        for customer in known.values():
            self.assertEqual(len(here.cards(customer)), 3)


if __name__ == "__main__":
    support.main()
