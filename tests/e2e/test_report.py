"""report.html: what it tells, and that it needs nothing but itself; JSON against the schemas."""

import html.parser
import json
import re
import shutil
import subprocess
import tempfile
import unittest

import schema
import support
from support import MAIL, PERSON, PHONE, Answer, Fault, refuse

HEADER = ("customer", "payment_method", "account", "name", "email", "phone")
CHROMIUM = shutil.which("chromium")


class Page(html.parser.HTMLParser):
    """The page as text and elements; a page that is not well-formed fails."""

    VOID = {"meta", "line", "rect", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def words(self):
        return re.sub(r"\s+", " ", " ".join(self.text))


class Report(support.EndToEnd):
    def page(self, job):
        folder = self.report(job)
        text = (folder / "report.html").read_text()
        self.assert_no_leak(text, "report.html")
        self.assertEqual([file.name for file in folder.iterdir() if file.suffix not in (".csv", ".json", ".html")], [])
        self.assertEqual((folder / "report.html").stat().st_mode & 0o777, 0o644)
        return text

    def night(self):
        """A job with something of everything."""
        self.stripe = self.stand_in()
        self.stripe.always("clone", refuse(402, "card_declined", "Your card was declined."),
                           lambda request: request.param("payment_method").startswith("pm_bad"))
        self.stripe.always("clone", refuse(404, "made_up_code", "Never seen before."),
                           lambda request: request.param("payment_method") == "pm_new")
        rows = [(f"cus_{n}", f"pm_{n}", f"acct_{n % 30:02}", PERSON, MAIL, PHONE) for n in range(60)]
        rows += [(f"cus_b{n}", f"pm_bad{n}", "acct_00", PERSON, MAIL, PHONE) for n in range(3)]
        rows += [("cus_n", "pm_new", "acct_00", PERSON, MAIL, PHONE), ("oops", "pm_1", "acct_00", PERSON, MAIL, PHONE), rows[0]]
        self.csv(rows, header=HEADER)
        return self.job(self.stripe)

    def test_what_it_tells(self):
        job = self.night()
        self.run_job(job, "--limit", 20, expect=4)
        self.assertIn("Not finished", Page(self.page(job)).words())
        self.run_job(job, expect=3)
        page = Page(self.page(job))
        words = page.words()
        self.assertIn("Done, with exceptions: of 66 entries, 60 are in place; 4 failed, 0 blocked and 1 rejected", words)
        self.assertIn("the sum of the above, as it must be", words)
        self.assertRegex(words, r"3 failed at clone: *card_declined")
        self.assertIn("The bank declined the card", words)
        self.assertIn("To do:", words)
        self.assertRegex(words, r"1 failed at clone: *made_up_code")
        self.assertRegex(words, r"1 rejected: *customer_invalid")
        self.assertRegex(words, r"one of them: *req_")
        self.assertIn("10 more accounts", words)
        self.assertIn("60 clones were made since this input was begun", words)
        # Two runs, 4 and 3.
        runs = re.search(r"Runs (.*) Requests spent", words)[1]
        self.assertEqual(runs.count("unfinished"), 1, runs)
        self.assertEqual(runs.count("failures"), 1, runs)
        self.assertRegex(words, r"clone 64 create_customer 60")
        self.assertIn("payferry ledger check", words)
        self.assertIn("payferry verify", words)

    def test_it_needs_nothing_but_itself(self):
        job = self.night()
        self.run_job(job, expect=3)
        text = self.page(job)
        page = Page(text)
        self.assertGreaterEqual(sum(tag == "svg" for tag, _ in page.elements), 20)
        for tag, attributes in page.elements:
            self.assertNotIn(tag, ("script", "link", "img", "iframe", "object", "embed", "form"))
            for name in ("src", "href", "srcset", "data", "action"):
                self.assertNotIn(name, attributes, tag)
            self.assertFalse([name for name in attributes if name.startswith("on")])
        self.assertNotRegex(text, r"https?://|url\(|@import")
        self.assertIn("default-src 'none'", text)

    def test_bank_accounts_without_a_word_on_authorisation(self):
        stripe = self.stand_in()
        self.csv([("cus_1", "pm_1_bank", "acct_A")])
        self.run_job(self.job(stripe), expect=0)
        words = Page(self.page(self.job(stripe))).words()
        self.assertIn("Complete: of 1 entry, 1 is in place", words)
        self.assertIn("1 US bank accounts without a word on authorisation", words)
        vouched = self.job(stripe, target={"ach_authorised": "the treasurer"})
        self.assertNotIn("authorisation", Page(self.page(vouched)).words())

    def test_accounts_in_another_country(self):
        stripe = self.stand_in()
        abroad = {"id": "acct_A", "object": "account", "charges_enabled": True, "country": "FR",
                  "capabilities": {"card_payments": "active"}}
        stripe.rule(lambda request: Fault("answer", Answer(200, abroad)) if request.path == "/v1/accounts/acct_A" else None)
        self.csv([("cus_1", "pm_1", "acct_A")])
        job = self.job(stripe)
        self.run_job(job, expect=0)
        self.assertIn("account_country_differs", Page(self.page(job)).words())

    def test_what_a_killed_run_leaves(self):
        job = self.night()
        self.stripe.rule(lambda request: Fault("slow", seconds=0.02))
        process = self.start_job(self.job(self.stripe, limits={"in_flight": 2}))
        self.wait_for(lambda: len(self.stripe.attached()) > 5, "some clones")
        self.assertIn("going on", Page(self.page(job)).words())
        process.kill()
        process.wait()
        words = Page(self.page(job)).words()
        self.assertIn("cut off", words)
        self.assertIn("Not finished", words)

    @unittest.skipUnless(CHROMIUM, "chromium is missing")
    def test_in_a_browser(self):
        """It draws without an error, is no wider than a phone, and asks nobody for anything."""
        job = self.night()
        self.run_job(job, expect=3)
        folder = self.report(job)
        with tempfile.TemporaryDirectory() as profile:
            shot = folder / "shot.png"
            found = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}",
                 f"--screenshot={shot}", "--window-size=390,2400", f"file://{folder / 'report.html'}"],
                capture_output=True, text=True, timeout=120)
        self.assertEqual(found.returncode, 0, found.stderr[-2000:])
        self.assertGreater(shot.stat().st_size, 20000)


