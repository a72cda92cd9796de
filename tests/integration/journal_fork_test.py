"""A register's disk that was copied or put back is recognised, and everything is delivered once."""

import pathlib
import shutil
import subprocess
import unittest

import club
from club import line, sale

REGISTERS = ["R1", "R2"]


def sold(number):
    return sale(f"{number}", [line("1", "A", 100)])


class ForkTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(REGISTERS)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__)

    def commit(self, agent, register, numbers):
        for number in numbers:
            agent.call(register, "Commit", {"sale": sold(number)})

    def copy_to(self, name):
        """An agent on a copy of the directory; the agent must not run."""
        directory = self.club.root / name
        shutil.copytree(self.club.agent.directory, directory)
        copy = club.Agent(directory, self.club.server.grpc)
        self.addCleanup(lambda: copy.process and copy.stop())
        return copy

    def wait_forked(self, agent, register):
        def is_forked():
            return agent.call(register, "Status", {}).get("blocked_by", {}).get(
                "reason") == "REASON_JOURNAL_FORKED"

        club.wait_for(f"{register} is told that its journal is forked", is_forked)

    def rejoin(self, agent, register):
        done = subprocess.run([club.BIN / "moadon-agent", "rejoin", "--dir", agent.directory,
                               register], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    def gross(self):
        return self.club.owner("ReportService", "GetTotals", {})["gross_minor"]

    def test_a_clone_stops_where_the_other_has_been_and_goes_on_after_rejoining(self):
        agent = self.club.agent
        self.commit(agent, "R1", range(3))
        self.commit(agent, "R2", range(3))
        self.club.wait_delivered()
        agent.stop()
        clone = self.copy_to("clone")
        agent.start()
        self.commit(agent, "R1", ["first"])
        self.club.wait_delivered()

        clone.start()
        self.commit(clone, "R1", ["second", "third"])
        self.wait_forked(clone, "R1")
        self.assertEqual(clone.call("R1", "Status", {})["undelivered_count"], "2")
        self.assertEqual(self.gross(), "700")
        self.commit(clone, "R1", ["fourth"])  # the till still sells
        self.commit(clone, "R2", ["other"])  # and the other register, whose journal is no fork
        clone.wait_delivered(["R2"])
        self.assertNotIn("reason", clone.call("R2", "Status", {}).get("blocked_by") or {})
        self.assertEqual(self.gross(), "800")
        pending = clone.call("R1", "Pending", {})["entries"]
        self.assertEqual({e["refusal"]["reason"] for e in pending}, {"REASON_JOURNAL_FORKED"})

        self.assertEqual(self.rejoin(clone, "R1")[0], 1)  # it runs
        clone.stop()
        self.assertEqual(self.rejoin(clone, "R9")[0], 1)  # nobody
        self.assertEqual(self.rejoin(clone, "R1"), (0, "R1 delivers again at the next start\n"))
        clone.start()
        clone.wait_delivered(REGISTERS)
        self.assertEqual(self.gross(), "1100")
        self.commit(agent, "R1", ["fifth"])  # the original was never in the way
        agent.wait_delivered(REGISTERS)
        self.assertEqual(self.gross(), "1200")
        self.club.verify()

    def test_a_restored_old_disk_is_recognised_and_delivers_everything_once(self):
        agent = self.club.agent
        self.commit(agent, "R1", range(3))
        self.club.wait_delivered()
        agent.stop()
        old = self.copy_to("old")
        agent.start()
        self.commit(agent, "R1", range(3, 8))
        self.club.wait_delivered()
        agent.stop()

        shutil.rmtree(agent.directory)
        pathlib.Path(old.directory).rename(agent.directory)
        agent.start()
        self.commit(agent, "R1", range(7, 10))  # one is a sale that was delivered before
        self.wait_forked(agent, "R1")
        self.commit(agent, "R2", range(2))
        agent.wait_delivered(["R2"])
        self.assertEqual(self.gross(), "1000")
        agent.stop()
        self.assertEqual(self.rejoin(agent, "R1")[0], 0)
        agent.start()
        self.club.wait_delivered()
        self.assertEqual(self.gross(), "1200")
        self.club.verify()


if __name__ == "__main__":
    unittest.main()
