"""The register's disk fills up: the journal goes on in its reserve for a thousand sales, says so, and then refuses without harm."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import club
from club import line

DISK_MIB = 160
RESERVED_SALES = 1_000
LINES = 150  # a cart piled high
# In the short form fewer and larger sales fill the reserve.
LARGE_LINES = 800
LARGE_TEXT = 0 if club.LONG else 150
MOST_SALES = 20_000
BACKLOG_SALES = 30
RETURN_SECONDS = 180
MIB = 1 << 20


START = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class DiskRoomTest(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: a small disk is mounted")
        self.disk = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        self.addCleanup(shutil.rmtree, self.disk, ignore_errors=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "moadon-test",
                                  self.disk], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no disk can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.club = club.Club(["R1"])
        self.addCleanup(self.club.__exit__, None, None, None)
        self.club.agent.directory = self.disk / "agent"
        self.club.agent.directory.mkdir()
        self.club.__enter__()
        self.filler = self.disk / "filler"
        self.count = 0

    def status(self):
        return self.club.register("Status", {})

    def free_bytes(self):
        free = os.statvfs(self.disk)
        return free.f_bavail * free.f_frsize

    def fill_disk(self, left_bytes=0):
        """Somebody else's log takes all there is, or all but so much."""
        with contextlib.suppress(OSError), open(self.filler, "ab", buffering=0) as file:
            while True:
                file.write(bytes(MIB))
        with contextlib.suppress(OSError), open(self.filler, "ab", buffering=0) as file:
            while True:
                file.write(bytes(512))
        os.truncate(self.filler, self.filler.stat().st_size - left_bytes)
        self.assertLess(self.free_bytes(), left_bytes + MIB)

    def reserve(self):
        return self.club.agent.directory / "journal.reserve"

    def begin(self):
        """A sale is delivered and the reserve is whole."""
        self.sell("first")
        self.club.wait_delivered()
        self.assertFalse(self.status()["is_reserve_used"])
        self.assertTrue(self.reserve().exists())

    def finish(self, sales):
        """There is room and a server again: the agent goes on as it is, and all of it goes there once."""
        if self.filler.exists():
            self.filler.unlink()
        if not self.club.server.process.alive():
            self.club.server.start()
        self.sell("after")
        self.club.wait_delivered(RETURN_SECONDS)
        totals = self.club.owner("ReportService", "GetTotals", {})
        self.assertEqual(totals["sales_count"], str(sales + 2))
        self.club.verify()

    def sell(self, receipt, lines=LINES, text=""):
        return self.club.register("Commit", {"sale": {
            "receipt": receipt, "occurred_at": START, "key": {"card": "CARD-1"},
            "lines": [line(str(i), f"sku-{i:012}", 1000 + i, description=f"bread of the day {i} {text}")
                      for i in range(lines)]}})

    def sell_until_full(self, **cart):
        while self.count < MOST_SALES:
            try:
                self.sell(str(self.count), **cart)
            except club.Refused as refused:
                self.assertEqual(refused.reason, "REASON_JOURNAL_FULL")
                return
            self.count += 1
        self.fail("the disk never became full")

    def test_an_agent_that_starts_on_a_nearly_full_disk_goes_on_in_the_reserve(self):
        self.begin()
        self.club.server.stop()
        self.club.agent.stop()
        self.fill_disk(left_bytes=4 * MIB)
        self.club.agent.start()
        self.sell("0")
        self.assertTrue(self.status()["is_reserve_used"])
        self.assertFalse(self.reserve().exists())
        self.finish(1)

    def test_an_agent_starts_on_a_disk_without_a_free_byte(self):
        self.begin()
        self.club.server.stop()
        for end in (self.club.agent.stop, self.club.agent.kill):
            end()
            self.fill_disk()
            self.club.agent.start()
            self.sell(str(self.count))
            self.count += 1
            self.assertTrue(self.status()["is_reserve_used"])
            # There is room again: the next start puts the reserve by.
            self.filler.unlink()
            self.club.agent.stop()
            self.club.agent.start()
            self.assertFalse(self.status()["is_reserve_used"])
        self.finish(2)

    def test_what_is_written_in_the_background_has_the_reserve_too(self):
        self.begin()
        self.club.server.stop()
        for i in range(BACKLOG_SALES):
            self.sell(str(i))
        self.fill_disk()
        self.club.server.start()
        self.club.wait_delivered()
        self.assertTrue(self.status()["is_reserve_used"])
        self.sell("on")
        self.finish(BACKLOG_SALES + 1)

    def test_a_disk_without_room_or_reserve_stops_nothing_for_good(self):
        """What finds no room is refused or put off, and goes on when there is some, without a start."""
        self.begin()
        self.club.server.stop()
        for i in range(BACKLOG_SALES):
            self.sell(str(i))
        self.fill_disk()
        club.wait_for("the reserve is used", lambda: self.status()["is_reserve_used"])
        self.fill_disk()
        with self.assertRaises(club.Refused) as refused:
            self.sell("on")
        self.assertEqual(refused.exception.reason, "REASON_JOURNAL_FULL")
        self.club.server.start()
        club.wait_for("the server has the sales", lambda: self.club.owner(
            "ReportService", "GetTotals", {})["sales_count"] == str(BACKLOG_SALES + 1))
        self.finish(BACKLOG_SALES)

    def test_a_log_that_is_written_over_leaves_room_to_be_copied(self):
        """Large sales on a disk with a little room: the log is reused, and the file needs the rest."""
        self.begin()
        self.club.server.stop()
        self.fill_disk(left_bytes=24 * MIB)
        self.sell_until_full(lines=LARGE_LINES, text="x" * LARGE_TEXT)
        print(f"{self.count} sales of {LARGE_LINES} lines went into 24 MiB and the reserve")
        if club.LONG:
            self.assertGreaterEqual(self.count, RESERVED_SALES)
            self.finish(self.count)
            return
        self.filler.unlink()
        self.sell("after")
        self.assertEqual(self.status()["undelivered_count"], str(self.count + 1))

    def test_a_full_disk_takes_a_thousand_sales_and_then_says_so(self):
        self.begin()
        self.club.server.stop()
        self.fill_disk()
        self.sell("0")
        self.count = 1
        self.assertTrue(self.status()["is_reserve_used"])
        self.sell_until_full()
        self.assertGreaterEqual(self.count, RESERVED_SALES)
        print(f"{self.count} sales of {LINES} lines went into the reserve")
        # What is there is still answered, and everything else goes on.
        self.assertEqual(self.sell("0")["sequence"], "2")
        self.assertEqual(self.status()["undelivered_count"], str(self.count))
        self.assertTrue(self.club.register("Quote", {"basket": {"lines": [line("1", "A", 100)]}}))

        # Neither a kill nor a start on the full disk loses anything, and the server frees the till.
        self.club.agent.kill()
        self.club.agent.start()
        self.assertEqual(self.status()["undelivered_count"], str(self.count))
        self.club.server.start()
        self.club.wait_delivered(RETURN_SECONDS)
        totals = self.club.owner("ReportService", "GetTotals", {})
        self.assertEqual(totals["sales_count"], str(self.count + 1))
        self.filler.unlink()
        self.sell("after")
        self.club.wait_delivered()
        self.club.verify()


if __name__ == "__main__":
    unittest.main()
