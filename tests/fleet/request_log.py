"""When which request came to the simulator: its log of the latest ones, fetched before it forgets them."""

import json
import threading


class RequestLog:
    """Of the requests of one kind. Times are seconds since 1970."""

    def __init__(self, stripe, method="POST", target="/v1/payment_methods"):
        self.stripe, self.method, self.target = stripe, method, target
        self.times, self.statuses = {}, {}
        self.newest = None
        self.gaps = 0  # how often the log had forgotten something by then
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.ended.wait(0.5):
            self._fetch()

    def _fetch(self):
        rows = json.loads(self.stripe.get("requests"))["requests"]
        known = {row["request_id"] for row in rows}
        if self.newest and self.newest not in known:
            self.gaps += 1
        for row in rows:
            self.newest = row["request_id"] or self.newest
            if (row["method"], row["target"]) == (self.method, self.target):
                self.times[row["request_id"]] = row["arrived_us"] / 1e6
                self.statuses[row["request_id"]] = row["status"]

    def stop(self):
        self.ended.set()
        self.thread.join()
        self._fetch()

    def within(self, begin, end):
        return sorted(time for time in self.times.values() if begin <= time < end)

    def rate(self, begin, end):
        return len(self.within(begin, end)) / (end - begin)

    def worst_second(self, begin, end):
        """The most requests in any window of one second."""
        times = self.within(begin, end)
        most = first = 0
        for last, time in enumerate(times):
            while times[first] <= time - 1:
                first += 1
            most = max(most, last - first + 1)
        return most
