"""Stands between an agent and its server, and is as good a line as the test wants: healthy, silent, slow, refusing, gone."""

import collections
import contextlib
import socket
import struct
import threading
import time

HEALTHY, SILENT, SLOW, REFUSING, GONE = "healthy", "silent", "slow", "refusing", "gone"
FAULTS = (SILENT, SLOW, REFUSING, GONE)
SLOW_SECONDS = 5.0
LOOK_SECONDS = 0.05
CHUNK_BYTES = 65536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
FILLERS = 3


class Pipe:
    """One direction of a connection; two threads."""

    def __init__(self, connection, source, target):
        self.connection = connection
        self.source = source
        self.target = target
        self.waiting = collections.deque()  # (when it came, bytes); bytes empty: the end
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self.read), threading.Thread(target=self.write)]

    def read(self):
        data = b"?"
        while data:
            try:
                data = self.source.recv(CHUNK_BYTES)
            except OSError:
                data = b""
            if self.connection.owner.swallows():
                self.connection.is_spoiled = True
                self.connection.owner.note_arrival()
                continue
            with self.changed:
                self.waiting.append((time.monotonic(), data))
                self.changed.notify()

    def write(self):
        while True:
            with self.changed:
                while not self.waiting:
                    if self.connection.is_closed:
                        return
                    self.changed.wait(LOOK_SECONDS)
                came, data = self.waiting.popleft()
            while self.connection.owner.mode == SLOW and time.monotonic() < came + SLOW_SECONDS:
                if self.connection.is_closed:
                    return
                time.sleep(LOOK_SECONDS)
            if not data:
                self.connection.close()
                return
            with contextlib.suppress(OSError):
                self.target.sendall(data)


class Connection:
    def __init__(self, owner, near, far):
        self.owner = owner
        self.near = near
        self.far = far
        self.is_spoiled = False  # bytes are missing: of no use to anybody any more
        self.is_closed = False
        self.pipes = [Pipe(self, near, far), Pipe(self, far, near)]
        for pipe in self.pipes:
            for thread in pipe.threads:
                thread.start()

    def close(self):
        self.is_closed = True
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def join(self):
        for pipe in self.pipes:
            for thread in pipe.threads:
                thread.join()


class StandIn:
    """Listens on `listening` (bound already) or on a loopback port of its own. `upstream` is host:port. Use as a context
    manager."""

    def __init__(self, upstream, listening=None):
        host, port = upstream.rsplit(":", 1)
        self.upstream = (host, int(port))
        self.listener = listening or bound(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.mode = HEALTHY
        self.arrivals = []  # when bytes or connections came while they were swallowed
        self.connections = []
        self.fillers = []
        self.lock = threading.Lock()
        self.is_ended = False
        self.listener.listen(64)
        self.acceptor = threading.Thread(target=self.accept)

    def __enter__(self):
        self.acceptor.start()
        return self

    def __exit__(self, *_):
        self.is_ended = True
        self.acceptor.join()
        self.listener.close()
        self.drop_fillers()
        self.drop_connections(lambda _: True)

    def swallows(self):
        return self.mode in (SILENT, GONE)

    def note_arrival(self):
        self.arrivals.append(time.monotonic())

    def accept(self):
        while not self.is_ended:
            with self.lock:
                listener = self.listener if self.mode in (HEALTHY, SILENT, SLOW) else None
                if listener is not None:
                    listener.settimeout(0)
                    with contextlib.suppress(OSError):
                        self.add(listener.accept()[0])
                        continue
            time.sleep(LOOK_SECONDS / 10)

    def add(self, near):
        near.settimeout(None)
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.swallows():
            self.note_arrival()
        try:
            far = socket.create_connection(self.upstream, timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.append(Connection(self, near, far))

    def drop_connections(self, condition):
        going = [c for c in self.connections if condition(c)]
        self.connections = [c for c in self.connections if c not in going and not c.is_closed]
        for connection in going:
            connection.close()
        for connection in going:
            connection.join()

    def drop_fillers(self):
        for filler in self.fillers:
            filler.close()
        self.fillers = []

    def set(self, mode):
        with self.lock:
            self.mode = mode
            self.listener.close()
            self.drop_fillers()
            if mode == REFUSING:
                self.drop_connections(lambda _: True)
                return
            self.listener = bound(self.address)
            if mode == GONE:
                self.fill()
                return
            self.listener.listen(64)
            if mode == HEALTHY:
                self.drop_connections(lambda connection: connection.is_spoiled)

    def fill(self):
        """Nobody accepts, and the queue is full: the system drops who knocks, as if nobody lived here."""
        self.listener.listen(0)
        for _ in range(FILLERS):
            filler = socket.socket()
            filler.setblocking(False)
            with contextlib.suppress(OSError):
                filler.connect(self.address)
            self.fillers.append(filler)


def bound(address):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    return listener
