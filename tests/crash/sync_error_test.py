"""The disk fails in a commit: nobody is told yes or no, and repeating settles it."""

import pathlib
import random
import tempfile
import threading
import unittest

import club
import documents
import power_cut
from direct_recording import AWAY, REGISTERS, DirectClub, DirectRecorders

ROUNDS = 20 if club.LONG else 3
EXIT_DISK_FAILED = 3
AFTER_FAILURE = {"REASON_OUTCOME_UNKNOWN", "REASON_STOPPING", "REASON_SERVER_UNREACHABLE"}


class ServerSyncErrorTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.direct = DirectClub(pathlib.Path(directory.name).resolve() / "server")
        self.addCleanup(lambda: self.direct.server.process and self.direct.server.kill())
        self.direct.set_up()

    def fail_while_recording(self, **cut):
        server = self.direct.server
        pathlib.Path(server.directory.with_suffix(".log")).write_text("")
        self.direct.start(power_cut.environment(
            server.directory, fail_sync=("moadon.db-wal", random.randrange(8, 80)), **cut))
        with DirectRecorders(self.direct) as recording:
            club.wait_for("the server gives up", lambda: not server.process.alive(),
                          power_cut.WAIT_SECONDS)
        failed = power_cut.sync_failed(server.process.log())
        self.assertIsNotNone(failed, server.process.log()[-2000:])
        self.assertEqual(recording.failures, [])
        self.assertIn("REASON_OUTCOME_UNKNOWN", recording.refusals)
        self.assertLessEqual(set(recording.refusals), AFTER_FAILURE)
        self.assertLess(recording.last_acknowledged_begin, failed,
                        "a call that began after the failure was acknowledged")
        return server.process.popen.returncode

    def settle(self):
        self.assertEqual(power_cut.integrity(self.direct.server.directory / "moadon.db"), ["ok"])
        self.direct.start()
        kept = documents.kept_identities(self.direct.server)
        self.assertEqual(self.direct.books.acknowledged() - set(kept), set())
        self.direct.send_unacknowledged()
        documents.check_kept(self, self.direct.server, self.direct.books, 100)
        answer = self.direct.server.call("AdminService", "Verify", {})
        self.assertEqual(answer.get("disagreements", []), [])
        self.direct.server.stop()

    def test_the_outcome_is_unknown_until_the_caller_repeats(self):
        for _ in range(ROUNDS):
            status = self.fail_while_recording()
            self.assertEqual(status, EXIT_DISK_FAILED)
            self.settle()

    def test_the_same_when_the_power_goes_too(self):
        for _ in range(ROUNDS):
            status = self.fail_while_recording(at_exit=True)
            self.assertEqual(status, power_cut.CUT_STATUS)
            self.settle()


class AgentSyncErrorTest(unittest.TestCase):
    def test_the_outcome_is_unknown_until_the_register_repeats(self):
        with club.Club(REGISTERS, replays_history=True) as running:
            books = documents.Books(REGISTERS)
            agent = running.agent
            agent.stop()
            agent.env = power_cut.environment(
                agent.directory, fail_sync=("journal.db-wal", random.randrange(5, 60)))
            agent.start()
            reasons = []
            threads = [threading.Thread(target=self.commit_until_refused,
                                        args=(running, books, register, reasons))
                       for register in REGISTERS]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertIsNotNone(power_cut.sync_failed(agent.process.log()))
            self.assertEqual(reasons, ["REASON_OUTCOME_UNKNOWN"] * len(REGISTERS))
            self.refused_from_now_on(running, books)
            agent.kill()
            agent.env = {}
            agent.start()
            for (register, receipt), document in books.unacknowledged().items():
                method = "Commit" if "sale" in document else "Return"
                first = running.register(method, document, register)
                self.assertEqual(running.register(method, document, register), first)
                books.acknowledge(register, receipt)
            running.wait_delivered()
            documents.check_kept(self, running.server, books, 100)
            running.verify()

    def commit_until_refused(self, running, books, register, reasons):
        for _ in range(5000):
            receipt, document = books.make(register)
            method = "Commit" if "sale" in document else "Return"
            try:
                running.register(method, document, register)
            except club.Refused as refused:
                reasons.append(refused.reason)
                return
            except AWAY as gone:
                reasons.append(repr(gone))
                return
            books.acknowledge(register, receipt)

    def refused_from_now_on(self, running, books):
        for register in REGISTERS:
            _, document = books.make(register)
            method = "Commit" if "sale" in document else "Return"
            with self.assertRaises(club.Refused) as refused:
                running.register(method, document, register)
            self.assertEqual(refused.exception.reason, "REASON_OUTCOME_UNKNOWN")
            # Reading goes on.
            self.assertEqual(running.register("Status", {}, register)["register_id"], register)


if __name__ == "__main__":
    unittest.main()
