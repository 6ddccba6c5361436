"""Lines and files that are wrong in every way: none crashes it, none is lost, each is named."""

import gzip
import os
import subprocess
import threading
import time

import support
from support import Fault, lines

HEADER = b"customer,payment_method,account\n"
GOOD = b"cus_G%d,pm_G%d,acct_A\n"
BAD = {
    "columns too few": b"cus_1,pm_1\n",
    "columns too many": b"cus_1,pm_1,acct_A,more\n",
    "empty customer": b",pm_1,acct_A\n",
    "empty method": b"cus_1,,acct_A\n",
    "empty account": b"cus_1,pm_1,\n",
    "all empty": b",,\n",
    "blanks": b" , , \n",
    "customer of the wrong kind": b"acct_1,pm_1,acct_A\n",
    "method of the wrong kind": b"cus_1,cus_1,acct_A\n",
    "account of the wrong kind": b"cus_1,pm_1,cus_A\n",
    "bank account": b"cus_1,ba_1,acct_A\n",
    "guest": b"gcus_1,pm_1,acct_A\n",
    "prefix alone": b"cus_,pm_,acct_\n",
    "header injected": b"cus_1,pm_1,acct_A\\r\\nX: y\n",
    "line end in an id": b'cus_1,"pm_1\nX",acct_A\n',
    "quote in the middle": b'cus_1,p"m_1,acct_A\n',
    "text after a quote": b'cus_1,"pm_1"x,acct_A\n',
    "NUL": b"cus_1,pm_\0,acct_A\n",
    "NUL alone": b"\0\n",
    "invalid UTF-8": b"cus_1,pm_\xff\xfe,acct_A\n",
    "overlong UTF-8": b"cus_1,pm_\xc0\x80,acct_A\n",
    "surrogate": b"cus_1,pm_\xed\xa0\x80,acct_A\n",
    "other alphabet": "cus_1,pm_1,acct_Ä\n".encode(),
    "10 MB field": b"cus_1," + b"p" * 10_000_000 + b",acct_A\n",
    "10 MB quoted field": b'cus_1,"' + b"p" * 10_000_000 + b'",acct_A\n',
    "100 KB field": b"cus_1,pm_" + b"p" * 100_000 + b",acct_A\n",
    "long id": b"cus_1,pm_" + b"p" * 5_000 + b",acct_A\n",
    "semicolons": b"cus_1;pm_1;acct_A\n",
    "carriage return inside": b"cus_1,pm\r_1,acct_A\n",
    "slash": b"cus_1,pm_1/../../x,acct_A\n",
    "question mark": b"cus_1,pm_1?a=b,acct_A\n",
    "quote never closed, with more behind": b'cus_1,"pm_1,acct_A\n',
}


