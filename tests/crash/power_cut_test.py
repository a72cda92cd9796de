"""The power is cut at any moment: what was acknowledged is there.

A control shows that we would see it if not: it runs the same cuts with SQLite's
`synchronous = NORMAL`, which acknowledges before the disk has it.
"""

import collections
import pathlib
import random
import tempfile
import threading
import time
import unittest

import club
import documents
import power_cut
from direct_recording import AWAY, DirectClub, DirectRecorders

CUTS = 100 if club.LONG else 15
FIRST_STARTS = 200 if club.LONG else 20
AGENT_CUTS = 30 if club.LONG else 5
CONTROL_CUTS = 20
DATABASE = "moadon.db"
JOURNAL_REGISTERS = ["R1", "R2", "R3", "R4"]


class Temporary(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name).resolve()

    def wait_for_cut(self, process):
        """Waits for the end; returns the counts of the cut, or None when it ended by itself."""
        club.wait_for("the process ends", lambda: not process.alive(), power_cut.WAIT_SECONDS)
        status = process.popen.returncode
        self.assertIn(status, (power_cut.CUT_STATUS, 0), process.log()[-2000:])
        return power_cut.last_cut(process.log()) if status == power_cut.CUT_STATUS else None


class ServerPowerCutTest(Temporary):
    def setUp(self):
        super().setUp()
        self.moments = collections.Counter()

    def direct_club(self):
        direct = DirectClub(self.root / "server")
        self.addCleanup(lambda: direct.server.process and direct.server.kill())
        return direct.set_up()

    def cut_while_recording(self, direct, normal=False):
        """One cut at a random moment: of the clock, the WAL or the last checkpoint."""
        server = direct.server
        moment = random.choice(["clock", "writes", "checkpoint"])
        self.moments[moment] += 1
        off = self.root / "off"
        off.unlink(missing_ok=True)
        cut = {"clock": {"when": off},
               "writes": {"at": (DATABASE + "-wal", random.randrange(1, 400))},
               "checkpoint": {"at": (DATABASE, random.randrange(1, 120))}}[moment]
        direct.start(power_cut.environment(server.directory, normal=normal, **cut), wait=False)
        try:
            server.wait_ready()
        except AssertionError:
            # The cut came before it was ready.
            return self.wait_for_cut(server.process)
        with DirectRecorders(direct) as recording:
            if moment != "writes":
                time.sleep(random.uniform(0.05, 0.6))
            if moment == "clock":
                off.touch()
            elif moment == "checkpoint":
                server.process.popen.terminate()
            counts = self.wait_for_cut(server.process)
        self.assertEqual(recording.failures, [])
        return counts

    def lost_after_restart(self, direct):
        """Acknowledged, and not there."""
        power_cut.forget_index(direct.server.directory / DATABASE)
        self.assertEqual(power_cut.integrity(direct.server.directory / DATABASE), ["ok"])
        direct.start()
        kept = documents.kept_identities(direct.server)
        self.assertEqual(len(kept), len(set(kept)), "doubled")
        return direct.books.acknowledged() - set(kept)

    def end_plainly(self, server):
        server.stop() if random.random() < 0.3 else server.kill()

    def test_what_the_server_acknowledged_survives_every_cut(self):
        direct = self.direct_club()
        cuts, unsynced = 0, {"kept": 0, "torn": 0, "dropped": 0}
        for _ in range(2 * CUTS):
            counts = self.cut_while_recording(direct)
            cuts += counts is not None
            for name in unsynced:
                unsynced[name] += counts[name] if counts else 0
            self.assertEqual(self.lost_after_restart(direct), set())
            direct.send_unacknowledged()
            self.verify(direct.server)
            self.end_plainly(direct.server)
            if cuts == CUTS:
                break
        self.assertEqual(cuts, CUTS)
        self.assertGreater(unsynced["dropped"] + unsynced["torn"], 0, "no cut touched anything")
        direct.start()
        documents.check_kept(self, direct.server, direct.books, None if club.LONG else 300)
        print(f"{cuts} cuts {dict(self.moments)}, {len(direct.books.acknowledged())} documents "
              f"acknowledged, unsynced changes {unsynced}")

    def verify(self, server):
        answer = server.call("AdminService", "Verify", {}, timeout=120)
        self.assertEqual(answer.get("disagreements", []), [])
        self.assertEqual(answer.get("next_page_token", ""), "")

    def test_control_with_synchronous_normal_acknowledged_documents_are_lost(self):
        direct = self.direct_club()
        for cut in range(1, CONTROL_CUTS + 1):
            self.cut_while_recording(direct, normal=True)
            self.assertIn("power cut: synchronous = NORMAL", direct.server.process.log())
            lost = self.lost_after_restart(direct)
            if lost:
                print(f"control: cut {cut} lost {len(lost)} of "
                      f"{len(direct.books.acknowledged())} acknowledged documents")
                return
            self.end_plainly(direct.server)
        self.fail(f"{CONTROL_CUTS} cuts with synchronous = NORMAL lost nothing: the model is blind")

    def test_a_cut_in_the_first_start_leaves_a_club_that_starts(self):
        cuts = 0
        for number in range(FIRST_STARTS):
            server = club.Server(self.root / f"first-{number}")
            # All of the first start, or its first steps, when the database is not in WAL mode yet.
            moment = random.choice([("", 90), (DATABASE, 8), (DATABASE + "-journal", 4)])
            server.env = power_cut.environment(
                server.directory, at=(moment[0], random.randrange(1, moment[1])))
            server.start(wait=False)
            self.addCleanup(server.kill)
            club.wait_for("it is ready or cut", lambda server=server: not server.process.alive()
                          or (server.directory / "moadond.json").exists())
            if not server.process.alive():
                self.assertIsNotNone(self.wait_for_cut(server.process))
                cuts += 1
            server.kill()
            power_cut.forget_index(server.directory / DATABASE)
            server.env = {}
            server.start()
            server.call("ReportService", "GetTotals", {})
            server.stop()
        print(f"{cuts} cuts in {FIRST_STARTS} first starts")


