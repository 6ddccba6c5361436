"""The live page on the metrics address: who may see and use it, and what a real browser makes of it."""

import http.client
import json
import os
import pathlib
import re
import unittest

import browser
import support
from support import Fault, lines, refuse

TOKEN = "correct-horse-battery-staple-0042"


class Served(support.EndToEnd):
    def going(self, token=None, listen="127.0.0.1:0", rule=None, accounts=("acct_A", "acct_B")):
        stripe = self.stand_in()
        stripe.rule(rule or (lambda request: Fault("slow", seconds=0.01) if request.method == "POST" else None))
        self.csv(lines(6000, 1, accounts))
        metrics = {"listen": listen}
        if token:
            (self.folder / "token").write_text(token + "\n")
            os.chmod(self.folder / "token", 0o600)
            metrics["token_file"] = "token"
        job = self.job(stripe, limits={"in_flight": 4}, metrics=metrics)
        process = self.start_job(job)
        found = self.wait_for(lambda: re.search(r"metrics_listening.*?[\d.]+:(\d+)", self.errors_of(process)), "the page")
        self.port = int(found.group(1))
        self.wait_for(lambda: len(stripe.of("clone")) > 5, "some clones")
        return stripe, job, process

    def end(self, job, process):
        self.assertEqual(self.payferry("stop", job).code, 0)
        return self.finish(process, 60, process.summary)

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def state(self, job):
        return self.status(job)["live"]["state"]


