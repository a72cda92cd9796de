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
MOST_SALES = 20_000
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

    def fill_disk(self):
        """Somebody else's log takes all there is."""
        with contextlib.suppress(OSError), open(self.filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(MIB))
        with contextlib.suppress(OSError), open(self.filler, "ab", buffering=0) as file:
            while True:
                file.write(bytes(512))
        free = os.statvfs(self.disk)
        self.assertLess(free.f_bavail * free.f_frsize, MIB)

    def sell(self, receipt):
        return self.club.register("Commit", {"sale": {
            "receipt": receipt, "occurred_at": START, "key": {"card": "CARD-1"},
            "lines": [line(str(i), f"sku-{i:012}", 1000 + i, description="bread of the day " + str(i))
                      for i in range(LINES)]}})

    def sell_until_full(self):
        while self.count < MOST_SALES:
            try:
                self.sell(str(self.count))
            except club.Refused as refused:
                self.assertEqual(refused.reason, "REASON_JOURNAL_FULL")
                return
            self.count += 1
        self.fail("the disk never became full")

    def test_a_full_disk_takes_a_thousand_sales_and_then_says_so(self):
        self.sell("first")
        self.club.wait_delivered()
        self.assertFalse(self.status()["is_reserve_used"])
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
