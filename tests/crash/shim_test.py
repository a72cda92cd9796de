"""The model of power cuts itself: what is synced stays, what is not may go, and SQLite agrees."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import power_cut

# Appends rows and says each number when its commit has returned.
APPEND_ROWS = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = " + sys.argv[2])
database.execute("PRAGMA wal_autocheckpoint = 40")
database.execute("CREATE TABLE IF NOT EXISTS row(number INTEGER PRIMARY KEY, filling BLOB)")
number = int(sys.argv[3])
while True:
    database.execute("INSERT INTO row VALUES (?, randomblob(3000))", (number,))
    print(number, flush=True)
    number += 1
"""


class ShimTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name).resolve() / "disk"
        self.root.mkdir()
        self.path = self.root / "file"

    def run_python(self, program, *arguments, **cut):
        return subprocess.run(
            [sys.executable, "-S", "-c", program, str(self.path), *map(str, arguments)],
            env={**os.environ, **power_cut.environment(self.root, **cut)}, capture_output=True,
            text=True, timeout=power_cut.WAIT_SECONDS)

    def contents_after_cuts(self, program, count=30):
        """What the file held after each of many cuts at the program's end; always the same ones."""
        seen = set()
        for seed in range(1, count + 1):
            for left in self.root.iterdir():
                left.unlink()
            done = self.run_python(program, at=("end", 1), seed=seed)
            self.assertEqual(done.returncode, power_cut.CUT_STATUS, done.stderr)
            seen.add(self.path.read_bytes() if self.path.exists() else None)
        return seen

    HEAD = ("import os, sys; path = sys.argv[1];"
            "folder = os.open(os.path.dirname(path), os.O_RDONLY);"
            "file = os.open(path, os.O_RDWR | os.O_CREAT);")
    CUT = "os.open(path + '-end', os.O_CREAT | os.O_RDWR)"

    def test_what_is_synced_stays(self):
        seen = self.contents_after_cuts(
            self.HEAD + "os.write(file, b'a' * 5000); os.fsync(file); os.fsync(folder);" + self.CUT)
        self.assertEqual(seen, {b"a" * 5000})

    def test_what_is_not_synced_is_kept_torn_or_dropped(self):
        seen = self.contents_after_cuts(
            self.HEAD + "os.write(file, b'a' * 2048); os.fdatasync(file); os.fsync(folder);"
            "os.pwrite(file, b'b' * 1000, 100);" + self.CUT)
        old, new = b"a" * 2048, b"a" * 100 + b"b" * 1000 + b"a" * 948
        self.assertIn(old, seen)
        self.assertIn(new, seen)
        torn = seen - {old, new}
        self.assertTrue(torn)
        for content in torn:
            for at in range(0, 2048, 512):
                self.assertIn(content[at:at + 512], (old[at:at + 512], new[at:at + 512]))

    def test_a_truncation_that_is_not_synced_may_not_have_happened(self):
        seen = self.contents_after_cuts(
            self.HEAD + "os.write(file, b'a' * 3000); os.fsync(file); os.fsync(folder);"
            "os.ftruncate(file, 10);" + self.CUT)
        self.assertEqual(seen, {b"a" * 3000, b"a" * 10})

    def test_overlapping_writes_leave_either_or_neither(self):
        seen = self.contents_after_cuts(
            self.HEAD + "os.write(file, b'a' * 10); os.fsync(file); os.fsync(folder);"
            "os.pwrite(file, b'b' * 10, 0); os.pwrite(file, b'c' * 10, 0);" + self.CUT)
        self.assertEqual(seen, {b"a" * 10, b"b" * 10, b"c" * 10})

    def test_names_are_durable_with_their_directory(self):
        made = "os.write(file, b'a'); os.fsync(file);"
        self.assertEqual(self.contents_after_cuts(self.HEAD + made + self.CUT), {None, b"a"})
        self.assertEqual(self.contents_after_cuts(
            self.HEAD + made + "os.fsync(folder);" + self.CUT), {b"a"})
        replaced = ("os.fsync(folder); next = os.open(path + '-next', os.O_RDWR | os.O_CREAT);"
                    "os.write(next, b'b'); os.fsync(next); os.rename(path + '-next', path);")
        self.assertEqual(self.contents_after_cuts(
            self.HEAD + made + replaced + self.CUT), {b"a", b"b"})
        self.assertEqual(self.contents_after_cuts(
            self.HEAD + made + replaced + "os.fsync(folder);" + self.CUT), {b"b"})
        self.assertEqual(self.contents_after_cuts(
            self.HEAD + made + "os.fsync(folder); os.unlink(path);" + self.CUT), {None, b"a"})

    def test_a_failed_sync_makes_nothing_durable_for_ever(self):
        program = (self.HEAD + "os.write(file, b'a' * 10); os.fsync(file); os.fsync(folder);"
                   "os.pwrite(file, b'b' * 10, 0)\n"
                   "try: os.fsync(file); sys.exit(1)\n"
                   "except OSError as error: assert error.errno == 5\n"
                   "os.fsync(file)\n" + self.CUT)
        seen = set()
        for seed in range(1, 21):
            self.path.unlink(missing_ok=True)
            (self.root / "file-end").unlink(missing_ok=True)
            done = self.run_python(program, at=("end", 1), seed=seed,
                                   fail_sync=("file", 2))
            self.assertEqual(done.returncode, power_cut.CUT_STATUS, done.stderr)
            seen.add(self.path.read_bytes())
        self.assertEqual(seen, {b"a" * 10, b"b" * 10})

    def rows_lost(self, synchronous, cuts):
        """How many cuts lost a row whose commit had returned. The file is whole after each."""
        lost, number = 0, 0
        for left in self.root.iterdir():
            left.unlink()
        for _ in range(cuts):
            done = self.run_python(APPEND_ROWS, synchronous, number,
                                   at=("", random.randrange(20, 900)))
            self.assertEqual(done.returncode, power_cut.CUT_STATUS, done.stderr)
            if self.path.exists():
                self.assertEqual(power_cut.integrity(self.path), ["ok"])
            said = [int(each) for each in done.stdout.split()]
            kept = self.rows()
            lost += not kept.issuperset(said)
            number = max([number, *said, *kept]) + 1
        return lost

    def rows(self):
        read = subprocess.run(
            [sys.executable, "-c",
             "import sqlite3, sys\n"
             "database = sqlite3.connect(sys.argv[1])\n"
             "try: print(*[row[0] for row in database.execute('SELECT number FROM row')])\n"
             "except sqlite3.OperationalError as error:\n"
             "    assert 'no such table' in str(error), error",
             str(self.path)], capture_output=True, text=True, check=True)
        return {int(each) for each in read.stdout.split()}

    def test_sqlite_keeps_every_commit_with_full_and_not_with_normal(self):
        self.assertEqual(self.rows_lost("FULL", 25), 0)
        self.assertGreater(self.rows_lost("NORMAL", 12), 0)


if __name__ == "__main__":
    unittest.main()
