"""The owner's week on real sales: every week sums exactly, is what the export of its ends says, and is the same
whenever it is asked for; and the command that prints it, with its settings."""

import collections
import csv
import datetime
import io
import json
import pathlib
import tempfile
import unittest

import club
import reference
from club import line, sale
from replay_test import STAGES, export, replay
from reference import DAY

UTC_PROGRAM = {**club.PROGRAM, "time_zone": "UTC"}
WEEK = 7 * DAY
COUNTS = ["start_counts", "end_counts", "met_counts", "merged_counts", "unmerged_counts"]
TOTALS = ["met_count", "sign_up_count", "first_purchase_count", "won_back_count", "lost_count"]
PART_COUNTS = ["start_count", "end_count", "met_count", "first_purchase_count", "won_back_count",
               "lost_count"]
HEADING = ["register", "receipt", "occurred_at", "member", "sku", "description", "quantity",
           "unit_price", "return_of_register", "return_of"]
SHORT_RETAIL_WEEKS = 7


def sunday_of(date):
    """Weeks start on Sunday in Israel."""
    return date - (date.isoweekday() % 7) * DAY


def numbers(counts):
    return [int(count) for count in counts]


def plain_table(message):
    """A WeekTable as numbers."""
    table = {name: numbers(message[name]) for name in COUNTS}
    table["flows"] = [numbers(row["to_counts"]) for row in message["flows"]]
    table.update({name: int(message[name]) for name in TOTALS})
    table.update({name: message[name] for name in ("start_date", "end_date")})
    return table


class ReferenceWeeks:
    """Weeks computed from the stages of the plain reference, member by member."""

    def __init__(self, members):
        self.members = members
        self.stages = {}

    def stages_on(self, date):
        if date not in self.stages:
            self.stages[date] = {key: member.stage(date) for key, member in self.members.items()
                                 if member.met <= date}
        return self.stages[date]

    def table(self, start):
        end = start + 6 * DAY
        before, after = self.stages_on(start - DAY), self.stages_on(end)
        flow = collections.Counter((before[key], after[key]) for key in before)
        met = [key for key in after if key not in before]
        table = {"start_date": start.isoformat(), "end_date": end.isoformat(),
                 "merged_counts": [0] * 6, "unmerged_counts": [0] * 6}
        for name, stages in (("start_counts", before.values()), ("end_counts", after.values()),
                             ("met_counts", [after[key] for key in met])):
            counted = collections.Counter(stages)
            table[name] = [counted[stage] for stage in STAGES]
        table["flows"] = [[flow[a, b] for b in STAGES] for a in STAGES]
        days = {key: self.members[key].kept_days(end) for key in after}
        table["met_count"] = table["sign_up_count"] = len(met)
        table["first_purchase_count"] = sum(
            1 for kept in days.values() if kept and start <= kept[0])
        table["won_back_count"] = sum(
            1 for key, stage in before.items()
            if stage == "churning" and days[key] and days[key][-1] >= start)
        table["lost_count"] = sum(1 for key, stage in before.items()
                                  if stage != "churning" and after[key] == "churning")
        return table