class PageOverHttp(Served):
    def test_without_a_token_it_is_seen_here_and_steers_nothing(self):
        _, job, process = self.going()
        for path in ("/", "/page.css", "/page.js", "/snapshot.json"):
            answer, text = self.ask("GET", path)
            self.assertEqual(answer.status, 200, path)
            self.assert_no_leak(text, path)
            self.assertEqual(answer.getheader("X-Frame-Options"), "DENY")
            self.assertIn("default-src 'none'", answer.getheader("Content-Security-Policy"))
        self.assertEqual(json.loads(text)["job"], "job")
        self.assertIsNone(answer.getheader("X-Payferry-Steer"))
        self.assertEqual(self.ask("GET", "/snapshot.json", Host="evil.example")[0].status, 403)
        pause = json.dumps({"job": "job", "do": "pause"})
        for headers in ({}, {"Authorization": "Bearer "}, {"Cookie": "payferry="}):
            answer, _ = self.ask("POST", "/steer", pause, Content_Type="application/json", X_Payferry="page",
                                 Origin=f"http://127.0.0.1:{self.port}", **headers)
            self.assertEqual(answer.status, 403, headers)
        self.assertEqual(self.state(job), "moving")
        self.end(job, process)

    def test_beyond_loopback_it_needs_a_token_and_scrapers_do_not(self):
        _, job, process = self.going(listen="0.0.0.0:0")
        for path in ("/", "/snapshot.json", "/page.js"):
            self.assertEqual(self.ask("GET", path)[0].status, 403, path)
        self.assertEqual(self.ask("GET", "/metrics")[0].status, 200)
        self.end(job, process)

    def test_the_token_opens_it_and_steers(self):
        _, job, process = self.going(token=TOKEN, listen="0.0.0.0:0")
        self.assertNotIn(TOKEN, self.errors_of(process))
        self.assertEqual(self.ask("GET", "/snapshot.json")[0].status, 401)
        self.assertEqual(self.ask("GET", "/snapshot.json", Authorization=f"Bearer {TOKEN}x")[0].status, 401)
        answer, text = self.ask("GET", "/snapshot.json", Authorization=f"Bearer {TOKEN}")
        self.assertEqual((answer.status, answer.getheader("X-Payferry-Steer")), (200, "yes"))
        self.assertNotIn(TOKEN, text)
        own = {"Content_Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
        steer = lambda body, **headers: self.ask("POST", "/steer", body, **{**own, **headers})
        self.assertEqual(steer('{"job":"job","do":"pause"}')[0].status, 200)
        self.assertEqual(self.state(job), "paused")
        self.assertEqual(steer('{"job":"other","do":"resume"}')[0].status, 422)
        self.assertEqual(steer("nonsense")[0].status, 422)
        self.assertEqual(steer("x" * 5000)[0].status, 413)
        self.assertEqual(steer('{"job":"job","do":"resume"}', Content_Type="text/plain")[0].status, 403)
        self.assertEqual(self.ask("GET", "/steer", **own)[0].status, 405)
        # With the cookie, only from our own page.
        answer, _ = self.ask("POST", "/login", Authorization=f"Bearer {TOKEN}", X_Payferry="page")
        cookie = answer.getheader("Set-Cookie").split(";")[0]
        self.assertEqual(self.ask("GET", "/snapshot.json", Cookie=cookie)[0].status, 200)
        page = {"Authorization": "", "Cookie": cookie, "X_Payferry": "page"}
        resume = '{"job":"job","do":"resume"}'
        self.assertEqual(steer(resume, **page, Origin="http://evil.example")[0].status, 403)
        self.assertEqual(steer(resume, **page)[0].status, 403)
        self.assertEqual(self.state(job), "paused")
        self.assertEqual(steer(resume, **page, Origin=f"http://127.0.0.1:{self.port}")[0].status, 200)
        self.assertEqual([change["who"] for change in self.status(job)["live"]["steering"]["changes"]], ["page", "page"])
        self.end(job, process)

    def test_a_token_that_is_none_is_a_mistake_in_the_settings(self):
        self.csv(lines(1))
        for content, says in ((None, "token_file"), ("short\n", "16 to 256"), ("with blanks in between it\n", "16 to 256")):
            if content:
                self.write("token", content)
            ended = self.payferry("validate", self.job("http://127.0.0.1:1", metrics={"token_file": "token"}))
            self.assertEqual(ended.code, 2, ended)
            self.assertRegex(ended.err + ended.out, rf"metrics\.token_file.*{says}|{says}")


@unittest.skipIf(browser.missing(), f"{browser.missing()} is not installed (deploy/packages.sh install test)")
class PageInABrowser(Served):
    def shown(self, window):
        """For whoever wants to look: PAYFERRY_SHOTS names a folder."""
        folder = os.environ.get("PAYFERRY_SHOTS")
        return folder and pathlib.Path(folder) / f"{window}.png"

    def shoot(self, window, name):
        if self.shown(name):
            window.shot(self.shown(name))

    def rule(self, request):
        """Some of everything, with ids that try to be markup."""
        if request.method != "POST":
            return None
        if request.account == "acct_C":
            return refuse(403, "account_invalid", headers=[("Request-Id", "req_lost")])
        if request.step == "clone" and request.number % 23 == 0:
            return refuse(402, "card_declined", headers=[("Request-Id", "req_<img src=x onerror=alert(1)>")])
        return Fault("slow", seconds=0.01)

    def test_it_moves_fits_a_phone_and_is_dark_at_night(self):
        _, job, process = self.going(rule=self.rule, accounts=("acct_A", "acct_B", "acct_C"))
        window = browser.Browser(self)
        window.open(f"http://127.0.0.1:{self.port}/")
        window.wait("return document.getElementById('state').textContent === 'moving'", "the page")
        self.assertEqual(window.text("job"), "job")
        done = "return Number(document.getElementById('done').textContent.replace(/,/g, ''))"
        first = window.run(done)
        window.wait(f"return (() => {{ {done} }})() > {first}", "counts that move")
        window.wait("return document.querySelectorAll('#plot-items path').length > 1 && "
                    "document.querySelector('#plot-items path').getAttribute('d').length > 20", "a plot")
        window.wait("return document.getElementById('errors').textContent.includes('onerror=')", "the id as it came")
        self.assertEqual(window.run("return document.images.length"), 0)
        self.assertIn("acct_C", window.text("accounts"))
        self.assertTrue(window.run("return document.getElementById('controls').hidden"))
        others = window.run("return performance.getEntriesByType('resource').map(each => each.name)"
                            ".filter(name => !name.startsWith(location.origin + '/') && !name.startsWith('data:'))")
        self.assertEqual(others, [])
        self.assertEqual(window.complaints(), [])
        self.shoot(window, "desktop-light")
        light = window.run("return getComputedStyle(document.body).backgroundColor")
        window.emulate(prefers_color_scheme="dark")
        dark = window.run("return getComputedStyle(document.body).backgroundColor")
        bright = lambda color: sum(map(int, re.findall(r"\d+", color)[:3]))
        self.assertLess(bright(dark), 150)
        self.assertGreater(bright(light), 600)
        self.shoot(window, "desktop-dark")
        for width in (320, 390):
            window.size(width, 844, mobile=True)
            wide = window.run("return [document.documentElement.scrollWidth, innerWidth]")
            self.assertLessEqual(wide[0], width, "it has to be scrolled sideways")
        self.shoot(window, "phone-dark")
        window.emulate(prefers_color_scheme="light")
        window.size(390, 3000, mobile=True)
        self.shoot(window, "phone-light")
        self.end(job, process)
        window.wait("return document.getElementById('state').textContent === 'not reachable'", "the end to be told")

    def test_who_knows_the_token_pauses_and_resumes(self):
        stripe, job, process = self.going(token=TOKEN)
        window = browser.Browser(self)
        window.open(f"http://localhost:{self.port}/")
        window.wait("return document.getElementById('login').open", "the question for the token")
        self.assertTrue(window.run("return document.getElementById('page').hidden"))
        enter = "document.querySelector('#login form').requestSubmit()"
        window.type("token", "wrong")
        window.run(enter)
        window.wait("return document.getElementById('login-problem').textContent", "a refusal")
        self.shoot(window, "login")
        window.type("token", TOKEN)
        window.run(enter)
        window.wait("return document.getElementById('state').textContent === 'moving' && "
                    "!document.getElementById('controls').hidden", "the page")
        self.assertNotIn("payferry", window.run("return document.cookie"))
        window.click("pause")
        window.wait("return document.getElementById('state').textContent === 'paused'", "the pause")
        self.assertEqual(self.state(job), "paused")
        self.wait_for(lambda: stripe.in_flight == 0, "the last answers")
        before = len(stripe.requests)
        window.type("rate", "12.5")
        window.run("document.getElementById('set').requestSubmit()")
        window.wait("return document.getElementById('changes').textContent.includes('12.5')", "the journal")
        self.shoot(window, "steered")
        self.assertEqual(len(stripe.requests), before)
        window.click("reset")
        window.click("pause")
        window.wait("return document.getElementById('state').textContent === 'moving'", "the run to go on")
        self.wait_for(lambda: len(stripe.requests) > before, "requests again")
        # Another site, in the same browser that knows the cookie: another name of the same machine.
        window.open(f"http://127.0.0.1:{stripe.port}/")
        window.run("return fetch(arguments[0], {method: 'POST', mode: 'no-cors', credentials: 'include', "
                   "body: JSON.stringify({job: 'job', do: 'pause'})}).then(() => 1, () => 0)",
                   f"http://localhost:{self.port}/steer")
        self.assertEqual(window.run("return fetch(arguments[0], {credentials: 'include'}).then(() => 'read', () => 'kept out')",
                                    f"http://localhost:{self.port}/snapshot.json"), "kept out")
        self.assertEqual(self.state(job), "moving")
        self.end(job, process)


if __name__ == "__main__":
    support.main()