class Input(support.EndToEnd):
    def bad_between_good(self, bad):
        """Every bad line between good ones; the line numbers on which bad records begin."""
        content, at, numbers = HEADER, 2, []
        for number, line in enumerate(bad):
            content += GOOD % (number, number) + line
            numbers.append(at + 1)
            at += 1 + line.count(b"\n")
        return content + GOOD % (len(bad), len(bad)), numbers

    def test_every_bad_line_is_named_and_no_good_one_is_lost(self):
        stripe = self.stand_in()
        content, numbers = self.bad_between_good(BAD.values())
        self.write("in.csv", content)
        job = self.job(stripe)
        ended = self.run_job(job, expect=3)
        good = [("acct_A", f"pm_G{number}") for number in range(len(BAD) + 1)]
        self.assert_exactly_once(stripe, good)
        rejected = self.rejects(job)
        named = {int(row["payferry_line"]) for row in rejected}
        for (what, _), line in zip(BAD.items(), numbers):
            self.assertIn(line, named, f"{what} is not named")
        for row in rejected:
            self.assertEqual(row["payferry_state"], "rejected")
            self.assertTrue(row["payferry_code"] and row["payferry_message"], row)
        self.assertEqual(len(rejected), ended.items["rejected"])
        self.assertEqual(ended.items["succeeded"], len(good))
        self.assertEqual(self.run_job(job, expect=3).items, ended.items)

    def test_each_bad_line_alone_as_the_last_and_without_a_line_end(self):
        """Whatever stands at the end of the file."""
        stripe = self.stand_in()
        for number, (what, line) in enumerate(BAD.items()):
            with self.subTest(what):
                if len(line) > 1_000_000 or what == "line end in an id":
                    continue
                self.write("in.csv", HEADER + GOOD % (number, number) + line.rstrip(b"\n"))
                job = self.job(stripe, name=f"job-{number}", ledger=f"ledger-{number}.db")
                ended = self.run_job(job, "--new-ledger", expect=3)
                self.assertEqual(ended.counts(), {"rejected": 1, "succeeded": 1}, ended)

    def test_lines_that_look_wrong_and_are_right(self):
        stripe = self.stand_in()
        self.write("in.csv", b"\xef\xbb\xbf account ,\"payment_method\",note,customer\r\n".replace(b" account ", b"account") +
                   b'acct_A,pm_1,"a, ""quoted""\r\nnote",cus_1\r\n'
                   b'"acct_A", pm_2 ,,cus_1\r\n'
                   b"\r\n"
                   b'acct_A,card_3,\xf0\x9f\x9a\xa2,"cus_1"\n'
                   b"acct_A,src_4,x,cus_2")
        ended = self.run_job(self.job(stripe), expect=0)
        self.assert_exactly_once(stripe, [("acct_A", name) for name in ("pm_1", "pm_2", "card_3", "src_4")])
        self.assertEqual(ended.counts(), {"succeeded": 4})

    def test_duplicates_fan_out_and_the_example_of_the_contract(self):
        stripe = self.stand_in()
        self.write("in.csv", b"customer,payment_method\ncus_1,pm_1\ncus_1,oops\ncus_1,pm_1\n")
        job = self.job(stripe, target={"accounts": ["acct_A", "acct_B"]})
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.items["read"], 5)
        self.assertEqual(ended.counts(), {"rejected": 1, "duplicate": 2, "succeeded": 2})
        self.assertEqual(stripe.counts(), {"clone": 2, "create_customer": 2})
        self.assertEqual(ended.summary["input"], {"lines": 3, "complete": True})

    def test_a_filled_account_cell_wins_over_the_fan_out(self):
        stripe = self.stand_in()
        self.write("in.csv", b"customer,payment_method,account\ncus_1,pm_1,\ncus_2,pm_2,acct_C\n")
        self.run_job(self.job(stripe, target={"accounts": ["acct_A", "acct_B"]}), expect=0)
        self.assert_exactly_once(stripe, [("acct_A", "pm_1"), ("acct_B", "pm_1"), ("acct_C", "pm_2")])

    def test_files_without_lines(self):
        stripe = self.stand_in()
        self.write("in.csv", HEADER)
        ended = self.run_job(self.job(stripe), expect=0)
        self.assertEqual(ended.summary["input"], {"lines": 0, "complete": True})
        self.assertEqual(stripe.writes, [])

    def test_files_that_are_no_list(self):
        stripe = self.stand_in()
        job = self.job(stripe)
        for what, content, said in [
                ("empty", b"", "empty"), ("only blank lines", b"\n\r\n\n", "empty"),
                ("only a mark", b"\xef\xbb\xbf", "empty"),
                ("no column", b"a,b,c\ncus_1,pm_1,acct_A\n", "payment_method"),
                ("no header", b"cus_1,pm_1,acct_A\n", "payment_method"),
                ("semicolons", b"customer;payment_method;account\n", "semicolon"),
                ("UTF-16", "customer,payment_method,account\n".encode("utf-16"), "UTF-16"),
                ("column twice", b"customer,customer,payment_method,account\n", "customer"),
                ("metadata of ours", b"customer,payment_method,account,metadata.payferry_x\n", "payferry_"),
                ("10 MB header", b"c" * 10_000_000, "1 MiB"),
                ("binary", bytes(range(256)) * 10, ""),
                ("open quote", b'"customer,payment_method,account\n' * 9, "quote"),
                ("cut gzip", gzip.compress(HEADER * 9)[:12], "gzip"),
                ("broken gzip", b"\x1f\x8b" + b"x" * 100, "gzip")]:
            with self.subTest(what):
                self.write("in.csv", content)
                ended = self.run_job(job, expect=2)
                self.assertIn(said, ended.err)
                self.assertIn("in.csv", ended.err)
        (self.folder / "in.csv").unlink()
        self.assertIn("in.csv", self.run_job(job, expect=2).err)
        (self.folder / "in.csv").mkdir()
        self.assertIn("director", self.run_job(job, expect=2).err)
        (self.folder / "in.csv").rmdir()
        (self.folder / "in.csv").symlink_to("in.csv")
        self.run_job(job, expect=2)
        self.assertEqual(stripe.requests, [], "something was sent")

    def test_gzip_standard_input_and_a_slow_pipe(self):
        rows = lines(60, 2)
        text = HEADER + b"".join(",".join(row).encode() + b"\n" for row in rows)
        everything = [(account, method) for _, method, account in rows]

        with self.subTest("gzip, in several members"):
            stripe = self.stand_in()
            self.write("in.csv.gz", gzip.compress(text[:999]) + gzip.compress(text[999:]))
            job = self.job(stripe, name="gz", source="in.csv.gz", ledger="gz.db")
            self.run_job(job, expect=0)
            self.assert_exactly_once(stripe, everything)
            before = len(stripe.writes)
            self.assertEqual(self.run_job(job, expect=0).items["read"], 120)
            self.assertEqual(len(stripe.writes), before)

        with self.subTest("gzip cut off in the middle: nothing of the rest is forgotten"):
            stripe = self.stand_in()
            packed = gzip.compress(text, 0)
            self.write("cut.csv.gz", packed[:len(packed) // 2])
            job = self.job(stripe, name="cut", source="cut.csv.gz", ledger="cut.db")
            ended = self.run_job(job, expect=4)
            self.assertFalse(ended.summary["input"]["complete"])
            self.assertIn("cut off", ended.err)
            self.write("cut.csv.gz", packed)
            self.run_job(job, expect=0)
            self.assert_exactly_once(stripe, everything)

        with self.subTest("standard input, drop by drop"):
            stripe = self.stand_in()
            job = self.job(stripe, name="pipe", source="-", ledger="pipe.db")
            process = self.start_job(job, stdin=subprocess.PIPE)
            for at in range(0, len(text), 100):
                process.stdin.write(text[at:at + 100])
                process.stdin.flush()
                time.sleep(0.002)
                if at == 1000:
                    self.wait_for(lambda: stripe.of("attach"), "work on what has come so far")
            process.stdin.close()
            self.assertEqual(self.finish(process, summary=process.summary).code, 0)
            self.assert_exactly_once(stripe, everything)
            before = len(stripe.writes)
            with open(self.write("again.csv", text)) as file:
                self.run_job(job, stdin=file, expect=0)
            self.assertEqual(len(stripe.writes), before)

        with self.subTest("a pipe with a name"):
            stripe = self.stand_in()
            os.mkfifo(self.folder / "fifo.csv")
            threading.Thread(target=lambda: (self.folder / "fifo.csv").write_bytes(text), daemon=True).start()
            self.run_job(self.job(stripe, name="fifo", source="fifo.csv", ledger="fifo.db"), expect=0)
            self.assert_exactly_once(stripe, everything)

    def test_a_quiet_source_is_no_outage_of_stripe(self):
        """After a pause of the pipe longer than run.outage, a few lost answers must not end the run."""
        stripe = self.stand_in()
        job = self.job(stripe, source="-", run={"outage": "1s"}, retry={"attempts": 100})
        process = self.start_job(job, stdin=subprocess.PIPE)
        process.stdin.write(HEADER + b"cus_1,pm_1,acct_A\n")
        process.stdin.flush()
        self.wait_for(lambda: stripe.made(), "the first line's move")
        time.sleep(1.5)
        until = time.monotonic() + 0.6
        stripe.rule(lambda request: Fault("reset_before") if time.monotonic() < until else None)
        process.stdin.write(b"cus_2,pm_2,acct_A\n")
        process.stdin.close()
        ended = self.finish(process, summary=process.summary)
        self.assertEqual(ended.code, 0, ended)

    def test_a_million_of_bytes_in_every_cell_that_may_be_long(self):
        stripe = self.stand_in()
        self.csv([("cus_1", "pm_1", "acct_A", "n" * 300, "v" * 500), ("cus_2", "pm_2", "acct_A", "", "v" * 501),
                  ("cus_3", "pm_3", "acct_A", "", "€" * 500)],
                 header=("customer", "payment_method", "account", "name", "metadata.x"))
        job = self.job(stripe)
        ended = self.run_job(job, expect=3)
        self.assertEqual(ended.counts(), {"rejected": 1, "succeeded": 2})
        self.assertEqual([row["payferry_code"] for row in self.rejects(job)], ["metadata_too_long"])

    def test_many_columns_and_many_accounts(self):
        stripe = self.stand_in()
        extra = [f"c{number}" for number in range(500)]
        self.csv([("cus_1", "pm_1", *extra)] * 3, header=("customer", "payment_method", *(f"x{name}" for name in extra)))
        accounts = [f"acct_{number}" for number in range(300)]
        ended = self.run_job(self.job(stripe, target={"accounts": accounts}), expect=0)
        self.assertEqual(ended.counts(), {"duplicate": 600, "succeeded": 300})
        self.assert_exactly_once(stripe, [(account, "pm_1") for account in accounts])


if __name__ == "__main__":
    support.main()
