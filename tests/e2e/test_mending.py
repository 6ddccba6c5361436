"""rejects.csv mended and fed back, and inputs that change between runs: nothing lost, nothing twice."""

import collections
import csv
import random

import support
from support import Fault, lines, refuse

HEADER = ("customer", "payment_method", "account", "email", "default", "note")


class Mending(support.EndToEnd):
    def setUp(self):
        super().setUp()
        self.stripe = self.stand_in()
        # Whatever Stripe refuses, it refuses whoever asks: a second run must not get further by itself.
        self.stripe.always("create_customer", refuse(400, "email_invalid", "Invalid email address", param="email"),
                           lambda request: "bad" in request.param("email"))
        self.stripe.always("clone", refuse(404, "resource_missing", "No such PaymentMethod", param="payment_method"),
                           lambda request: "gone" in request.param("payment_method"))
        for step in ("create_customer", "attach"):
            self.stripe.always(step, refuse(402, "card_declined", decline_code="generic_decline"),
                               lambda request: any("declined" in self.stripe.methods.get(part, {}).get("original", "")
                                                   for part in [request.param("payment_method"), *request.path.split("/")]))
        self.wrong = [
            ("cus_1", "pm_1", "acct_A", "ok@x.example", "", "good, with a comma"),
            ("cus_2", "pm_2a", "acct_A", "bad", "", 'link "refused"'),
            ("cus_2", "pm_2b", "acct_A", "bad", "true", ""),
            ("cus_3", "pm_3declined", "acct_A", "", "true", "first card declined"),
            ("cus_3", "pm_3b", "acct_A", "", "", ""),
            ("cus_4", "pm_4gone", "acct_A", "", "", ""),
            ("cus_5", "oops", "acct_A", "", "", "wrong kind\nand two lines"),
            ("", "pm_6", "acct_A", "", "", ""),
            ("cus_7", "pm_7", "acct_B", "", "maybe", ""),
            ("cus_8", "pm_8", "nobody", "", "", ""),
            ("cus_1", "pm_1", "acct_A", "ok@x.example", "", "twice"),
        ]

    def mend(self, path):
        """What a person does with rejects.csv: mends the cells and saves it under all its columns."""
        rows = self.rows(path)
        for row in rows:
            row["email"] = row["email"].replace("bad", "good@x.example")
            row["payment_method"] = {"oops": "pm_5", "pm_4gone": "pm_4b", "pm_3declined": "pm_3c"}.get(
                row["payment_method"], row["payment_method"])
            row["customer"] = row["customer"] or "cus_6"
            row["account"] = row["account"].replace("nobody", "acct_B")
            row["default"] = row["default"].replace("maybe", "true")
        with open(self.folder / "mended.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return self.folder / "mended.csv"

    def first_run(self):
        self.csv(self.wrong, header=HEADER)
        self.job_file = self.job(self.stripe)
        ended = self.run_job(self.job_file, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 2, "duplicate": 1, "failed": 4, "rejected": 4})
        rejects = self.report(self.job_file) / "rejects.csv"
        self.assertEqual(rejects.stat().st_mode & 0o777, 0o600)
        rows = self.rows(rejects)
        self.assertEqual([list(row) for row in rows][0], [*HEADER, "payferry_line", "payferry_account", "payferry_state",
                                                          "payferry_step", "payferry_code", "payferry_message",
                                                          "payferry_request_id"])
        self.assertEqual(len(rows), 8)
        # Whoever mends it can ask what each code means.
        for code in sorted({row["payferry_code"] for row in rows}):
            self.assertIn("means ", self.payferry("explain", code, key=None).out, code)
        self.assertEqual({row["note"] for row in rows} - {""}, {'link "refused"', "first card declined",
                                                               "wrong kind\nand two lines"})
        return self.mend(rejects)

    def expect_everything(self):
        self.assert_exactly_once(self.stripe, [("acct_A", f"pm_{name}") for name in
                                               ("1", "2a", "2b", "3b", "3c", "4b", "5", "6")] +
                                 [("acct_B", "pm_7"), ("acct_B", "pm_8")])
        customer = self.stripe.made()["acct_A", "cus_2"][0]
        default = self.stripe.customers[customer]["default"]
        self.assertEqual(self.stripe.methods[default]["original"], "pm_2b")

    def test_as_the_same_job_with_its_csv_replaced(self):
        mended = self.first_run()
        mended.replace(self.folder / "in.csv")
        ended = self.run_job(self.job_file, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 8})
        self.expect_everything()
        self.assertEqual(self.rejects(self.job_file), [])
        before = len(self.stripe.writes)
        self.run_job(self.job_file, expect=0)
        self.assertEqual(len(self.stripe.writes), before)

    def test_as_another_job(self):
        self.first_run()
        other = self.job(self.stripe, name="mended", source="mended.csv")
        ended = self.run_job(other, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 8})
        self.expect_everything()

    def test_as_the_same_job_under_another_name_of_the_file(self):
        self.first_run()
        self.run_job(self.job(self.stripe, source="mended.csv"), expect=0)
        self.expect_everything()

    def test_mended_with_another_ledger(self):
        """A lost ledger: what was done is asked for under the same keys and found. What was refused was refused in other
        words: it settles when nothing of it has turned up for a while."""
        self.first_run()
        job = self.job(self.stripe, name="mended", source="mended.csv", ledger="new.db")
        ended = self.run_job(job, "--new-ledger", expect=4)
        self.assertEqual(ended.counts(), {"succeeded": 6, "pending": 2})
        self.assertEqual(ended.summary["pending_reasons"]["settling"], 1)
        self.assert_exactly_once(self.stripe)
        self.assertEqual(len(self.stripe.made()["acct_A", "cus_3"]), 1)

    def test_the_whole_file_mended_in_place(self):
        self.first_run()
        mended = [[cell.replace("bad", "good@x.example").replace("oops", "pm_5").replace("pm_4gone", "pm_4b")
                   .replace("pm_3declined", "pm_3c").replace("nobody", "acct_B").replace("maybe", "true")
                   for cell in row] for row in self.wrong]
        mended[7][0] = "cus_6"
        self.csv(mended, header=HEADER)
        ended = self.run_job(self.job_file, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 10, "duplicate": 1})
        self.expect_everything()

    def test_rejects_of_a_fan_out_go_to_their_account_only(self):
        self.stripe.rules.append(lambda request: refuse(400, "not_here") if request.account == "acct_B" and
                                 "pm_1" in str(request) and self.now_bad else None)
        self.now_bad = True
        self.csv([("cus_1", "pm_1"), ("cus_2", "pm_2"), ("oops", "pm_3")], header=("customer", "payment_method"))
        options = {"target": {"accounts": ["acct_A", "acct_B", "acct_C"]}}
        job = self.job(self.stripe, **options)
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 5, "failed": 1, "rejected": 1})
        rows = self.rejects(job)
        self.assertEqual([(row["payferry_line"], row["payferry_account"]) for row in rows], [("2", "acct_B"), ("4", "")])
        text = (self.folder / "report/rejects.csv").read_text().replace("oops", "cus_3")
        self.write("mended.csv", text)
        self.now_bad = False
        self.payferry("retry", job)
        ended = self.run_job(self.job(self.stripe, name="mended", source="mended.csv", **options), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 4})
        self.assert_exactly_once(self.stripe, [(account, f"pm_{number}") for account in ("acct_A", "acct_B", "acct_C")
                                               for number in (1, 2, 3)])

    def test_a_wrong_target_customer_can_be_mended(self):
        header = ("customer", "payment_method", "account", "target_customer")
        self.stripe.add_customer("acct_A", "cus_There")
        for policy in ("create", "existing"):
            with self.subTest(policy):
                name = f"pm_{policy}"
                self.csv([("cus_" + policy, name + "1", "acct_A", "cus_Typo"), ("cus_" + policy, name + "2", "acct_A", "cus_Typo")],
                         header=header)
                job = self.job(self.stripe, name=policy, ledger=f"{policy}.db", target={"customer": policy, "other_customers": "ignore"})
                ended = self.run_job(job, expect=3)
                self.assertEqual(ended.counts(), {"failed": 2})
                text = (self.report(job) / "rejects.csv").read_text().replace("cus_Typo", "cus_There")
                self.write("in.csv", text)
                ended = self.run_job(job, expect=0)
                self.assertEqual(ended.counts(), {"succeeded": 2})
                self.assertIn(("acct_A", name + "2"), self.stripe.attached())
        self.assertEqual(self.stripe.made(), {})

    def test_lines_edited_before_they_were_touched_take_the_new_content(self):
        header = ("customer", "payment_method", "account", "name")
        rows = [(f"cus_{number}", f"pm_{number}", f"acct_{number % 3}", "Old") for number in range(700)]
        self.csv(rows, header=header)
        job = self.job(self.stripe, limits={"in_flight": 1})
        ended = self.run_job(job, "--limit", 5, expect=4)
        done = len(self.stripe.attached())
        self.assertEqual(done, 5)
        self.csv([(*row[:3], "New") for row in rows], header=header)
        ended = self.run_job(self.job(self.stripe), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 700})
        names = collections.Counter(request.param("name") for request in self.stripe.of("create_customer"))
        self.assertEqual(names, {"Old": 5, "New": 695})

    def test_two_targets_for_one_customer_are_a_conflict(self):
        header = ("customer", "payment_method", "account", "target_customer")
        for id in ("cus_There", "cus_Other"):
            self.stripe.add_customer("acct_A", id)
        self.csv([("cus_1", "pm_1", "acct_A", "cus_There"), ("cus_1", "pm_2", "acct_A", "cus_Other")], header=header)
        job = self.job(self.stripe)
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 1, "rejected": 1})
        self.assertEqual(self.rejects(job)[0]["payferry_code"], "target_customer_conflict")

    # -- inputs that change ----------------------------------------------------------------------------------------

    def run_changed(self, rows, before, expect=0, **options):
        self.csv(rows, header=("customer", "payment_method", "account"))
        ended = self.run_job(self.job(self.stripe, **options), expect=expect)
        self.assertEqual(ended.items["read"], len(rows))
        self.assertEqual(ended.summary["input"], {"lines": len(rows), "complete": True})
        expected = {(account, method) for _, method, account in [*before, *rows]}
        self.assert_exactly_once(self.stripe, expected)
        return ended

    def test_appended_edited_truncated_sorted_and_shuffled(self):
        rows = lines(150, 2, ("acct_A", "acct_B"))
        more = [(c.replace("cus_", "cus_n"), m.replace("pm_", "pm_n"), a) for c, m, a in rows[:40]]
        everything = rows + more
        self.run_changed(rows, [])
        self.run_changed(rows + more, [])
        for changed in (rows[:10], sorted(everything, key=lambda row: row[::-1]), everything[::-1], everything * 2,
                        random.Random(3).sample(everything, len(everything))):
            before = len(self.stripe.writes)
            ended = self.run_changed(changed, everything)
            self.assertEqual(len(self.stripe.writes), before)
            self.assertEqual(ended.items["succeeded"], len(set(changed)))
            self.assertEqual(ended.items["duplicate"], len(changed) - len(set(changed)))

    def test_changed_in_the_middle_of_its_move(self):
        """Each time the run is cut short, and the next one finds another file."""
        rows = lines(200, 2, ("acct_A", "acct_B"))
        dice = random.Random(5)
        job = self.job(self.stripe)
        seen = set()
        for cut in (40, 90, 200, 399):
            some = dice.sample(rows, cut)
            seen |= set(some)
            self.csv(some)
            ended = self.run_job(job, "--limit", 25)
            self.assertIn(ended.code, (0, 4))
        self.csv(rows)
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 400})
        self.assert_exactly_once(self.stripe, [(account, method) for _, method, account in rows])

    def test_an_email_mended_between_a_lost_answer_and_the_resume(self):
        """What may have been done is asked for again in the very same words: other ones would be refused, or done twice."""
        self.csv([("cus_1", "pm_1", "acct_A", "first@example.com")], header=("customer", "payment_method", "account", "email"))
        lost = [True]
        self.stripe.always("create_customer", Fault("reset_after"), lambda request: lost[0])
        job = self.job(self.stripe, retry={"attempts": 1})
        self.assertEqual(self.run_job(job, expect=4).summary["pending_reasons"]["unknown"], 1)
        lost[0] = False
        self.csv([("cus_1", "pm_1", "acct_A", "mended@example.com")], header=("customer", "payment_method", "account", "email"))
        self.assertEqual(self.run_job(job, expect=0).counts(), {"succeeded": 1})
        sent = self.stripe.of("create_customer")
        self.assertGreater(len(sent), 1)
        self.assertEqual(len({(request.key, request.body) for request in sent}), 1)
        self.assertIn(b"first%40example.com", sent[-1].body)
        self.assert_exactly_once(self.stripe, [("acct_A", "pm_1")])

    def test_what_was_admitted_and_then_left_the_input_is_still_owed(self):
        rows = lines(20)
        self.csv(rows)
        job = self.job(self.stripe, limits={"in_flight": 1})
        ended = self.run_job(job, "--limit", 3, expect=4)
        self.assertEqual(ended.items["read"], 20)
        self.csv(rows[:5])
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.items["read"], 5)
        self.assert_exactly_once(self.stripe, [(account, method) for _, method, account in rows])

    def test_a_file_that_grows_while_it_is_read(self):
        rows = lines(50)
        path = self.csv(rows)
        slow = [True]
        self.stripe.rules.append(lambda request: Fault("slow", seconds=0.02) if slow[0] else None)
        process = self.start_job(self.job(self.stripe, limits={"in_flight": 2}))
        self.wait_for(lambda: self.stripe.writes, "the first call")
        with open(path, "a") as file:
            for number in range(50):
                file.write(f"cus_late{number},pm_late{number},acct_A\n")
        slow[0] = False
        self.finish(process, 30, process.summary)
        ended = self.run_job(self.job(self.stripe), expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 100})
        self.assert_exactly_once(self.stripe)

    def test_a_mended_line_waits_for_no_retry_and_the_same_line_does(self):
        self.csv([("cus_1", "pm_1gone", "acct_A"), ("cus_2", "pm_2", "acct_A")])
        job = self.job(self.stripe)
        self.run_job(job, expect=3)
        before = len(self.stripe.writes)
        self.csv([("cus_2", "pm_2", "acct_A"), ("cus_1", "pm_1gone", "acct_A")])
        ended = self.run_job(job, expect=3)
        self.assertEqual(len(self.stripe.writes), before, "a settled refusal was sent again by itself")
        self.assertEqual(ended.counts(), {"succeeded": 1, "failed": 1})

    def test_done_lines_with_other_content_stay_as_they_are(self):
        header = ("customer", "payment_method", "account", "name")
        self.csv([("cus_1", "pm_1", "acct_A", "Ann")], header=header)
        job = self.job(self.stripe)
        self.run_job(job, expect=0)
        before = len(self.stripe.writes)
        self.csv([("cus_1", "pm_1", "acct_A", "Bob"), ("cus_1", "pm_2", "acct_A", "Bob")], header=header)
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 2})
        self.assertEqual(len(self.stripe.writes), before + 2)

    def test_two_jobs_with_overlapping_lines_on_one_ledger(self):
        rows = lines(60, 2, ("acct_A", "acct_B"))
        self.csv(rows[:80], "one.csv")
        self.csv(rows[40:], "two.csv")
        one, two = (self.job(self.stripe, name=name, source=f"{name}.csv") for name in ("one", "two"))
        self.run_job(one, "--limit", 30, expect=4)
        ended = self.run_job(two, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 80})
        ended = self.run_job(one, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 80})
        self.assert_exactly_once(self.stripe, [(account, method) for _, method, account in rows])


if __name__ == "__main__":
    support.main()
