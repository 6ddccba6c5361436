"""Whose fault a refusal is decides who stops: the item, its customer, its account, or the run."""

import support
from support import Fault, PERSON, error, lines, refuse

HEADER = ("customer", "payment_method", "account", "email")


class Blame(support.EndToEnd):
    def test_an_account_that_is_lost_stops_no_other_and_comes_back(self):
        stripe = self.stand_in()
        rows = lines(90, 2, ("acct_A", "acct_B", "acct_C"))
        self.csv(rows)
        lost = [True]

        @stripe.rule
        def gone(request):
            if lost[0] and request.account == "acct_B":
                return refuse(403, "account_invalid", f"The provided key '{support.KEY}' does not have access to account "
                                                      "'acct_B' (or that account does not exist).", stored=False)

        job = self.job(stripe)
        for run in (1, 2):
            before = len(stripe.requests)
            ended = self.run_job(job, expect=3)
            self.assertEqual(ended.counts(), {"succeeded": 120, "blocked": 60})
            probes = [request for request in stripe.requests[before:] if request.account == "acct_B"]
            self.assertEqual(len(probes), 1, "one probe tells that the account is lost")
        self.assertEqual(ended.summary["run"], {"succeeded": 0, "failed": 0, "blocked": 60})
        blocked = self.rejects(job)
        self.assertEqual(len(blocked), 60)
        self.assertEqual({(row["payferry_state"], row["payferry_account"], row["payferry_code"]) for row in blocked},
                         {("blocked", "acct_B", "account_invalid")})
        self.assertEqual(self.status(job)["outcome"], "failures")

        lost[0] = False
        stripe.most_in_flight = 0
        seen = []
        stripe.rule(lambda request: seen.append(stripe.in_flight) if request.method == "POST" and not seen else None)
        ended = self.run_job(job, expect=0)
        self.assertEqual(ended.counts(), {"succeeded": 180})
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])
        self.assertEqual(self.rejects(job), [])

    def test_an_account_that_is_lost_in_the_middle(self):
        for code, status in (("account_invalid", 403), ("platform_api_key_expired", 401), ("platform_api_key_expired", 403)):
            with self.subTest(code=code, status=status):
                stripe = self.stand_in()
                rows = lines(120, 1, ("acct_A", "acct_B"))
                self.csv(rows)
                lost = [False]

                @stripe.rule
                def gone(request):
                    if len(stripe.made()) > 40 and request.account == "acct_B" or lost[0] and request.account == "acct_B":
                        lost[0] = True
                        return refuse(status, code, stored=False)

                job = self.job(stripe, name=f"job-{status}-{code[:3]}", ledger=f"{status}-{code}.db")
                ended = self.run_job(job, expect=3)
                self.assertEqual(ended.items["succeeded"], len(stripe.attached()))
                self.assertEqual(ended.counts(), {"succeeded": ended.items["succeeded"],
                                                  "blocked": ended.items["blocked"]})
                self.assertGreaterEqual(ended.items["succeeded"], 60)
                stripe.rules.clear()
                self.run_job(job, expect=0)
                self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])

    def test_a_lost_account_while_an_answer_is_unknown(self):
        """What may have been done there is pending, not blocked: the same command must ask again."""
        stripe = self.stand_in()
        self.csv(lines(1))
        stripe.once("clone", Fault("reset_after"))
        stripe.rule(lambda request: refuse(403, "account_invalid", stored=False)
                    if len(stripe.of("clone")) > 1 and request.account else None)
        job = self.job(stripe)
        ended = self.run_job(job, expect=4)
        self.assertEqual(ended.counts(), {"pending": 1})
        stripe.rules.clear()
        self.run_job(job, expect=0)
        self.assert_exactly_once(stripe, [("acct_A", "pm_0m0")])
        self.assertEqual(len({request.key for request in stripe.of("clone")}), 1)

    def test_a_key_that_is_refused_in_the_middle(self):
        for status, code in ((401, "api_key_expired"), (401, None), (403, None), (403, "more_permissions_required")):
            with self.subTest(status=status, code=code):
                stripe = self.stand_in()
                rows = lines(150, 2, ("acct_A", "acct_B"))
                self.csv(rows)

                @stripe.rule
                def refused(request):
                    if len(stripe.writes) > 150 and request.method == "POST":
                        return refuse(status, code, f"Invalid API Key provided: {support.KEY}", stored=False)

                job = self.job(stripe, name=f"job-{status}-{(code or 'x')[:3]}", ledger=f"{status}-{code}.db")
                ended = self.run_job(job, expect=5)
                self.assertEqual(set(ended.counts()), {"succeeded", "pending"}, ended)
                self.assertIn("API key", ended.summary["reason"])
                self.assertLess(len(stripe.writes), 300, "it went on knocking")
                self.assertEqual(self.status(job)["outcome"], "refused")
                stripe.rules.clear()
                self.run_job(job, expect=0)
                self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])

    def test_an_account_that_may_not_be_read_is_moved_to_all_the_same(self):
        """A restricted key may write where it may not read; and what is asked once must hold up nothing."""
        for name, fault in (("403", refuse(403, None, "The provided key does not have the required permissions")),
                            ("404", refuse(404, "resource_missing")), ("500", refuse(500)), ("reset", Fault("reset_before")),
                            ("garbage", Fault("garbage")), ("429", refuse(429, "rate_limit"))):
            with self.subTest(name):
                stripe = self.stand_in()
                left = [8]

                def strike(request, fault=fault):
                    if request.path.startswith("/v1/accounts/") and left[0]:
                        left[0] -= 1
                        return fault

                stripe.rule(strike)
                rows = lines(20, 2, ("acct_A", "acct_B"))
                self.csv(rows)
                ended = self.run_job(self.job(stripe, name=f"job-{name}", ledger=f"{name}.db"), expect=0)
                self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])
                self.assertLess(ended.seconds, 10)

    def test_the_brake_at_the_start(self):
        for step, about in (("clone", {"code": "resource_missing", "param": "customer"}),
                            ("create_customer", {"code": "parameter_unknown"}), ("attach", {"code": "no_idea"})):
            with self.subTest(step):
                stripe = self.stand_in()
                rows = lines(100, 2, ("acct_A", "acct_B"))
                self.csv(rows)
                stripe.always(step, refuse(400, message="Nothing but refusals.", **about))
                job = self.job(stripe, name=step.replace("_", "-"), ledger=f"{step}.db", limits={"in_flight": 16})
                ended = self.run_job(job, expect=5)
                self.assertEqual(ended.items["failed"], 0, ended)
                self.assertEqual(ended.summary["run"]["failed"], 0, ended)
                self.assertIn(about["code"], ended.summary["reason"])
                self.assertLessEqual(len(stripe.of(step)), 60, "it went on and on")
                self.assertEqual(self.rejects(job), [])
                stripe.rules.clear()
                self.run_job(job, expect=0)
                self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])

    def test_the_brake_in_the_middle_needs_several_accounts(self):
        stripe = self.stand_in()
        rows = lines(300, 1, ("acct_A", "acct_B", "acct_C"))
        self.csv(rows)
        stripe.rule(lambda request: refuse(400, "now_wrong") if len(stripe.writes) > 200 and request.step == "clone" else None)
        job = self.job(stripe, limits={"in_flight": 16})
        ended = self.run_job(job, expect=5)
        # Refusals with a success behind them are not in a row: those items have failed.
        self.assertLess(ended.items["failed"], 40, ended)
        self.assertIn("now_wrong", ended.summary["reason"])
        stripe.rules.clear()
        self.payferry("retry", job)
        self.run_job(job, expect=0)
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])

    def test_one_bad_account_among_good_ones_is_no_brake(self):
        stripe = self.stand_in()
        rows = lines(300, 1, ("acct_A", "acct_B", "acct_C"))
        self.csv(rows)
        stripe.always("clone", refuse(400, "no_cards_here"), lambda request: request.account == "acct_B")
        ended = self.run_job(self.job(stripe), expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 200, "failed": 100})
        self.assertEqual(ended.summary["failures"], {"no_cards_here": 100})

    def test_a_declined_first_card_lets_the_next_one_create(self):
        stripe = self.stand_in()
        stripe.always("create_customer", refuse(402, "card_declined", "Your card was declined.", decline_code="do_not_honor"),
                      lambda request: stripe.methods[request.param("payment_method")]["original"] in ("pm_1", "pm_2"))
        self.csv([("cus_1", f"pm_{number}", "acct_A", support.MAIL) for number in range(1, 5)], header=HEADER)
        job = self.job(stripe)
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 2, "failed": 2})
        self.assertEqual(ended.summary["failures"], {"card_declined": 2})
        self.assertEqual(stripe.counts(), {"clone": 4, "create_customer": 3, "attach": 1})
        self.assert_exactly_once(stripe, [("acct_A", "pm_3"), ("acct_A", "pm_4")])
        self.assertEqual(len(set(request.key for request in stripe.of("create_customer"))), 3)
        before = len(stripe.writes)
        self.run_job(job, expect=3)
        self.assertEqual(len(stripe.writes), before, "a settled refusal was sent again")

    def test_all_cards_declined_makes_no_customer(self):
        stripe = self.stand_in()
        stripe.always("create_customer", refuse(402, "card_declined"))
        self.csv(lines(2, 3))
        ended = self.run_job(self.job(stripe), expect=3)
        self.assertEqual(ended.counts(), {"failed": 6})
        self.assertEqual(stripe.customers, {})

    def test_a_refused_email_fails_the_customers_items_with_one_call(self):
        stripe = self.stand_in()
        stripe.always("create_customer", refuse(400, "email_invalid", f"Invalid email address: {support.MAIL}", param="email"),
                      lambda request: request.param("email") == support.MAIL)
        self.csv([("cus_1", f"pm_{number}", "acct_A", support.MAIL) for number in range(5)] +
                 [("cus_2", "pm_9", "acct_A", "")], header=HEADER)
        job = self.job(stripe)
        ended = self.run_job(job, "--log-level", "debug", expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 1, "failed": 5})
        self.assertEqual(ended.summary["failures"], {"email_invalid": 5})
        self.assertEqual(stripe.counts(), {"clone": 2, "create_customer": 2})
        before = len(stripe.writes)
        ended = self.run_job(job, expect=3)
        self.assertEqual(len(stripe.writes), before)
        self.assertEqual(ended.counts(), {"succeeded": 1, "failed": 5})
        self.assertEqual({row["payferry_step"] for row in self.rejects(job)}, {"create_customer"})

    def test_retry_takes_what_failed_with_the_keys_of_another_generation(self):
        stripe = self.stand_in()
        bad = [True]
        for step in ("clone", "create_customer", "attach", "set_default"):
            stripe.always(step, refuse(400, "not_today"), lambda request, step=step: bad[0] and self.names(
                stripe, request, {"clone": "pm_a", "create_customer": "pm_b", "attach": "pm_c", "set_default": "pm_d"}[step]))
        self.csv([("cus_1", "pm_a", "acct_A", ""), ("cus_2", "pm_b", "acct_A", ""), ("cus_3", "pm_x", "acct_A", ""),
                  ("cus_3", "pm_c", "acct_A", ""), ("cus_4", "pm_y", "acct_A", ""), ("cus_4", "pm_d", "acct_A", "true")],
                 header=("customer", "payment_method", "account", "default"))
        job = self.job(stripe)
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 2, "failed": 4})
        bad[0] = False
        before = len(stripe.writes)
        self.run_job(job, expect=3)
        self.assertEqual(len(stripe.writes), before)
        for options, count in ((["--code", "other"], 0), (["--account", "acct_B"], 0), (["--item", "pm_a"], 1), ([], 3)):
            ended = self.payferry("retry", job, *options)
            self.assertEqual((ended.code, ended.out.split()[0]), (0, str(count)))
        ended = self.run_job(job, expect=0)
        self.assert_exactly_once(stripe, [("acct_A", f"pm_{name}") for name in "abcdxy"])
        self.assertEqual(ended.summary["requests"]["by_endpoint"]["clone"], 1, "a usable clone was thrown away")

    def names(self, stripe, request, original):
        texts = [value for _, value in request.form] + request.path.split("/")
        return any(text == original or stripe.methods.get(text, {}).get("original") == original for text in texts)

    def test_fail_fast(self):
        simulator = self.simulator("--csv", "in.csv", "--customers", 200, "--latency", 10, "--bank-share", 0)
        simulator.fault(step="create_customer", kind="refuse", status=400, code="x", message="No.", nth=20)
        job = self.job(simulator, limits={"in_flight": 4})
        ended = self.run_job(job, "--fail-fast", expect=4)
        self.assertEqual(ended.items["failed"], 1)
        self.assertIn("--fail-fast", ended.summary["reason"])
        self.assertLess(ended.items["succeeded"], 60)
        self.assertEqual(self.run_job(job, expect=3).counts(), {"succeeded": 199, "failed": 1})

    def test_a_clone_that_proves_unusable_is_looked_at_and_replaced(self):
        """Consumed, detached, gone: the item is not at fault."""
        stripe = self.stand_in()
        said = ["This PaymentMethod was previously used without being attached to a Customer or was detached from a "
                "Customer, and may not be used again.", "No such PaymentMethod: 'pm_x'"]
        for number, message in enumerate(said):
            stripe.once("attach", refuse(400, None if number == 0 else "resource_missing", message,
                                         param="payment_method"))
        self.csv(lines(1, 2))
        ended = self.run_job(self.job(stripe), expect=0)
        self.assert_exactly_once(stripe, [("acct_A", "pm_0m0"), ("acct_A", "pm_0m1")])
        self.assertEqual(stripe.counts()["clone"], 4)
        self.assertEqual(ended.counts(), {"succeeded": 2})

    def test_a_clone_that_never_becomes_usable_fails_in_the_end(self):
        stripe = self.stand_in()
        stripe.always("attach", refuse(400, "payment_method_unexpected_state", "may not be used again"))
        self.csv(lines(1, 2))
        ended = self.run_job(self.job(stripe), expect=3)
        self.assertEqual(ended.counts(), {"succeeded": 1, "failed": 1})
        self.assertLessEqual(stripe.counts()["clone"], 5)

    def test_attached_already_by_someone_who_lost_the_answer(self):
        """The attach was done, its key is forgotten, and Stripe says that it is attached already."""
        stripe = self.stand_in()

        @stripe.rule
        def forgetful(request):
            stripe.forget()
            return Fault("reset_after") if request.step == "attach" and len(stripe.of("attach")) == 1 else None

        self.csv(lines(1, 2))
        self.run_job(self.job(stripe), expect=0)
        self.assert_exactly_once(stripe, [("acct_A", "pm_0m0"), ("acct_A", "pm_0m1")])
        self.assertEqual(stripe.counts()["clone"], 2)


if __name__ == "__main__":
    support.main()
