"""A fleet as a cluster keeps it: so many workers of one job, and whoever ends early is started again."""

import random
import signal
import threading
import time

AGAIN = {4, 6, -signal.SIGKILL}  # unfinished, ledger lost, killed: the same command goes on
DONE = (0, 3)
PAUSE = 0.5  # before a worker is started again


class Worker:
    def __init__(self, env):
        self.env = env
        self.process = None
        self.again_at = 0
        self.spared = False  # not to be killed at random
        self.retired = False  # not to be started again
        self.codes = []
        self.last = None  # what it said at its last end that was no kill

    def alive(self):
        return self.process is not None and self.process.poll() is None


class Fleet:
    """`envs`: one worker for each, with that environment. Ends when the first worker says that all is done: the others have to
    follow by themselves."""

    def __init__(self, test, job, envs, *options):
        self.test, self.job, self.options = test, job, options
        self.workers = [Worker(env) for env in envs]
        self.lock = threading.RLock()
        self.again = set(AGAIN)  # codes after which a worker is started again
        self.faults = []
        self.finals = []  # summaries of the workers that saw the end
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        test.addCleanup(self.stop)
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def done(self):
        return any(code in DONE for worker in self.workers for code in worker.codes)

    def kills(self):
        return sum(code == -signal.SIGKILL for worker in self.workers for code in worker.codes)

    def ends(self):
        """How often which exit code was seen."""
        found = {}
        for worker in self.workers:
            for code in worker.codes:
                found[code] = found.get(code, 0) + 1
        return dict(sorted(found.items()))

    def alive(self):
        with self.lock:
            return [worker for worker in self.workers if worker.alive()]

    def kill(self, worker=None):
        """One of them, at random unless it is named; nobody where nobody is there."""
        with self.lock:
            worker = worker or random.choice([each for each in self.alive() if not each.spared] or [None])
            if worker and worker.alive():
                worker.process.kill()

    def retire(self, worker):
        """kill -9, and nobody in its place."""
        with self.lock:
            worker.retired = True
            self.kill(worker)

    def _watch(self):
        while not self.stopping.wait(0.02):
            with self.lock:
                for worker in self.workers:
                    self._look_at(worker)

    def _look_at(self, worker):
        if worker.alive():
            return
        if worker.process is not None:
            self._ended(worker)
        elif not (self.done() or self.faults or worker.retired) and time.monotonic() >= worker.again_at:
            worker.process = self.test.start_job(self.job, *self.options, env=worker.env)

    def _ended(self, worker):
        process, worker.process = worker.process, None
        try:
            worker.codes.append(process.wait())
            worker.again_at = time.monotonic() + PAUSE
            if process.returncode == -signal.SIGKILL:
                self.test.assert_no_leak(self.test.errors_of(process), "standard error")
                return
            ended = worker.last = self.test.finish(process, summary=process.summary)
            if ended.summary:
                self.test.check_summary(ended.summary, ended)
            if ended.code in DONE:
                self.finals.append(ended)
            elif ended.code not in self.again:
                self.faults.append(f"a worker gives up: {ended}")
        except AssertionError as error:
            self.faults.append(str(error))
        finally:
            process.out_file.close()
            process.err_file.close()

    def complain(self):
        if self.faults:
            self.test.fail("\n".join(self.faults))

    def wait_for(self, condition, what, timeout=120, pause=0.2):
        """Until the condition holds; a worker that gives up ends the test at once."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            self.complain()
            found = condition()
            if found:
                return found
            time.sleep(pause)
        self.test.fail(f"{what}: not within {timeout} s; ends so far {self.ends()}\n" +
                       "\n".join(str(worker.last) for worker in self.workers))

    def finish(self, timeout=120):
        """The end of all of them, seen by each."""
        self.wait_for(lambda: self.done() and all(worker.process is None for worker in self.workers), "the fleet's end", timeout)
        self.stop()
        self.complain()
        return self.finals


class Killer:
    """kill -9 for one of the fleet now and then."""

    def __init__(self, fleet, dice, pauses=(1.0, 3.0)):
        self.fleet, self.dice, self.pauses = fleet, dice, pauses
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        fleet.test.addCleanup(self.stop)

    def _run(self):
        while not self.ended.wait(self.dice.uniform(*self.pauses)):
            self.fleet.kill()

    def stop(self):
        self.ended.set()
        self.thread.join()
