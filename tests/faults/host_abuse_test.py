"""A register program that abuses the plugin, and an agent that is killed under it: nothing crashes, and what was acknowledged is
recorded, once."""

import collections
import contextlib
import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import threading
import time
import unittest

import club

SALES = 300 if club.LONG else 6  # of each of the 32 threads, twice
KILLS = 200 if club.LONG else 8
KILL_PAUSE_SECONDS = (0.2, 1.0) if club.LONG else (0.05, 0.25)  # the short form is over within seconds
HOST_SECONDS = 500
DELIVERY_SECONDS = 60
PR_SET_CHILD_SUBREAPER = 36


def agents_of(directory):
    """Process ids of the agents of this test's own directory: the plugin starts them, as nobody's children."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError):
            arguments = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            if arguments[0].endswith(b"moadon-agent") and str(directory).encode() in arguments:
                yield int(entry)


def adopt_orphans():
    """From now on this process is the parent of agents that plugins leave without one."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def ends_of_adopted_agents():
    """How they ended, as subprocess says it; those that are still there are left alone."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError):
            name, rest = pathlib.Path(f"/proc/{entry}/stat").read_text().split(" (", 1)[1].rsplit(") ", 1)
            state, parent = rest.split()[:2]
            if (name, state, parent) == ("moadon-agent", "Z", str(os.getpid())):
                yield os.waitstatus_to_exitcode(os.waitpid(int(entry), 0)[1])


class Killer(threading.Thread):
    """kill -9 for the agent of a directory, again and again."""

    def __init__(self, directory):
        super().__init__()
        self.directory = directory
        self.kills = 0
        self.ending = threading.Event()

    def run(self):
        while self.kills < KILLS and not self.ending.wait(random.uniform(*KILL_PAUSE_SECONDS)):
            for pid in agents_of(self.directory):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.kills += 1


class HostAbuseTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(["R1", "R2"], replays_history=True)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.addCleanup(self.end_agents)
        self.club.agent.stop()  # the plugin starts it
        adopt_orphans()

    def end_agents(self):
        def is_over():
            for pid in agents_of(self.club.agent.directory):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            return not list(agents_of(self.club.agent.directory))
        club.wait_for("the agent stops", is_over, club.STOP_SECONDS)

    def config(self, register):
        return json.dumps({
            "agent_dir": str(self.club.agent.directory), "register_id": register, "start_agent": True,
            "agent_program": str(club.BIN / "moadon-agent"),
            "agent_arguments": ["--server", self.club.server.grpc]})

    def host_env(self):
        """Nobody reads what an agent says that the plugin started: with sanitizers, it writes that down."""
        log = f"log_path={self.club.root}/sanitizer"
        return {**os.environ, **{name: ":".join(filter(None, (os.environ.get(name), log)))
                                 for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")}}

    def check_nothing_else_ended_an_agent(self, kills):
        """To the host an agent that crashes looks like one that was killed."""
        words = {path.name: path.read_text(errors="replace")[:3000] for path in self.club.root.glob("sanitizer*")}
        self.assertEqual(words, {})
        ends = collections.Counter(ends_of_adopted_agents())
        print(f"agents ended {dict(ends)} (0: there was one already, or it was told to stop)")
        self.assertEqual(ends.keys(), {0, -signal.SIGKILL})
        self.assertLessEqual(ends[-signal.SIGKILL], kills)

    def test_nothing_crashes_and_no_acknowledged_sale_is_lost(self):
        library = club.BIN / "libmoadon_pos.so"
        copy = self.club.root / "copy.so"
        shutil.copyfile(library, copy)
        output = self.club.root / "acknowledged"
        killer = Killer(self.club.agent.directory)
        killer.start()
        begin = time.monotonic()
        try:
            done = subprocess.run(
                [str(club.BIN / "abusive_host"), library, copy, self.config("R1"), self.config("R2"), output,
                 str(SALES)], capture_output=True, text=True, timeout=HOST_SECONDS, env=self.host_env())
        finally:
            killer.ending.set()
            killer.join()
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        self.assertEqual(done.stderr, "")
        acknowledged = set(output.read_text().split())
        print(f"{len(acknowledged)} sales acknowledged under {killer.kills} kills in {time.monotonic() - begin:.0f} s")
        self.assertGreater(killer.kills, 0)
        self.assertGreater(len(acknowledged), 2 * 32 * SALES)
        self.end_agents()
        self.check_nothing_else_ended_an_agent(killer.kills)
        self.club.agent.start()
        self.wait_delivered()
        self.assertEqual(self.recorded(), acknowledged)
        totals = self.club.owner("ReportService", "GetTotals", {})
        self.assertEqual(int(totals["sales_count"]), len(acknowledged))
        self.club.verify()

    def wait_delivered(self):
        try:
            self.club.wait_delivered(DELIVERY_SECONDS)
        except AssertionError as late:
            told = [(self.club.register("Status", {}, register), self.club.register("Pending", {"page_size": 3}, register))
                    for register in self.club.registers]
            log = (self.club.agent.directory / "agent.log").read_text()
            raise AssertionError(f"{told}\n{log[-3000:]}\n{self.club.server.process.log()[-2000:]}") from late

    def recorded(self):
        """The receipts that the server has, each once."""
        receipts, token = [], ""
        for _ in range(1000):
            page = self.club.owner("ReportService", "ListSales", {"page_size": 1000, "page_token": token})
            receipts += [sale["receipt"]["sale"]["receipt"] for sale in page["sales"]]
            token = page["next_page_token"]
            if not token:
                break
        self.assertEqual(len(receipts), len(set(receipts)))
        return set(receipts)


if __name__ == "__main__":
    unittest.main()
