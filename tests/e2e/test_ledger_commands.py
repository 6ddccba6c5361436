"""`payferry ledger check|export|backup`, from outside: on sound, busy, damaged and foreign ledgers."""

import csv
import json
import shutil
import sqlite3

import support
from support import MAIL, PERSON, PHONE, Fault, error, lines

PEOPLE = ("customer", "payment_method", "account", "name", "email", "phone")
# One statement for every promise of the check, each against what `made` leaves behind.
BROKEN = [
    ("words", "UPDATE item SET state = 9 WHERE id = (SELECT max(id) FROM item)"),
    ("words", "UPDATE intent SET state = 9 WHERE id = (SELECT max(id) FROM intent)"),
    ("words", "UPDATE account SET looked = 3 WHERE id = 1"),
    ("item_identity", "UPDATE item SET payment_method = 'pm_other' WHERE id = 1"),
    ("item_once", "DROP INDEX item_identity; UPDATE item SET identity = x'00', (account, payment_method) = "
                  "(SELECT account, payment_method FROM item WHERE id = 1) WHERE id = 2"),
    ("link_identity", "UPDATE link SET customer = 'cus_other' WHERE id = 1"),
    ("link_once", "UPDATE link SET (account, customer) = (SELECT account, customer FROM link WHERE id = 1) WHERE id = 2"),
    ("item_link", "UPDATE item SET link = 9999 WHERE id = 1"),
    ("link_origin", "UPDATE link SET origin = 0 WHERE target_customer <> ''"),
    ("entry", "INSERT INTO entry VALUES(1, 9999, 77)"),
    ("reject", "UPDATE reject SET input = 9999"),
    ("open_intent", "UPDATE item SET state = 3 WHERE id IN (SELECT item FROM intent WHERE state <> 3)"),
    ("unsettled_intent", "UPDATE intent SET item = 9999 WHERE state <> 3"),
    ("settled_intent", "UPDATE intent SET body = 'x=y' WHERE state = 3"),
    ("succeeded_clone", "UPDATE item SET clone_id = '' WHERE state = 1"),
    ("succeeded_customer", "UPDATE link SET target_customer = '', origin = 0"),
    ("forgotten_content", "UPDATE item SET cells = '[]' WHERE state = 1"),
    ("creating", "UPDATE link SET creating = 1 WHERE target_customer <> ''"),
    ("generations_rise", "UPDATE intent SET step = 0, generation = 0 WHERE item = "
                         "(SELECT item FROM intent GROUP BY item HAVING count(*) > 1 LIMIT 1)"),
    ("creations_differ", "UPDATE item SET link = (SELECT min(link) FROM item WHERE state = 1) WHERE state = 1"),
    ("generation_known", "UPDATE intent SET generation = 99 WHERE step = 0"),
    ("balance", "UPDATE input SET read = read + 1"),
]


