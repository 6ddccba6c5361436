"""What is made from the program's own definitions: manual page, completions, the page of metrics; and that README names
every command."""

import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import unittest

from support import BIN, EndToEnd

ROOT = pathlib.Path(__file__).parents[2]


class Generated(EndToEnd):
    def generate(self, what):
        ended = self.payferry("generate", what)
        self.assertEqual((ended.code, ended.err), (0, ""), ended)
        return ended.out

    def commands(self, *below):
        """The commands that --help lists, in its order."""
        text = self.payferry(*below, "--help").out
        listed = text.partition("Subcommands:")[2].partition("Exit codes:")[0]
        return re.findall(r"^  ([a-z][a-z-]*) ", listed, re.M)

    def options(self, *command):
        return re.findall(r"^  (?:-\w,)?(--[a-z-]+)", self.payferry(*command, "--help").out, re.M)

    def test_the_page_of_metrics_is_up_to_date(self):
        self.assertEqual((ROOT / "docs/metrics.md").read_text(), self.generate("metrics"),
                         "build/dev/bin/payferry generate metrics > docs/metrics.md")

    def test_the_page_of_codes_is_up_to_date(self):
        self.assertEqual((ROOT / "docs/codes.md").read_text(), self.generate("codes"),
                         "build/dev/bin/payferry generate codes > docs/codes.md")

    def test_readme_names_every_command_and_no_other(self):
        named = re.findall(r"^\| `payferry ([a-z-]+)", (ROOT / "README.md").read_text(), re.M)
        self.assertGreater(len(named), 5)
        self.assertEqual(sorted(named), sorted(self.commands()))

    def test_the_manual_page_has_every_command_and_option(self):
        page = self.generate("man").replace("\\-", "-")
        for command in self.commands():
            self.assertIn(f"\\fBpayferry {command}\\fR", page)
            for option in self.options(command):
                self.assertIn(f"\\fB{option}\\fR", page)
        self.assertNotIn("generate", page)

    def test_the_ten_minutes_of_a_newcomer_word_for_word(self):
        page = (ROOT / "docs/getting-started.md").read_text()
        typed = re.search(r"```sh\n(.*?)```", page, re.S).group(1)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        typed = typed.replace("12112", str(port)).replace("--port-file", f"--listen 127.0.0.1:{port} --port-file")
        environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder)}
        done = subprocess.run(["bash", "-mc", typed], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no mistake found; the key belongs to platform acct_", done.stdout)
        self.assertIn("first-run: unfinished", done.stdout)
        self.assertIn("run_ended job=first-run outcome=complete", done.stderr)
        self.assertEqual(len(self.rows(self.folder / "out/mapping.csv")), 60)

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is missing")
    def test_the_manual_page_is_well_formed(self):
        page = self.write("payferry.1", self.generate("man"))
        found = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True, timeout=30)
        self.assertEqual((found.returncode, found.stdout + found.stderr), (0, ""))

    def complete(self, script, line):
        """What bash would offer at the end of the line."""
        words = line.split(" ")
        setup = " ".join(map(shlex.quote, words))
        ask = (f"source {shlex.quote(str(script))}; COMP_WORDS=({setup}); COMP_CWORD={len(words) - 1}; _payferry; "
               "printf '%s\\n' ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}")
        found = subprocess.run(["bash", "-euc", ask], capture_output=True, text=True, timeout=30, cwd=self.folder)
        self.assertEqual((found.returncode, found.stderr), (0, ""), line)
        return found.stdout.split()

    def test_bash_completes_commands_options_values_and_files(self):
        script = self.write("completion", self.generate("bash"))
        self.write("night.yaml", "job: night\n")
        self.assertEqual(self.complete(script, "payferry "), self.commands())
        self.assertEqual(self.complete(script, "payferry val"), ["validate"])
        self.assertEqual(self.complete(script, "payferry ledger "), self.commands("ledger"))
        for command in self.commands():
            self.assertEqual(set(self.complete(script, f"payferry {command} --")), set(self.options(command)), command)
        self.assertEqual(self.complete(script, "payferry run --log-format j"), ["json"])
        self.assertEqual(self.complete(script, "payferry run --limit "), [])
        self.assertEqual(self.complete(script, "payferry run ni"), ["night.yaml"])
        self.assertEqual(self.complete(script, "payferry ledger check ni"), ["night.yaml"])
        self.assertIn("--online", self.complete(script, "payferry validate night.yaml --o"))

    def test_zsh_and_fish_read_theirs(self):
        for shell, what, check in (("zsh", "zsh", "-n"), ("fish", "fish", "--no-execute")):
            text = self.generate(what)
            for command in self.commands():
                self.assertRegex(text, rf"\b{command}\b")
            if shutil.which(shell):
                found = subprocess.run([shell, check, self.write(what, text)], capture_output=True, text=True, timeout=30)
                self.assertEqual((found.returncode, found.stderr), (0, ""), shell)


if __name__ == "__main__":
    unittest.main(verbosity=2)