def weekly_files(path, directory, weeks):
    """The rows of a file of sales, one file per week, for so many weeks; (first day, file)."""
    written, rows, current = [], [], None

    def write():
        file = pathlib.Path(directory) / f"{current}.csv"
        with open(file, "w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, HEADING)
            writer.writeheader()
            writer.writerows(rows)
        written.append((current, file))

    with club.open_text(path) as text:
        for row in csv.DictReader(text):
            start = sunday_of(datetime.date.fromisoformat(row["occurred_at"][:10]))
            if start != current:
                if rows:
                    write()
                current, rows = start, []
                if len(written) == weeks:
                    return written
            rows.append(row)
    write()
    return written


class WeekCase:
    file = None
    registers = None
    weeks = None

    @classmethod
    def setUpClass(cls):
        path = club.data_file(cls.file)
        scratch = tempfile.TemporaryDirectory(prefix="moadon-weeks-")
        cls.addClassCleanup(scratch.cleanup)
        cls.files = weekly_files(path, scratch.name, cls.weeks)
        cls.running = club.Club(cls.registers, replays_history=True, program=UTC_PROGRAM)
        cls.running.__enter__()
        cls.addClassCleanup(cls.running.__exit__, None, None, None)
        cls.during = {}
        for start, file in cls.files:
            replay(cls.running, file)
            cls.during[start] = cls.ask(start)
        end = cls.files[-1][0] + WEEK
        documents = [d for d in reference.read_documents(path) if d.date < end]
        cls.members = reference.read_members(documents)
        first, last = cls.files[0][0], cls.files[-1][0]
        cls.starts = [first + i * WEEK for i in range((last - first).days // 7 + 6)]
        cls.after = {start: cls.ask(start) for start in cls.starts}

    @classmethod
    def ask(cls, start):
        return cls.running.owner("WeekService", "GetWeek",
                                 {"date": (start + 3 * DAY).isoformat()}, timeout=120)

    def test_every_week_sums_exactly(self):
        for start, answer in self.after.items():
            for name in ("week", "week_before", "year_before"):
                with self.subTest(week=start.isoformat(), table=name):
                    self.check_sums(plain_table(answer[name]))
            for part in ("by_branch", "by_source"):
                for name, whole in (("start_count", "start_counts"), ("end_count", "end_counts")):
                    self.assertEqual(sum(int(p[name]) for p in answer[part]),
                                     sum(numbers(answer["week"][whole])))
                for name in PART_COUNTS[2:]:
                    self.assertEqual(sum(int(p[name]) for p in answer[part]),
                                     int(answer["week"][name]), (start, part, name))

    def check_sums(self, table):
        for i in range(6):
            came = table["met_counts"][i] + table["unmerged_counts"][i]
            self.assertEqual(sum(row[i] for row in table["flows"]) + came, table["end_counts"][i])
            self.assertEqual(sum(table["flows"][i]) + table["merged_counts"][i],
                             table["start_counts"][i])
        self.assertEqual(sum(table["met_counts"]), table["met_count"])
        self.assertEqual(sum(table["start_counts"]) + table["met_count"]
                         - sum(table["merged_counts"]) + sum(table["unmerged_counts"]),
                         sum(table["end_counts"]))

    def test_one_week_ends_where_the_next_one_starts(self):
        for start, answer in self.after.items():
            self.assertEqual(answer["week"]["start_date"], start.isoformat())
            self.assertEqual(answer["week_before"]["end_counts"], answer["week"]["start_counts"])
            if start - WEEK in self.after:
                self.assertEqual(answer["week_before"], self.after[start - WEEK]["week"])
            if start - 52 * WEEK in self.after:
                self.assertEqual(answer["year_before"], self.after[start - 52 * WEEK]["week"])

    def test_every_week_is_as_the_reference_says(self):
        weeks = ReferenceWeeks(self.members)
        for start, answer in self.after.items():
            with self.subTest(week=start.isoformat()):
                self.assertEqual(plain_table(answer["week"]), weeks.table(start))

    def test_both_ends_are_the_export_of_their_dates(self):
        for start, answer in self.after.items():
            end = answer["week"]["end_date"]
            with self.subTest(end=end):
                exported = collections.Counter(
                    row["stage"] for row in export(self.running, end).values())
                self.assertEqual([exported[stage] for stage in STAGES],
                                 numbers(answer["week"]["end_counts"]))

    def test_a_week_is_the_same_while_the_file_is_replayed_and_afterwards(self):
        self.assertGreater(len(self.during), 5)
        for start, answer in self.during.items():
            for name in ("week", "week_before", "year_before", "by_branch", "by_source"):
                self.assertEqual(answer[name], self.after[start][name], (start, name))

    def test_a_week_says_how_many_facts_came_after_it(self):
        late = [int(answer["late_fact_count"]) for _, answer in sorted(self.after.items())]
        self.assertEqual(late, sorted(late))
        self.assertGreater(late[0], 0)
        self.assertTrue(self.after[self.starts[0]]["last_late_time"])


class CdnowWeeks(WeekCase, unittest.TestCase):
    file = "cdnow-sample.sales.csv"
    registers = ["R1"]


class RetailWeeks(WeekCase, unittest.TestCase):
    file = "online-retail-2010-2011.sales.csv.gz"
    registers = ["R1", "R2", "R3", "R4"]
    weeks = None if club.LONG else SHORT_RETAIL_WEEKS


class WeekCommandTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(replays_history=True, program=UTC_PROGRAM)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        for receipt, card, date in (("1", "a", "2026-03-03"), ("2", "b", "2026-03-05"),
                                    ("3", "a", "2026-03-06"), ("4", "c", "2025-06-05")):
            self.club.register("Enroll", {"member": {"keys": [{"card": card}],
                                                     "occurred_at": f"{date}T09:00:00Z"}})
            self.club.register("Commit", {"sale": sale(
                receipt, [line("1", "A", 1000)], occurred_at=f"{date}T10:00:00Z",
                key={"card": card})})
        self.club.wait_delivered()

    def save(self, settings, check=True):
        return self.club.moadon("settings", "save", "-", input=json.dumps(settings), check=check)

    def test_settings_are_read_changed_and_saved(self):
        template = json.loads(self.club.moadon("settings", "template").stdout)
        self.save(template)
        shown = json.loads(self.club.moadon("settings", "show", "--json").stdout)
        self.assertEqual(shown["settings"]["revision"], "1")
        self.assertEqual(shown["settings"]["ask_fields"], template["ask_fields"])
        changed = {**shown["settings"], "ask_pause_days": 3}
        self.save(changed)
        late = self.save({**changed, "ask_pause_days": 4}, check=False)
        self.assertEqual(late.returncode, 1, late.stderr)
        words = self.club.moadon("settings", "show").stdout
        self.assertIn("3 days", words)
        self.assertIn("vegetarian or vegan", words)
        hebrew = self.club.moadon("settings", "show", "--language", "he").stdout
        self.assertIn("3 ימים", hebrew)
        self.assertIn("יעדים", hebrew)

    def test_a_file_that_was_shown_as_a_whole_can_be_saved(self):
        self.save({"week_start_day": 2})
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            shown = json.loads(self.club.moadon("settings", "show", "--json").stdout)
            shown["settings"]["week_start_day"] = 3
            json.dump(shown, file)
            file.flush()
            self.club.moadon("settings", "save", file.name)
        kept = self.club.owner("SettingsService", "GetSettings", {})["settings"]
        self.assertEqual((kept["week_start_day"], kept["revision"]), (3, "2"))

    def test_the_week_follows_the_day_that_the_owner_set(self):
        asked = {"date": "2026-03-05"}
        self.assertEqual(self.week(asked)["week"]["start_date"], "2026-03-01")
        self.save({"week_start_day": 4})
        week = self.week(asked)["week"]
        self.assertEqual(week["start_date"], "2026-03-04")
        self.assertEqual(int(week["met_count"]), 1)

    def week(self, asked):
        return self.club.owner("WeekService", "GetWeek", asked)

    def test_the_week_is_printed_in_both_languages(self):
        self.save({"targets": {"list_size": "1500", "met_per_week": "2"}})
        english = self.club.moadon("week", "--of", "2026-03-05").stdout
        for words in ("Week of 2026-03-01 to 2026-03-07", "from \\ to", "the week before",
                      "a year ago", "won back", "members on the list", "1,500", "100.0%", "main",
                      "facts about it or before it have arrived"):
            self.assertIn(words, english)
        hebrew = self.club.moadon("week", "--of", "2026-03-05", "--language", "he").stdout
        for words in ("1.3.2026", "7.3.2026", "משלב", "השבוע הקודם", "לפני שנה", "חברים ברשימה",
                      "סניף", "מקור", "פעיל", "נוטש", "האחרונה שבהן"):
            self.assertIn(words, hebrew)
        self.assertNotIn("first met", hebrew)

    def test_csv_and_json_are_the_same_week(self):
        text = self.club.moadon("week", "--of", "2026-03-05", "--csv").stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        whole = json.loads(self.club.moadon("week", "--of", "2026-03-05", "--json").stdout)
        self.assertEqual(plain_table(whole["week"]), plain_table(self.week({"date": "2026-03-05"})["week"]))
        table = plain_table(whole["week"])

        def counts(name):
            found = [r for r in rows if r["table"] == name and r["week_start"] == "2026-03-01"]
            return {(r["name"], r["to"]): int(r["count"]) for r in found}

        self.assertEqual(counts("end"), {(s, ""): table["end_counts"][i]
                                         for i, s in enumerate(STAGES)})
        self.assertEqual(counts("flow"), {(a, b): table["flows"][i][j]
                                          for i, a in enumerate(STAGES)
                                          for j, b in enumerate(STAGES)})
        self.assertEqual(counts("week")["met", ""], 2)
        self.assertEqual(counts("branch")["main", "first_purchases"], 2)

    def test_only_those_met_at_a_branch(self):
        self.club.owner("AdminService", "AddBranch", {"branch": {"branch_id": "other"}})
        everybody = self.week({"date": "2026-03-05", "branch_id": "main"})
        nobody = self.week({"date": "2026-03-05", "branch_id": "other"})
        self.assertEqual(sum(numbers(everybody["week"]["end_counts"])), 3)
        self.assertEqual(sum(numbers(nobody["week"]["end_counts"])), 0)
        refused = self.club.moadon("week", "--branch", "none", check=False)
        self.assertEqual(refused.returncode, 1)

    def test_without_a_date_it_is_the_last_week_that_is_over(self):
        week = self.week({})
        self.assertFalse(week["is_running"])
        end = datetime.date.fromisoformat(week["week"]["end_date"])
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.assertLess(end, today)
        self.assertGreaterEqual(end + WEEK, today)
        running = self.week({"date": today.isoformat()})
        self.assertTrue(running["is_running"])


if __name__ == "__main__":
    unittest.main()
