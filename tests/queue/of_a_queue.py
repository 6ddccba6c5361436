"""What the tests of RabbitMQ start from: one broker for all, a queue for each."""

import shutil
import tempfile

import broker
import moving
import schema  # noqa: F401  (handed on)
from moving import message, support  # noqa: F401  (handed on)

RABBIT = None


def setUpModule():
    global RABBIT
    folder = tempfile.mkdtemp(prefix="payferry-rabbit-")
    RABBIT = broker.Broker(folder)


def tearDownModule():
    RABBIT.stop()
    shutil.rmtree(RABBIT.folder, ignore_errors=True)


class OfAQueue(moving.OfAQueue):
    number = 0

    @property
    def rabbit(self):
        return RABBIT

    def queue(self, **options):
        self.number += 1
        name = f"{self._testMethodName}-{self.number}"
        return broker.Queue(RABBIT, name, dead_letter=f"{name}.dead", **options)

    def dead(self, queue):
        return broker.Queue(RABBIT, f"{queue.name}.dead", declare=False)

    def queue_job(self, queue, idle_exit="1s", name="job", amqp=None, **sections):
        source = {"url": RABBIT.url(), "queue": getattr(queue, "name", queue), **(amqp or {})}
        return self.job_from("amqp", source, idle_exit, name, **sections)
