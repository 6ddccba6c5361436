"""Ports for servers that a test starts, and starts again."""

import pathlib
import random
import socket

RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_ports(count=1):
    """Not of the kernel's own range: of that it gives a port away while the server is down, to anybody who connects to anything,
    and one who tries to reach that very server is connected with itself."""
    end = int(RANGE.read_text().split()[0])
    begin = end - 20000
    taken = []
    try:
        while len(taken) < count:
            try:
                taken.append(socket.create_server(("127.0.0.1", random.randrange(begin, end) if begin >= 1024 else 0)))
            except OSError:
                continue
        return [each.getsockname()[1] for each in taken]
    finally:
        for each in taken:
            each.close()
