"""A real browser for tests: Debian's Chromium, driven through chromedriver by WebDriver's plain JSON."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1100")


def missing():
    """Which program is not there; empty: all are."""
    return next((name for name in ("chromium", "chromedriver") if not shutil.which(name)), "")


class Browser:
    def __init__(self, test):
        self.test = test
        self.profile = tempfile.mkdtemp(prefix="payferry-browser-")
        test.addCleanup(shutil.rmtree, self.profile, ignore_errors=True)
        self.driver = subprocess.Popen([shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        test.addCleanup(self.stop)
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                break
        else:
            test.fail("chromedriver does not start")
        self.base = f"http://127.0.0.1:{found.group(1)}"
        options = {"binary": shutil.which("chromium"), "args": [*FLAGS, f"--user-data-dir={self.profile}"]}
        session = self.post("/session", capabilities={"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}})
        self.base += f"/session/{session['sessionId']}"

    def stop(self):
        if self.driver.poll() is None:
            try:
                self.send("DELETE", "")
            except (OSError, AssertionError):
                pass
            self.driver.terminate()
            self.driver.wait(20)
        self.driver.stdout.close()

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{path}: {refused.read().decode()[:800]}") from None

    def post(self, path, **body):
        return self.send("POST", path, body)

    def open(self, url):
        self.post("/url", url=url)

    def run(self, script, *args):
        """The value of a function body."""
        return self.post("/execute/sync", script=script, args=list(args))

    def wait(self, script, what, timeout=40):
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found = self.run(script)
            if found:
                return found
            time.sleep(0.05)
        self.test.fail(f"{what}: not within {timeout} s; the page says {self.run('return document.body.innerText')!r}")

    def text(self, element):
        return self.run(f"return document.getElementById('{element}').textContent")

    def click(self, element):
        self.run(f"document.getElementById('{element}').click()")

    def type(self, element, text):
        self.run(f"document.getElementById('{element}').value = arguments[0]", text)

    def emulate(self, **media):
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        self.post("/goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params={"features": features})

    def size(self, width, height, mobile=False):
        self.post("/goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride",
                  params={"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile})

    def shot(self, path):
        path.write_bytes(base64.b64decode(self.send("GET", "/screenshot")))

    def complaints(self):
        return [entry["message"] for entry in self.post("/se/log", type="browser") if entry["level"] == "SEVERE"]