class AgentPowerCutTest(Temporary):
    """The journal of an agent whose server is away: nothing else keeps what was committed."""

    def commit_until_gone(self, running, books, register, failures):
        try:
            while True:
                receipt, document = books.make(register)
                method = "Commit" if "sale" in document else "Return"
                running.register(method, document, register, timeout=10)
                books.acknowledge(register, receipt)
        except AWAY:
            pass
        except Exception as failure:  # judged by the test's own thread
            failures.append(failure)

    def cut_while_committing(self, running, books, normal=False):
        moment = random.choice(["clock", "writes"])
        off = self.root / "off"
        off.unlink(missing_ok=True)
        agent = running.agent
        cut = {"when": off} if moment == "clock" else {"at": ("-wal", random.randrange(1, 200))}
        agent.env = power_cut.environment(agent.directory, normal=normal, **cut)
        agent.start(wait=False)
        try:
            agent.wait_ready()
        except AssertionError:
            return self.wait_for_cut(agent.process)
        failures = []
        threads = [threading.Thread(target=self.commit_until_gone,
                                    args=(running, books, register, failures))
                   for register in running.registers]
        for thread in threads:
            thread.start()
        if moment == "clock":
            time.sleep(random.uniform(0.05, 0.5))
            off.touch()
        counts = self.wait_for_cut(agent.process)
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        return counts

    def lost_after_restart(self, running, books):
        power_cut.forget_index(running.agent.directory / "journal.db")
        self.assertEqual(power_cut.integrity(running.agent.directory / "journal.db"), ["ok"])
        running.agent.env = {}
        running.agent.start()
        kept = set()
        for register in running.registers:
            page = ""
            while True:
                answer = running.register(
                    "Pending", {"page_size": 1000, "page_token": page}, register)
                kept.update((register, entry["receipt"]) for entry in answer.get("entries", []))
                page = answer.get("next_page_token", "")
                if not page:
                    break
        return books.acknowledged() - kept

    def offline_club(self):
        running = club.Club(JOURNAL_REGISTERS, replays_history=True)
        running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        running.server.kill()
        running.agent.stop()
        return running, documents.Books(running.registers)

    def test_what_the_agent_acknowledged_survives_every_cut(self):
        running, books = self.offline_club()
        cuts = 0
        for _ in range(AGENT_CUTS):
            cuts += self.cut_while_committing(running, books) is not None
            self.assertEqual(self.lost_after_restart(running, books), set())
            for (register, receipt), document in books.unacknowledged().items():
                running.register("Commit" if "sale" in document else "Return", document, register)
                books.acknowledge(register, receipt)
            running.agent.kill()
        running.server.start()
        running.agent.start()
        running.wait_delivered(120)
        documents.check_kept(self, running.server, books, None if club.LONG else 200)
        running.verify()
        self.assertEqual(cuts, AGENT_CUTS)
        print(f"{cuts} cuts of the agent, {len(books.acknowledged())} documents acknowledged")

    def test_control_with_synchronous_normal_acknowledged_commits_are_lost(self):
        running, books = self.offline_club()
        for cut in range(1, CONTROL_CUTS + 1):
            counts = self.cut_while_committing(running, books, normal=True)
            self.assertIsNotNone(counts)
            if "power cut: synchronous = NORMAL" not in running.agent.process.log():
                continue  # in the first start, before the journal was opened
            lost = self.lost_after_restart(running, books)
            running.agent.kill()
            if lost:
                print(f"control: cut {cut} lost {len(lost)} of {len(books.acknowledged())} "
                      "acknowledged commits")
                return
        self.fail(f"{CONTROL_CUTS} cuts with synchronous = NORMAL lost nothing: the model is blind")


if __name__ == "__main__":
    unittest.main()
