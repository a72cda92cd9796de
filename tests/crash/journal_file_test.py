"""The journal's files under a real agent: its log is cut, its pages are damaged, and the till goes on."""

import contextlib
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import club
import documents
import power_cut
from club import line, sale

SALES = 12
LINES = 40  # few sales on a page
CUTS = 100 if club.LONG else 8
DAMAGES = 40 if club.LONG else 4
SALVAGE_CUTS = 8
MAX_SALVAGE_STEPS = 2_000
SHORT_SALVAGE_STEPS = 120  # the salvage has more
PAGE_BYTES = 4096
TABLE_LEAF = 0x0d
RECEIPT = "sale-"  # stands in clear in the file
FILES = ("journal.db", "journal.db-wal")


class JournalFileCase(unittest.TestCase):
    """Sales that nothing keeps but the journal of an agent that was killed."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.kept = pathlib.Path(directory.name).resolve()
        self.club = club.Club(replays_history=True)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.agent = self.club.agent
        self.club.server.kill()
        self.agent.stop()
        self.agent.start()
        self.log_ends = []
        for number in range(1, SALES + 1):
            self.sell(number)
            self.log_ends.append((self.agent.directory / FILES[1]).stat().st_size)
        self.agent.kill()
        for name in FILES:
            shutil.copyfile(self.agent.directory / name, self.kept / name)

    def sell(self, number):
        lines = [line(str(at), f"BREAD-{at}", 700) for at in range(1, LINES + 1)]
        return self.club.register("Commit", {"sale": sale(f"{RECEIPT}{number}", lines)})

    def put_back(self):
        for path in self.agent.directory.glob("journal.db*"):
            path.unlink()
        for name in FILES:
            shutil.copyfile(self.kept / name, self.agent.directory / name)

    def pending(self):
        entries, page = [], ""
        while True:
            answer = self.club.register("Pending", {"page_size": 1000, "page_token": page})
            entries += answer.get("entries", [])
            page = answer.get("next_page_token", "")
            if not page:
                return entries


class LogCutTest(JournalFileCase):
    def committed_in(self, cut):
        """The receipts that SQLite itself finds in a copy whose log ends there."""
        with tempfile.TemporaryDirectory(prefix="moadon-test-") as directory:
            copy = pathlib.Path(directory) / "journal.db"
            shutil.copyfile(self.kept / FILES[0], copy)
            log = (self.kept / FILES[1]).read_bytes()
            (pathlib.Path(directory) / FILES[1]).write_bytes(log[:cut])
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                return [row[0] for row in connection.execute("SELECT receipt FROM entry ORDER BY sequence")]

    def test_a_log_that_is_cut_keeps_exactly_what_was_committed(self):
        begin, end = self.log_ends[-4], self.log_ends[-1]
        self.assertLess(begin, end)
        self.assertEqual(len(self.committed_in(end)), SALES)
        counts = set()
        for cut in [begin, end - 1, end] + [random.randrange(begin, end) for _ in range(CUTS)]:
            expected = self.committed_in(cut)
            counts.add(len(expected))
            self.put_back()
            with open(self.agent.directory / FILES[1], "r+b") as log:
                log.truncate(cut)
            self.agent.start()
            self.assertEqual([entry["receipt"] for entry in self.pending()], expected, cut)
            self.assertEqual(self.sell("next")["sequence"], str(len(expected) + 1))
            self.agent.kill()
        self.assertTrue(counts >= {SALES - 3, SALES - 1, SALES}, counts)


class DamagedFileCase(JournalFileCase):
    def setUp(self):
        super().setUp()
        # Nothing is in the log that is not in the file.
        with contextlib.closing(sqlite3.connect(self.kept / FILES[0])) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (self.kept / FILES[1]).write_bytes(b"")
        self.file = (self.kept / FILES[0]).read_bytes()

    def pages_with_entries(self):
        pages = range(len(self.file) // PAGE_BYTES)
        images = {page: self.file[page * PAGE_BYTES:][:PAGE_BYTES] for page in pages}
        return [page for page in pages
                if images[page][0] == TABLE_LEAF and RECEIPT.encode() in images[page]]

    def damage(self, page):
        """The page of the file holds something else, as a sector that went bad."""
        self.put_back()
        with open(self.agent.directory / FILES[0], "r+b") as file:
            file.seek(page * PAGE_BYTES)
            file.write(random.randbytes(PAGE_BYTES))


class DamagedFileTest(DamagedFileCase):
    def test_a_malformed_journal_delivers_what_is_whole_and_names_what_is_not(self):
        with_entries, missing_counts = self.pages_with_entries(), []
        for number in range(DAMAGES):
            page = random.choice(with_entries if number % 2 else range(len(self.file) // PAGE_BYTES))
            self.damage(page)
            self.agent.start()
            self.sell(f"after-{number}")
            missing = int(self.club.register("Status", {})["altered_count"])
            self.assertEqual(missing > 0, page in with_entries, page)
            self.check_named(missing)
            self.club.server.start()
            club.wait_for("the rest is delivered", lambda missing=missing: int(
                self.club.register("Status", {})["undelivered_count"]) == missing, 60)
            kept = documents.kept_identities(self.club.server)
            self.assertEqual(len(kept), len(set(kept)), "doubled")
            self.assertGreaterEqual(len(kept), SALES - missing)
            self.assertIn(("R1", f"{RECEIPT}after-{number}"), kept)
            self.assertTrue(list(self.agent.directory.glob("journal.db.damaged-*")))
            missing_counts.append(missing)
            self.agent.kill()
            self.club.server.kill()
        self.club.server.start()
        print(f"{DAMAGES} damaged pages; missing each time {missing_counts}")

    def check_named(self, missing):
        """Pending and `moadon-agent pending` say of each missing entry that it is."""
        listed = [entry for entry in self.pending() if "refusal" in entry]
        self.assertEqual([entry["refusal"]["reason"] for entry in listed],
                         ["REASON_JOURNAL_ALTERED"] * missing)
        printed = subprocess.run(
            [str(club.BIN / "moadon-agent"), "--dir", str(self.agent.directory), "pending", "--json"],
            capture_output=True, text=True, check=True, timeout=club.CALL_SECONDS).stdout
        told = [json.loads(row) for row in printed.splitlines()]
        self.assertEqual(len(told), SALES + 1)
        self.assertEqual(sum(row.get("reason") == "REASON_JOURNAL_ALTERED" for row in told), missing)


class SalvageStepsTest(DamagedFileCase):
    def test_a_salvage_that_is_cut_short_at_any_step_is_done_by_the_next_start(self):
        """The file has no head any more. Every entry is there in the end, whatever the first salvage came to."""
        steps = list(range(1, MAX_SALVAGE_STEPS))
        if not club.LONG:
            steps = random.sample(steps[:SHORT_SALVAGE_STEPS], SALVAGE_CUTS)
        ended = 0
        for step in steps:
            self.damage(0)
            self.agent.env = power_cut.environment(self.agent.directory, at=("", step),
                                                   kills=random.random() < 0.5)
            self.agent.start(wait=False)
            club.wait_for("it is ready or has ended", lambda: not self.agent.process.alive()
                          or (self.agent.directory / "agent.port").exists(), power_cut.WAIT_SECONDS)
            has_ended = not self.agent.process.alive()
            ended += has_ended
            self.agent.kill()
            self.agent.env = {}
            self.agent.start()
            self.assertEqual([entry["receipt"] for entry in self.pending()],
                             [f"{RECEIPT}{number}" for number in range(1, SALES + 1)], step)
            self.assertTrue(list(self.agent.directory.glob("journal.db.damaged-*")), step)
            self.agent.kill()
            if not has_ended:
                break
        self.assertGreater(ended, 0)
        print(f"{ended} salvages cut short at one of their steps")


if __name__ == "__main__":
    unittest.main()
