"""moadon as an owner uses it: what it prints, where, and how it ends; and what the sandbox does with a broken file."""

import base64
import csv
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import club
from club import line, sale

TOTALS = ["sales", "sale_lines", "gross_minor", "returns", "return_lines", "returned_minor",
          "unlinked_returned_minor", "members_with_sale", "purchase_days",
          "members_net_spend_minor"]
STAGES = ["potential", "interested", "new", "active", "loyal", "churning"]
EXPORT = ["key", "purchase_days", "last_purchase_date", "net_spend_minor", "points_milli", "tier",
          "stage", "stage_since"]
REFUSED, USAGE, UNREACHABLE = 1, 2, 3


class CommandLineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(replays_history=True)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        cls.club.register("Enroll", {"member": {
            "keys": [{"phone": "054-123-4567"}, {"card": "c-1"}], "first_name": "=נעמה",
            "last_name": 'לוי, "כהן"', "occurred_at": "2026-06-01T10:00:00Z"}})
        cls.club.register("Commit", {"sale": sale("1", [line("1", "A", 1000), line("2", "B", 50)],
                                                  key={"card": "c-1"})})
        cls.club.register("Return", {"returned": {
            "receipt": "2", "occurred_at": "2026-06-05T10:00:00Z", "lines": [line("1", "B", 50)],
            "original": {"register_id": "R1", "receipt": "1"}}})
        cls.club.wait_delivered()

    def run_moadon(self, *arguments, env=None, **options):
        return subprocess.run([str(club.BIN / "moadon"), *arguments], capture_output=True,
                              text=True, timeout=60, env={**self.club.cli_env(), **(env or {})},
                              **options)

    def test_totals_are_ten_integers(self):
        kept = json.loads(self.club.moadon("totals", "--json").stdout)
        self.assertEqual(list(kept), TOTALS)
        self.assertTrue(all(type(v) is int for v in kept.values()), kept)
        self.assertEqual(kept["gross_minor"], 1050)
        self.assertEqual(kept["returned_minor"], 50)
        self.assertEqual(kept["members_net_spend_minor"], 1000)

    def test_stages_take_a_date_or_an_instant(self):
        for moment in ("2026-06-01", "2026-06-01T10:00:00Z", "2026-06-01T13:00:00+03:00"):
            counts = json.loads(self.club.moadon("stages", "--as-of", moment, "--json").stdout)
            self.assertEqual(sorted(counts), sorted(STAGES))
            self.assertEqual(counts["new"], 1, moment)
        before = json.loads(
            self.club.moadon("stages", "--as-of", "2026-06-01T09:59:59Z", "--json").stdout)
        self.assertEqual(sum(before.values()), 0)

    def test_the_export_is_csv_as_promised(self):
        text = self.club.moadon("members", "export", "--as-of", "2026-06-30").stdout
        rows = list(csv.reader(io.StringIO(text)))
        self.assertEqual(rows[0], EXPORT)
        self.assertEqual(rows[1], ["c-1", "1", "2026-06-01", "1000", "", "", "new", "2026-06-01"])

    def test_wrong_words_are_usage_errors_and_leave_stdout_empty(self):
        for arguments in (["nonsense"], ["members"], ["members", "nonsense"], ["sales", "show"],
                          ["stages", "--as-of", "last week"], ["stages", "--as-of", "2026-02-30"],
                          ["members", "list", "--stage", "asleep"]):
            done = self.run_moadon(*arguments)
            self.assertEqual(done.returncode, USAGE, (arguments, done.stderr))
            self.assertEqual(done.stdout, "", arguments)
            self.assertNotEqual(done.stderr, "")

    def test_the_queue_is_read_to_its_end_however_large(self):
        content = base64.b64encode(bytes([255]) * (1 << 20)).decode()
        for sequence in range(1, 20):
            self.club.owner("SyncService", "HandOver", {
                "journal_id": base64.b64encode(bytes(16)).decode(),
                "entries": [{"entry": {"sequence": str(sequence), "sale": content},
                             "commit_time": "2026-06-01T10:00:00Z"}]},
                token=self.club.register_tokens["R1"])
        rows = self.club.moadon("--language", "en", "queue", "list").stdout.splitlines()
        self.assertEqual(sum("cannot be read" in row for row in rows), 19, rows[:3])
        for sequence in range(1, 20):
            self.club.moadon("queue", "settle", "R1", "0" * 32, str(sequence), "--yes")

    def test_what_the_queue_does_not_hold_is_a_place_in_a_journal(self):
        for language, words in (("en", "no entry at place 7"), ("he", "אין בתור רשומה")):
            done = self.run_moadon("--language", language, "queue", "settle", "R1",
                                   "0" * 31 + "1", "7", "--yes")
            self.assertEqual(done.returncode, REFUSED)
            self.assertIn(words, done.stderr)
        done = self.run_moadon("queue", "settle", "R1", "0" * 31 + "1", "7", "--yes", "--json")
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("REASON_RECEIPT_UNKNOWN", done.stdout + done.stderr)

    def test_an_account_that_ends_before_it_begins_is_refused(self):
        done = self.run_moadon("offline", "losses", "--from", "2026-02-02", "--until", "2026-02-01")
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("from_date", done.stderr)

    def test_help_is_there_for_every_noun(self):
        text = self.run_moadon("--help")
        self.assertEqual(text.returncode, 0)
        for noun in ("members", "sales", "stages", "totals", "branch", "register", "program",
                     "verify", "offline", "queue", "sandbox"):
            self.assertIn(noun, text.stdout)
            self.assertEqual(self.run_moadon(noun, "--help").returncode, 0, noun)

    def test_what_is_refused_exits_1_and_what_is_unreachable_3(self):
        done = self.run_moadon("members", "show", "nobody")
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        done = self.run_moadon("totals", env={"MOADON_SERVER": "127.0.0.1:9"})
        self.assertEqual(done.returncode, UNREACHABLE, done.stderr)
        wrong = self.club.root / "wrong.token"
        wrong.write_text("nonsense\n")
        done = self.run_moadon("totals", env={"MOADON_TOKEN_FILE": str(wrong)})
        self.assertEqual(done.returncode, REFUSED, done.stderr)

    def test_refusals_speak_hebrew_and_english(self):
        hebrew = self.run_moadon("members", "show", "nobody", env={"MOADON_LANGUAGE": "he"}).stderr
        english = self.run_moadon("members", "show", "nobody", env={"MOADON_LANGUAGE": "en"}).stderr
        self.assertTrue(any("\u05d0" <= c <= "\u05ea" for c in hebrew), hebrew)
        self.assertFalse(any("\u05d0" <= c <= "\u05ea" for c in english), english)

    def test_a_member_is_shown_by_any_spelling_with_their_story(self):
        for key in ("0541234567", "+972-54-123-4567", "c-1"):
            shown = json.loads(self.club.moadon("members", "show", key, "--json").stdout)
            self.assertEqual(shown["member"]["first_name"], "=נעמה")
            self.assertEqual(shown["moves"][-1]["to"], shown["member"]["facts"]["stage"])
        self.assertIn("לוי", self.club.moadon("members", "show", "c-1").stdout)

    def test_sales_are_listed_and_shown(self):
        shown = json.loads(self.club.moadon("sales", "show", "R1", "1", "--json").stdout)
        self.assertEqual(shown["sale"]["receipt"]["kept_lines"][1]["kept_milli"], "0")
        self.assertIn("2026-06-01", self.club.moadon("sales", "list").stdout
                      + self.club.moadon("sales", "list", "--json").stdout)

    def test_branches_and_registers(self):
        added = self.club.moadon("branch", "add", "north", "--name", "סניף צפון")
        self.assertEqual(self.club.moadon("branch", "add", "north", "--name", "סניף צפון").stdout,
                         added.stdout)
        token = self.club.moadon("register", "add", "N1", "--branch", "north").stdout.strip()
        self.assertGreater(len(token), 20)
        self.assertEqual(self.run_moadon("register", "add", "N1", "--branch", "north").returncode,
                         REFUSED)
        again = self.club.moadon("register", "add", "N1", "--branch", "north", "--new-token")
        self.assertNotEqual(again.stdout.strip(), token)
        self.assertIn("N1", self.club.moadon("register", "list").stdout)
        unsure = self.run_moadon("register", "revoke", "N1", stdin=subprocess.DEVNULL)
        self.assertNotEqual(unsure.returncode, 0)
        self.club.moadon("register", "revoke", "N1", "--yes")
        self.club.moadon("branch", "revoke", "north", "--yes")
        self.assertNotIn(token, self.club.moadon("register", "list", "--json").stdout)

    def test_programs(self):
        template = self.club.moadon("program", "template").stdout
        self.assertEqual(json.loads(template)["currency_code"], "ILS")
        shown = json.loads(self.club.moadon("program", "show", "--json").stdout)
        self.assertEqual(shown["program"]["version"] if "program" in shown else shown["version"],
                         "1")
        done = self.run_moadon("program", "publish", "-", input="{ broken")
        self.assertIn(done.returncode, (REFUSED, USAGE))
        done = self.run_moadon("program", "publish", "-",
                               input=json.dumps({**club.PROGRAM, "currency_code": "USD"}))
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("currency_code", done.stderr)

    def test_verify_finds_what_somebody_changed_behind_its_back(self):
        with club.Club(replays_history=True) as running:
            running.register("Enroll", {"member": {"keys": [{"card": "v"}],
                                                   "occurred_at": "2026-06-01T10:00:00Z"}})
            running.register("Commit", {"sale": sale("1", [line("1", "A", 1000)],
                                                     key={"card": "v"})})
            running.wait_delivered()
            self.assertEqual(running.moadon("verify").returncode, 0)
            running.server.stop()
            import sqlite3
            database = sqlite3.connect(running.server.directory / "moadon.db")
            with database:
                database.execute("UPDATE members SET net_spend_sum_minor = net_spend_sum_minor + 1")
            database.close()
            running.server.start()
            done = running.moadon("verify", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("net_spend", done.stdout)


class BrokenSalesFileTest(unittest.TestCase):
    FILE = ("register,receipt,occurred_at,member,sku,description,quantity,unit_price,"
            "return_of_register,return_of\n"
            "K1,1,2026-01-05T08:00:00Z,100,A,קפה הפוך,2,14.00,,\n"
            "K1,1,2026-01-05T08:00:00Z,100,B,\"עוגה, פרוסה\",1,22.50,,\n"
            "K2,2,2026-01-06T08:00:00Z,,A,קפה הפוך,1,14.00,,\n"
            "K2,3,2026-02-06T08:00:00Z,100,B,\"עוגה, פרוסה\",-1,22.50,K1,1\n")

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        self.file = self.root / "sales.csv"
        self.file.write_text(self.FILE, encoding="utf-8")

    def sandbox(self, *arguments, timeout=120):
        return subprocess.run([str(club.BIN / "moadon"), "sandbox", "--dir",
                               str(self.root / "box"), *arguments], capture_output=True,
                              text=True, timeout=timeout, stdin=subprocess.DEVNULL)

    def leftovers(self):
        """Processes that still work in the sandbox's directory."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    command = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes()
                except OSError:
                    continue
                if str(self.root / "box").encode() in command:
                    found.append(command)
        return found

    def test_a_broken_sales_file_stops_it_before_anything_is_sold(self):
        self.file.write_text(self.FILE + "K1,4,yesterday,,A,x,1,1.00,,\n", encoding="utf-8")
        done = self.sandbox("--replay", str(self.file), "--", "true")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(":6", done.stderr)
        self.assertEqual(self.leftovers(), [])


if __name__ == "__main__":
    unittest.main()
