"""The agent's disk is full, read-only or slow: nobody waits who need not, nobody is told a yes that is none."""

import pathlib
import random
import tempfile
import threading
import time
import unittest

import club
import documents
import power_cut
from club import line, sale

ROUNDS = 20 if club.LONG else 2
MAX_SALES_WITHOUT_ROOM = 3_000
SYNC_SECONDS = 5
# What the cashier may wait (400 ms when the server is silent), with slack for a busy machine.
PATIENCE_SECONDS = 1.5
CARD = {"card": "CARD-1"}
REGISTERS = ["R1", "R2", "R3"]
NOT_STORED = {"REASON_OUTCOME_UNKNOWN", "REASON_JOURNAL_FULL"}
EXIT_REFUSED = 1


class DiskFaultCase(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.fault = pathlib.Path(directory.name).resolve() / "fault"
        self.club = club.Club(REGISTERS, replays_history=True)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.addCleanup(self.fault.unlink, missing_ok=True)
        self.club.register("Enroll", {"member": {"keys": [CARD], "first_name": "Dana"}})
        self.told, self.untold, self.not_stored = {}, {}, set()
        self.numbers = iter(range(1, 1_000_000))

    def restart(self, **shim):
        self.club.agent.kill()
        directory = self.club.agent.directory
        self.club.agent.env = power_cut.environment(directory, **shim) if shim else {}
        self.club.agent.start()
        self.club.wait_for_program()

    def sell(self, register="R1"):
        """Commits a new sale; returns the reason it was refused for, or None."""
        receipt = f"{register}-{next(self.numbers)}"
        document = {"sale": sale(receipt, [line("1", "BREAD", 700)], key=CARD)}
        try:
            self.told[register, receipt] = (document, self.club.register(
                "Commit", document, register, timeout=60))
            return None
        except club.Refused as refused:
            self.untold[register, receipt] = document
            if refused.reason == "REASON_JOURNAL_FULL":
                self.not_stored.add((register, receipt))
            return refused.reason

    def ask_all(self):
        """What needs no disk is answered at once, whatever the disk does; returns the slowest."""
        slowest = 0.0
        for method, request in (("Status", {}), ("Quote", {"basket": {"lines": [line("1", "BREAD", 700)]}}),
                                ("Identify", {"key": CARD})):
            begin = time.monotonic()
            self.club.register(method, request)
            slowest = max(slowest, time.monotonic() - begin)
        self.assertLess(slowest, PATIENCE_SECONDS)
        return slowest

    def settle(self):
        """After a plain restart: what was told is so, what was not gets one answer, all is delivered once."""
        self.restart()
        for (register, receipt), (document, answer) in self.told.items():
            self.assertEqual(self.club.register("Commit", document, register), answer, receipt)
        for (register, receipt), document in self.untold.items():
            if (register, receipt) in self.not_stored:
                # Nothing was stored, so another sale may have the receipt.
                document["sale"] = sale(receipt, [line("1", "BREAD", 900)], key=CARD)
            answer = self.club.register("Commit", document, register)
            self.assertEqual(self.club.register("Commit", document, register), answer)
            self.told[register, receipt] = (document, answer)
        self.untold, self.not_stored = {}, set()
        try:
            self.club.wait_delivered()
        except AssertionError:
            self.fail([self.club.register("Pending", {}, register) for register in REGISTERS])
        self.assertEqual(sorted(documents.kept_identities(self.club.server)), sorted(self.told))

    def refuse_while(self, fault):
        for _ in range(ROUNDS):
            self.restart(**{fault: self.fault})
            for _ in range(random.randrange(4)):
                self.assertIsNone(self.sell(random.choice(REGISTERS)))
            self.fault.touch()
            # A log that is written over needs no room: some may still be stored, and truly are.
            for _ in range(MAX_SALES_WITHOUT_ROOM):
                reason = self.sell(random.choice(REGISTERS))
                if reason is not None:
                    break
            refused = {reason} | {self.sell(random.choice(REGISTERS)) for _ in range(10)}
            self.assertLessEqual(refused, NOT_STORED)
            for _ in range(3):
                self.ask_all()
            self.fault.unlink()
            if fault == "full_while":  # is no error: it goes on without a start
                self.assertEqual(refused, {"REASON_JOURNAL_FULL"})
                self.assertIsNone(self.sell())
            self.settle()
        self.club.verify()


class FullDiskTest(DiskFaultCase):
    def test_what_a_full_disk_does_not_take_is_refused_and_nothing_told_is_lost(self):
        self.refuse_while("full_while")

    def test_an_agent_that_could_not_start_on_a_full_disk_starts_when_there_is_room(self):
        self.assertIsNone(self.sell())
        self.start_with_fault("full_while")
        self.settle()

    def start_with_fault(self, fault):
        agent = self.club.agent
        agent.kill()
        agent.env = power_cut.environment(agent.directory, **{fault: self.fault})
        self.fault.touch()
        agent.start(wait=False)
        club.wait_for("it is ready or gives up", lambda: not agent.process.alive()
                      or (agent.directory / "agent.port").exists(), 30)
        status = agent.process.popen.poll()
        self.assertIn(status, (None, EXIT_REFUSED), agent.process.log()[-2000:])
        agent.kill()
        self.fault.unlink()
        return status


class ReadOnlyDiskTest(FullDiskTest):
    def test_what_a_full_disk_does_not_take_is_refused_and_nothing_told_is_lost(self):
        """A disk that the system has made read-only in the middle."""
        self.refuse_while("read_only_while")

    def test_an_agent_that_could_not_start_on_a_full_disk_starts_when_there_is_room(self):
        """It refuses to start: at the first sale it would be too late."""
        self.assertIsNone(self.sell())
        self.assertEqual(self.start_with_fault("read_only_while"), EXIT_REFUSED)
        self.settle()


class SlowDiskTest(DiskFaultCase):
    def test_a_sync_of_5_seconds_holds_up_commits_and_nobody_else(self):
        self.restart(slow_sync=("-wal", SYNC_SECONDS * 1000), counts_from=self.fault)
        for server_is_there in (True, False):
            if not server_is_there:
                self.club.server.kill()
                for _ in range(4):  # until the agent does not wait for it any more
                    with self.subTest("silent"):
                        self.club.register("Identify", {"key": CARD})
            self.fault.touch()
            slowest = self.sell_beside_questions()
            self.fault.unlink()
            print(f"server {'there' if server_is_there else 'away'}: slowest answer {slowest * 1000:.0f} ms "
                  f"during a sync of {SYNC_SECONDS} s")
        self.club.server.start()
        self.settle()

    def sell_beside_questions(self):
        taken, slowest = [], 0.0

        def sell(register):
            begin = time.monotonic()
            self.assertIsNone(self.sell(register))
            taken.append(time.monotonic() - begin)

        threads = [threading.Thread(target=sell, args=(register,)) for register in REGISTERS]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            slowest = max(slowest, self.ask_all())
        for thread in threads:
            thread.join()
        self.assertEqual(len(taken), len(REGISTERS))
        self.assertGreaterEqual(min(taken), SYNC_SECONDS, "a commit was answered before its sync")
        return slowest


if __name__ == "__main__":
    unittest.main()
