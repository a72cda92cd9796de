"""A made club (made_club.h) is one that the server could have grown: it verifies, and it has what is measured."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import club

MEMBERS = 10_000 if club.LONG else 2_000


class MadeClub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        made = subprocess.run([club.BIN / "bench_make_club", "--dir", cls.root / "server", "--members", str(MEMBERS)],
                              stdout=subprocess.PIPE, text=True, timeout=300, check=True)
        cls.made = json.loads(made.stdout)
        cls.server = club.Server(cls.root / "server")
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def owner(self, service, method, message):
        return self.server.call(service, method, message)

    def test_verify_finds_nothing(self):
        checked, token = 0, ""
        for _ in range(MEMBERS):
            page = self.owner("AdminService", "Verify", {"page_size": 1000, "page_token": token})
            self.assertEqual(page["disagreements"], [])
            checked += int(page["checked_count"])
            token = page["next_page_token"]
            if not token:
                break
        self.assertEqual(checked, MEMBERS)

    def test_it_is_as_large_as_it_says(self):
        totals = self.owner("ReportService", "GetTotals", {})
        self.assertEqual(int(totals["sales_count"]), self.made["sales"])
        self.assertEqual(int(totals["returns_count"]), self.made["returns"])
        self.assertEqual(int(totals["differences_count"]), 0)
        self.assertGreater(self.made["returns"], 0)
        days_per_member = self.made["purchase_days"] / MEMBERS
        self.assertTrue(9 <= days_per_member <= 11, days_per_member)

    def test_it_has_members_of_every_stage(self):
        counts = {row["stage"]: int(row["member_count"])
                  for row in self.owner("ReportService", "CountStages", {})["stages"]}
        self.assertEqual(sum(counts.values()), MEMBERS)
        for stage in ("POTENTIAL", "INTERESTED", "NEW", "ACTIVE", "LOYAL", "CHURNING"):
            self.assertGreater(counts[f"STAGE_{stage}"], 0, stage)

    def test_the_same_again_is_refused(self):
        again = subprocess.run([club.BIN / "bench_make_club", "--dir", self.root / "server"],
                               stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(again.returncode, 1)
        self.assertIn("holds a club already", again.stderr)


if __name__ == "__main__":
    unittest.main()