class LedgerCommands(support.EndToEnd):
    def setUp(self):
        super().setUp()
        self.ledger = self.folder / "ledger.db"

    def companions(self):
        return sorted(path.name for path in self.folder.glob("ledger.db-*"))

    def change(self, sql):
        database = sqlite3.connect(self.ledger)
        database.executescript(sql)
        database.commit()
        database.close()

    def made(self):
        """A ledger with items that succeeded, failed and were rejected, and a request whose answer is unknown."""
        stripe = self.stand_in()
        stripe.rule(lambda request: Fault("answer", error(402, "card_declined", "declined"))
                    if request.step == "create_customer" and "cus_7" in str(request.form) else None)
        last = lambda request: request.step == "clone" and "cus_9" in str(request.form)  # noqa: E731
        stripe.rule(lambda request: Fault("stall_before") if last(request) else None)
        rows = [(*row, PERSON, MAIL, PHONE) for row in lines(10, 1, ("acct_A", "acct_B"))]
        self.csv([*rows, ("oops", "pm_x", "acct_A", "", "", "")], header=PEOPLE)
        job = self.job(stripe, limits={"in_flight": 1}, retry={"attempts": 1})
        process = self.start_job(job)
        self.wait_for(lambda: any(map(last, list(stripe.requests))), "the request that is not answered")
        process.kill()
        process.wait()
        self.change("PRAGMA wal_checkpoint(TRUNCATE)")
        return stripe, job

    def check_says(self, job, code, *words):
        ended = self.payferry("ledger", "check", job, key=None)
        self.assertEqual(ended.code, code, ended)
        for word in words:
            self.assertIn(word, ended.out + ended.err)
        return ended

    # -- check -----------------------------------------------------------------------------------------------------

    def test_sound_at_every_stage(self):
        stripe = self.stand_in()
        rows = lines(200, 2, ("acct_A", "acct_B"))
        self.csv(rows)
        job = self.job(stripe, limits={"in_flight": 2})
        self.check_says(job, 6, "no such file")
        stripe.rule(lambda request: Fault("slow", seconds=0.005))
        process = self.start_job(job)
        for most in (1, 50, 150):
            self.wait_for(lambda: len(stripe.attached()) >= most, "clones")
            self.check_says(job, 0, "sound")
        self.assertIsNone(process.poll(), "the run ended before it was looked at")
        self.assertEqual(self.finish(process, 60, process.summary).code, 0)
        self.check_says(job, 0, "400 items", "read to its end", "sound")
        self.assert_exactly_once(stripe, [(account, method) for _, method, account in rows])

    def test_every_promise_that_is_broken_is_named(self):
        _, job = self.made()
        self.check_says(job, 0, "sound")
        whole = self.ledger.read_bytes()
        for rule, sql in BROKEN:
            with self.subTest(rule=rule, sql=sql):
                for name in self.companions():
                    (self.folder / name).unlink()
                self.ledger.write_bytes(whole)
                self.change(sql)
                ended = self.check_says(job, 6, "promises are broken", "newest backup")
                self.assertRegex(ended.out, rf"(?m)^{rule} ")

    def test_a_torn_page(self):
        stripe = self.stand_in()
        self.csv(lines(200))
        job = self.job(stripe)
        self.run_job(job, expect=0)
        with open(self.ledger, "r+b") as file:
            file.seek(self.ledger.stat().st_size // 2 // 8192 * 8192)
            file.write(b"\xa5" * 8192)
        before = self.ledger.read_bytes()
        self.check_says(job, 6, "damaged")
        self.assertEqual(self.ledger.read_bytes(), before)

    def test_what_is_no_ledger_of_this_program(self):
        job = self.job(self.stand_in())
        self.csv(lines(1))
        self.run_job(job, expect=0)
        self.change("PRAGMA user_version = 99")
        newer = self.ledger.read_bytes()
        copy = self.folder / "copy.db"
        for content, said in ((newer, "99"), (b"not a database " * 1000, "not a ledger"), (b"", "no such file")):
            self.ledger.write_bytes(content)
            for command in (("check",), ("export",), ("backup", "--out", copy)):
                with self.subTest(said=said, command=command[0]):
                    ended = self.payferry("ledger", command[0], job, *command[1:], key=None)
                    self.assertEqual(ended.code, 6, ended)
                    self.assertIn(said, ended.err)
                    self.assertEqual(ended.out, "")
                    self.assertFalse(copy.exists())
            self.assertEqual(self.ledger.read_bytes(), content)

    def test_the_position_in_the_input(self):
        """A changed file is another input, whatever its name; a position in the same one must be one, and within it."""
        path = self.csv(lines(50))
        whole = path.read_bytes()
        job = self.job(self.stand_in())
        self.run_job(job, expect=0)
        self.check_says(job, 0, "read to its end")
        database = sqlite3.connect(self.ledger)
        (position,) = database.execute("SELECT position FROM input").fetchone()
        database.close()
        behind = position.replace(str(len(whole)), str(len(whole) + 3), 1)
        self.assertNotEqual(behind, position)
        for wrong in ("nonsense", behind):
            with self.subTest(wrong=wrong):
                self.change(f"UPDATE input SET position = '{wrong}'")
                self.assertRegex(self.check_says(job, 6, "no place in the input").out, r"(?m)^position ")
        self.change(f"UPDATE input SET position = '{position}'")
        self.check_says(job, 0, "read to its end")
        path.write_bytes(whole[:-100])
        self.check_says(job, 0, "not the one that was read last")
        path.unlink()
        self.check_says(job, 0, "cannot be looked at")
        self.csv(lines(3), name="in.csv")
        self.check_says(job, 0, "not the one that was read last")

    # -- export ----------------------------------------------------------------------------------------------------

    def test_the_export_holds_every_row_and_nobodys_data(self):
        _, job = self.made()
        self.status(job)  # what the run did last is in the tables from now on
        database = sqlite3.connect(self.ledger)
        held = {kind: database.execute(f"SELECT count(*) FROM {kind}").fetchone()[0]
                for kind in ("account", "input", "link", "item", "entry", "intent", "reject", "run")}
        items = database.execute("SELECT i.id, a.account, i.payment_method, i.clone_id, i.state, i.clone_generation "
                                 "FROM item i JOIN account a ON a.id = i.account ORDER BY i.id").fetchall()
        people = database.execute("SELECT count(*) FROM item WHERE content LIKE '%zebra%'").fetchone()[0]
        database.close()
        self.assertGreater(people, 0, "there is nobody to leak")
        ended = self.payferry("ledger", "export", job, key=None)
        self.assertEqual(ended.code, 0, ended)
        self.assert_no_leak(ended.out, "export")
        rows = [json.loads(line) for line in ended.out.splitlines()]
        self.assertEqual(rows[0]["kind"], "ledger")
        self.assertEqual({kind: sum(row["kind"] == kind for row in rows) for kind in held}, held)
        self.assertEqual(len(rows), 1 + sum(held.values()))
        states = ("pending", "succeeded", "skipped", "failed")
        self.assertEqual([(row["id"], row["account"], row["payment_method"], row["clone_id"], states.index(row["state"]),
                           row["clone_generation"]) for row in rows if row["kind"] == "item"], items)
        out = self.folder / "export.ndjson"
        self.assertEqual(self.payferry("ledger", "export", job, "--out", out, key=None).code, 0)
        self.assertEqual(out.read_text(), ended.out)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)

    # -- backup ----------------------------------------------------------------------------------------------------

    def test_a_backup_of_a_busy_ledger_goes_on_exactly_once(self):
        stripe = self.simulator("--csv", "in.csv", "--customers", 300, "--latency", 5, "--bank-share", 0,
                                "--methods-per-customer", 1)
        job = self.job(stripe, limits={"in_flight": 4})
        process = self.start_job(job)
        self.wait_for(lambda: len(stripe.attached()) > 40, "some clones")
        copy = self.folder / "copy.db"
        self.assertEqual(self.payferry("ledger", "backup", job, "--out", copy, key=None).code, 0)
        at_copy = len(stripe.attached())
        self.assertLess(at_copy, 300, "the copy was made of a ledger at rest")
        self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
        refused = self.payferry("ledger", "backup", job, "--out", copy, key=None)
        self.assertNotEqual(refused.code, 0, "a copy was overwritten")
        self.wait_for(lambda: len(stripe.attached()) > min(at_copy + 40, 290), "clones that the copy does not know")
        process.kill()
        process.wait()
        for path in self.folder.glob("ledger.db*"):
            path.unlink()
        shutil.move(copy, self.ledger)
        self.check_says(job, 0, "sound")
        self.run_job(job, expect=0)
        self.check_says(job, 0, "sound")
        report = stripe.report()
        with open(self.folder / "in.csv", newline="") as file:
            originals = sorted(row["payment_method"] for row in csv.DictReader(file))
        self.assertEqual(len(originals), 300)
        self.assertEqual(sorted(entry["original"] for entry in stripe.attached()), originals, report)
        self.assertEqual(report["clones"]["attached"], 300, report)
        self.assertEqual((report["duplicate_clones"], report["duplicate_customers"]), (0, 0), report)

    # -- readers ---------------------------------------------------------------------------------------------------

    def test_readers_leave_nothing_behind(self):
        job = self.job(self.stand_in())
        self.csv(lines(20))
        self.run_job(job, expect=0)
        self.assertEqual(self.companions(), [])
        before = self.ledger.read_bytes()
        for command in (("status", job), ("report", job, "--out", self.folder / "report"), ("ledger", "check", job),
                        ("ledger", "export", job), ("ledger", "backup", job, "--out", self.folder / "copy.db")):
            with self.subTest(command=command[:2]):
                self.assertEqual(self.payferry(*command, key=None).code, 0)
                self.assertEqual(self.companions(), [])
                self.assertEqual(self.ledger.read_bytes(), before)


if __name__ == "__main__":
    support.main()
