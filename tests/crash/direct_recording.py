"""Recording at the server itself, as an agent would: whoever acknowledges is the server."""

import http.client
import random
import threading
import time

import club
import documents
import wire

REGISTERS = ["R1", "R2", "R3", "R4"]
AWAY = (OSError, http.client.HTTPException, ValueError)
MAX_ENTRIES = 4


class DirectClub:
    """A server with a program and registers, without an agent. The test starts and ends it."""

    def __init__(self, directory):
        self.server = club.Server(directory)
        self.tokens = {}
        self.books = documents.Books(REGISTERS)
        self._sequence = 0
        self._mutex = threading.Lock()

    def set_up(self):
        """Publishes and registers everything in a server that runs, and stops it."""
        self.server.start()
        self.server.call("ProgramService", "PublishProgram", {"program": club.PROGRAM})
        self.server.call("AdminService", "AddBranch", {"branch": {"branch_id": "main"}})
        for register in REGISTERS:
            added = self.server.call("AdminService", "AddRegister", {"register": {
                "register_id": register, "branch_id": "main", "replays_history": True}})
            self.tokens[register] = added["token"]
        for card in documents.CARDS[: len(documents.CARDS) // 2]:
            self.server.call("MemberService", "EnrollMember", {"keys": [{"card": card}]})
        self.server.stop()
        return self

    def start(self, environment=None, wait=True):
        self.server.env = environment or {}
        return self.server.start(wait)

    def record(self, register, batch):
        """One call; the outcomes by receipt: None when recorded, else the reason."""
        with self._mutex:
            self._sequence += len(batch)
            first = self._sequence
        entries = [wire.record_entry(first + place, document)
                   for place, (_, document) in enumerate(batch)]
        answer = self.server.call("SyncService", "Record", {"entries": entries},
                                  token=self.tokens[register], timeout=10)
        outcomes = {}
        for (receipt, _), outcome in zip(batch, answer["outcomes"], strict=True):
            refused = outcome.get("refused")
            outcomes[receipt] = refused["detail"]["reason"] if refused else None
            if not refused:
                outcome["recorded"]  # one of the two is there
        return outcomes

    def send_unacknowledged(self):
        """The callers' own repetition, with the same identities: each must be recorded now."""
        for (register, receipt), document in self.books.unacknowledged().items():
            outcome = self.record(register, [(receipt, document)])
            if outcome[receipt] is not None:
                raise AssertionError(f"{receipt} repeated: {outcome[receipt]}")
            self.books.acknowledge(register, receipt)


class DirectRecorders:
    """A thread per register that records random batches until the server is gone. Repeats none."""

    def __init__(self, direct):
        self.direct = direct
        self.failures = []
        self.refusals = []
        # When the last of the calls began that were acknowledged.
        self.last_acknowledged_begin = 0.0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(register,))
                         for register in REGISTERS]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, register):
        try:
            while not self._stopping.is_set() and self.direct.server.process.alive():
                self._record_some(register)
        except AWAY:
            pass  # the server is gone
        except Exception as failure:  # judged by the test's own thread
            self.failures.append(failure)

    def _record_some(self, register):
        batch = [self.direct.books.make(register) for _ in range(random.randint(1, MAX_ENTRIES))]
        begin = time.monotonic()
        try:
            outcomes = self.direct.record(register, batch)
        except club.Refused as refused:
            outcomes = {receipt: refused.reason for receipt, _ in batch}
        for receipt, reason in outcomes.items():
            if reason is None:
                self.direct.books.acknowledge(register, receipt)
                self.last_acknowledged_begin = max(self.last_acknowledged_begin, begin)
            else:
                self.refusals.append(reason)
