"""Stands before a server as if that restarted: whoever comes is let in so far and no further, until it is over."""

import socket
import struct
import threading
import time


class Restarting:
    """`greet(near, far)` may speak with the client before its connection is reset, and answers nothing."""

    def __init__(self, port, seconds, greet):
        self.far_port, self.seconds, self.greet = port, seconds, greet
        self.first, self.refused, self.carried = None, 0, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        try:
            self.server.shutdown(socket.SHUT_RDWR)  # or the one who waits would accept once more
        except OSError:
            pass
        self.server.close()

    def accept(self):
        while True:
            try:
                near, _ = self.server.accept()
                far = socket.create_connection(("127.0.0.1", self.far_port))
            except OSError:
                return
            self.first = self.first or time.monotonic()
            over = time.monotonic() - self.first >= self.seconds
            self.carried += over
            threading.Thread(target=self.carry_both if over else self.reset, args=(near, far), daemon=True).start()

    def reset(self, near, far):
        self.refused += 1
        try:
            self.greet(near, far)
        except OSError:
            pass
        # Closed with nothing to linger for, a connection is reset.
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        near.close()
        far.close()

    def carry_both(self, near, far):
        threading.Thread(target=self.carry, args=(far, near), daemon=True).start()
        self.carry(near, far)

    @staticmethod
    def carry(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
