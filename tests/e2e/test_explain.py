"""`payferry explain`: the whole life of one item, from the ledger alone."""

import unittest

from support import Fault, EndToEnd, StandIn, refuse


class Explain(EndToEnd):
    def explain(self, id, code=0):
        ended = self.payferry("explain", "job.yaml", id, key=None)
        self.assertEqual(ended.code, code, ended)
        return ended.out if code == 0 else ended.err

    def test_each_kind_of_end(self):
        with StandIn() as stripe:
            self.csv([("cus_1", "pm_done", "acct_A"), ("cus_2", "pm_declined", "acct_A"), ("cus_3", "pm_lost", "acct_A"),
                      ("cus_1", "pm_done", "acct_B")])
            stripe.always("clone", refuse(402, "card_declined", "Your card was declined."),
                          lambda request: request.param("payment_method") == "pm_declined")
            stripe.always("clone", Fault("reset_after"), lambda request: request.param("payment_method") == "pm_lost")
            job = self.job(stripe)
            self.run_job(job, expect=4)
            clone = stripe.attached()["acct_B", "pm_done"][0]

        done = self.explain("pm_done")
        self.assertEqual(done.count("state      succeeded"), 2, done)
        self.assertEqual(done.count("done (200)"), 4, done)
        self.assertIn("line       2 of job job", done)
        self.assertIn("line       5 of job job", done)
        self.assertIn("nothing: it is done", done)

        by_clone = self.explain(clone)
        self.assertIn("pm_done of cus_1 to acct_B", by_clone)
        self.assertNotIn("acct_A", by_clone)

        declined = self.explain("pm_declined")
        self.assertIn("state      failed, card_declined at clone", declined)
        self.assertIn("refused (402), card_declined: Your card was declined. [req_", declined)
        self.assertIn("payferry retry job.yaml --item pm_declined", declined)

        lost = self.explain("pm_lost")
        self.assertIn("state      pending, unknown", lost)
        self.assertIn("4 times", lost)
        self.assertIn("it may have been executed", lost)
        self.assertIn("the next run sends its last request again", lost)

    def test_what_is_not_known(self):
        self.csv([("cus_1", "pm_1", "acct_A")])
        with StandIn() as stripe:
            self.job(stripe)
            self.assertEqual(self.payferry("explain", "job.yaml", "pm_1", key=None).code, 6)
            self.run_job(self.folder / "job.yaml", expect=0)
        self.assertIn("knows no original and no clone of this id", self.explain("pm_2", code=2))
        alone = self.payferry("explain", "job.yaml", key=None)
        self.assertEqual(alone.code, 2, alone)
        self.assertIn("payferry explain JOB.yaml ID", alone.err)
        self.assertEqual(self.payferry("explain", key=None).code, 2)

    def explain_code(self, code):
        ended = self.payferry("explain", code, key=None)
        return ended.code, ended.out if ended.code == 0 else ended.err

    def test_codes(self):
        code, text = self.explain_code("card_declined")
        self.assertEqual(code, 0, text)
        for line in ("card_declined, Stripe's", "means ", "do ", "again "):
            self.assertIn(line, text)
        self.assertEqual(self.explain_code("http_503")[0], 0)
        self.assertEqual(self.explain_code("capability_card_payments_pending")[0], 0)
        for wrong, right in (("card_declnied", "card_declined"), ("settlin", "settling"), ("consumed", "original_consumed")):
            code, text = self.explain_code(wrong)
            self.assertEqual(code, 2, text)
            self.assertIn(right, text.partition("did you mean")[2])
        code, text = self.explain_code("zzzzzzzzzzzzzz")
        self.assertEqual(code, 2)
        self.assertIn("docs/codes.md", text)
        self.assertNotIn("did you mean", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