@unittest.skipUnless(schema.jsonschema, "jsonschema is missing")
class Schemas(support.EndToEnd):
    def test_what_is_wrong_is_found(self):
        self.csv(support.lines(2))
        good = self.run_job(self.job(self.stand_in()), expect=0).summary
        self.assertEqual(schema.faults("summary", good), [])
        for path, value in (("seconds", "long"), ("outcome", "fine"), ("extra", 1), ("items", {}), ("failures", {"x": -1})):
            self.assertNotEqual(schema.faults("summary", {**good, path: value}), [], path)
        del good["requests"]
        self.assertNotEqual(schema.faults("summary", good), [])

    def test_summary_status_and_report_say_it_in_one_shape(self):
        stripe = self.stand_in()
        self.csv([("cus_1", "pm_1", "acct_A"), ("x", "pm_2", "acct_A"), ("cus_3", "pm_3", "acct_A")])
        stripe.always("clone", refuse(402, "card_declined"), lambda request: request.param("payment_method") == "pm_3")
        job = self.job(stripe)
        for document in (json.loads(self.payferry("status", job, "--json").out),
                         self.run_job(job, expect=3).summary,
                         json.loads(self.payferry("status", job, "--json").out),
                         json.loads((self.report(job) / "summary.json").read_text())):
            self.assertEqual(schema.faults("summary", document), [])


if __name__ == "__main__":
    support.main()
