"""Groups through the command line and the service: what is written is kept and read back, and on real sales every
count and every list is what a plain reference says."""

import csv
import datetime
import io
import json
import math
import subprocess
import unittest

import club
import reference
from club import line, sale
from reference import DAY
from replay_test import UTC_PROGRAM, replay

REFUSED, USAGE = 1, 2
HEADING = ["member_id", "first_name", "last_name", "phone", "email", "card", "stage", "tier",
           "purchase_days", "last_purchase_date", "net_spend_minor", "consents"]


def has_hebrew(text):
    return any("\u05d0" <= c <= "\u05ea" for c in text)


def exported(running, *arguments):
    text = running.moadon("group", "export", *arguments, timeout=300).stdout
    return list(csv.DictReader(io.StringIO(text)))


def counted(running, *arguments):
    shown = json.loads(running.moadon("group", "count", *arguments, "--json").stdout)
    return int(shown["member_count"]), int(shown["all_count"])


class WrittenGroupsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.club = club.Club(replays_history=True)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        for number, name in enumerate(["נעמה", "Avi", ""], start=1):
            member = {"keys": [{"card": f"c-{number}"}], "first_name": name,
                      "occurred_at": "2026-01-01T10:00:00Z"}
            if number == 1:
                member["keys"].append({"phone": "054-123-4567"})
                member["consents"] = [{"channel": "CONTACT_CHANNEL_SMS", "granted": True,
                                       "wording": "v1"}]
            cls.club.owner("MemberService", "EnrollMember", member)
        cls.club.register("Commit", {"sale": sale(
            "1", [line("1", "bread", 1250, category="bakery"), line("2", "milk", 500)],
            key={"card": "c-1"})})
        cls.club.wait_delivered()

    def run_moadon(self, *arguments, language="en"):
        return subprocess.run(
            [str(club.BIN / "moadon"), *arguments], capture_output=True, text=True, timeout=60,
            env={**self.club.cli_env(), "MOADON_LANGUAGE": language})

    def test_a_group_lives_from_save_to_delete(self):
        asked = 'bought category "bakery" and spend >= 17.50 and not tag in (vip, "very important")'
        self.club.moadon("group", "save", "bakers", "--title", "אופים", "--where", asked)
        shown = self.club.moadon("group", "show", "bakers").stdout
        self.assertIn("אופים", shown)
        self.assertIn('bought category bakery and spend >= 17.50 and not tag in (vip, '
                      '"very important")', shown)
        self.assertIn("bakers", self.club.moadon("group", "list").stdout)
        self.assertEqual(counted(self.club, "bakers"), (1, 3))
        rows = exported(self.club, "bakers")
        self.assertEqual(list(rows[0]), HEADING)
        self.assertEqual([row["card"] for row in rows], ["c-1"])
        self.assertEqual(rows[0]["first_name"], "נעמה")
        self.assertEqual(rows[0]["phone"], "+972541234567")
        self.assertEqual(rows[0]["consents"], "sms")
        self.assertEqual(rows[0]["net_spend_minor"], "1750")
        self.assertEqual(rows[0]["last_purchase_date"], "2026-06-01")

        # Saved again under the name: another question in its place.
        self.club.moadon("group", "save", "bakers", "--where", "missing first_name")
        self.assertEqual([row["card"] for row in exported(self.club, "bakers")], ["c-3"])
        self.assertEqual(self.run_moadon("group", "delete", "bakers").returncode, USAGE)
        self.club.moadon("group", "delete", "bakers", "--yes")
        self.assertEqual(self.run_moadon("group", "show", "bakers").returncode, REFUSED)
        self.assertEqual(self.run_moadon("group", "delete", "bakers", "--yes").returncode, REFUSED)

    def test_what_was_shown_as_json_can_be_saved_from_a_file(self):
        self.club.moadon("group", "save", "one", "--where", "age >= 18 or consent sms")
        shown = self.club.moadon("group", "show", "one", "--json").stdout
        for name, text in (("shown", shown),
                           ("question", json.dumps(json.loads(shown)["group"]["question"]))):
            file = self.club.root / f"{name}.json"
            file.write_text(text)
            self.club.moadon("group", "save", name, "--file", file)
            self.assertIn("age >= 18 or consent sms", self.club.moadon("group", "show", name).stdout)
            self.assertEqual(counted(self.club, "--file", str(file)), (1, 3))

    def test_a_slip_is_shown_where_it_stands_in_both_languages(self):
        text = 'stage = loyal and spend >= much'
        for language in ("en", "he"):
            done = self.run_moadon("group", "count", "--where", text, language=language)
            self.assertEqual(done.returncode, USAGE)
            self.assertEqual(done.stdout, "")
            lines = done.stderr.splitlines()
            place = lines.index("  " + text)
            self.assertEqual(lines[place + 1].index("^"), 2 + text.index("much"))
            self.assertEqual(has_hebrew(lines[place - 1]), language == "he")
        done = self.run_moadon("group", "count", "--where", text, "--json")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn(str(text.index("much")), done.stderr)

    def test_words_are_in_the_language_of_the_owner(self):
        for language in ("en", "he"):
            done = self.run_moadon("group", "count", "--where", "has signed up", language=language)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(has_hebrew(done.stdout), language == "he")
        self.assertIn("stage = loyal", self.run_moadon("group", "count", "--help").stdout)

    def test_wrong_calls_are_usage_errors(self):
        for arguments in (["count"], ["count", "g", "--where", "has tier"], ["save", "g"],
                          ["export"], ["save", "--where", "has tier"],
                          ["count", "--where", "has tier", "--file", "x"]):
            done = self.run_moadon("group", *arguments)
            self.assertEqual(done.returncode, USAGE, (arguments, done.stderr))
            self.assertEqual(done.stdout, "")
        done = self.run_moadon("group", "save", "g", "--where", "field hat = red")
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("group.question.custom.field_id", done.stderr)

    def test_an_empty_group_is_a_file_with_a_heading(self):
        text = self.club.moadon("group", "export", "--where", "is archived").stdout
        self.assertEqual(text, ",".join(HEADING) + "\n")
        shown = json.loads(
            self.club.moadon("group", "export", "--where", "is archived", "--json").stdout)
        self.assertEqual(shown["members"], [])


class CdnowGroupsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = club.data_file("cdnow-sample.sales.csv")
        cls.documents = reference.read_documents(path)
        cls.members = reference.read_members(cls.documents)
        cls.club = club.Club(["R1"], replays_history=True, program=UTC_PROGRAM)
        cls.club.__enter__()
        cls.addClassCleanup(cls.club.__exit__, None, None, None)
        replay(cls.club, path)
        cls.today = datetime.datetime.now(datetime.timezone.utc).date()

    def window(self, member, days):
        """Purchase days and net spend of the last days; 0: ever."""
        since = self.today - days * DAY if days else None
        kept = [d for d in member.kept_days(self.today) if since is None or d > since]
        return len(kept), max(member.net(self.today, since=since), 0)

    def check(self, where, fits):
        expected = sorted(key for key, member in self.members.items() if fits(member))
        with self.subTest(where=where):
            self.assertEqual(counted(self.club, "--where", where),
                             (len(expected), len(self.members)))
            rows = exported(self.club, "--where", where)
            self.assertEqual(sorted(row["card"] for row in rows), expected)
            for row in rows[:20]:
                plain = self.members[row["card"]].standing(self.today)
                self.assertEqual({name: row[name] for name in plain}, plain)
        return expected

    def days_since(self, year, month, day):
        """The window that begins after that date."""
        return (self.today - datetime.date(year, month, day)).days

    def test_spend_and_days_of_windows_are_the_references(self):
        late = self.days_since(1998, 3, 31)
        year = self.days_since(1997, 6, 30)
        some = [
            self.check("spend >= 100", lambda m: self.window(m, 0)[1] >= 10000),
            self.check("spend between 50 and 99.99",
                       lambda m: 5000 <= self.window(m, 0)[1] <= 9999),
            self.check(f"spend in {late} days >= 30", lambda m: self.window(m, late)[1] >= 3000),
            self.check(f"purchase days in {late} days >= 2", lambda m: self.window(m, late)[0] >= 2),
            self.check(f"purchase days in {late} days = 0 and purchase days >= 5",
                       lambda m: self.window(m, late)[0] == 0 and self.window(m, 0)[0] >= 5),
            self.check(f"not (spend in {year} days >= 10 or purchase days = 1)",
                       lambda m: self.window(m, year)[1] < 1000 and self.window(m, 0)[0] != 1),
        ]
        for expected in some:
            self.assertTrue(0 < len(expected) < len(self.members))

    def test_the_edge_of_a_window_is_after_its_first_day(self):
        last = max(max(m.kept_days(self.today), default=datetime.date.min)
                   for m in self.members.values())
        age = (self.today - last).days
        on_it = self.check(f"purchase days in {age + 1} days >= 1",
                           lambda m: last in m.kept_days(self.today))
        self.assertTrue(on_it)
        self.check(f"purchase days in {age} days >= 1", lambda m: False)
        self.check(f"silent = {age} days", lambda m: last in m.kept_days(self.today))

    def test_the_best_are_the_references(self):
        for share, days in ((10, 0), (2.5, 0), (10, self.days_since(1997, 12, 31)), (0.01, 0),
                            (100, self.days_since(1998, 5, 31))):
            sums = {key: self.window(m, days) for key, m in self.members.items()}
            spends = sorted((spend for bought, spend in sums.values() if bought), reverse=True)
            border = spends[math.ceil(len(spends) * share / 100) - 1]
            span = f" in {days} days" if days else ""
            best = self.check(f"top {share}% by spend{span}",
                              lambda m: sums[m.key][0] > 0 and sums[m.key][1] >= border)
            self.assertGreaterEqual(len(best), len(spends) * share / 100)

    def test_what_was_bought_is_the_references(self):
        skus = sorted({sku for d in self.documents for sku, _, _ in d.lines})
        since = self.days_since(1998, 1, 31)
        units = {}
        for d in self.documents:
            if d.member and not d.is_return and d.date > self.today - since * DAY:
                units[d.member] = units.get(d.member, 0) + sum(q for _, q, _ in d.lines)
        many = self.check(f"bought sku prefix {skus[0][0]} in {since} days units >= 5",
                          lambda m: units.get(m.key, 0) >= 5)
        self.assertTrue(many)
        self.check(f"bought at branch main in {since} days", lambda m: units.get(m.key, 0) > 0)
        self.check(f"not bought in {since} days", lambda m: units.get(m.key, 0) == 0)
        self.check("bought sku none", lambda m: False)

    def test_small_pages_are_the_whole_list(self):
        question = {"spend": {"spend_minor": {"at_least": "10000"}}}
        token, pages, found = "", 0, []
        while True:
            page = self.club.owner("GroupService", "ListGroupMembers",
                                   {"question": question, "page_size": 50, "page_token": token})
            found += [member["member_id"] for member in page["members"]]
            pages += 1
            token = page["next_page_token"]
            if not token:
                break
        self.assertEqual(found, sorted(set(found)))
        self.assertGreater(pages, 3)
        expected = [m for m in self.members.values() if self.window(m, 0)[1] >= 10000]
        self.assertEqual(len(found), len(expected))


if __name__ == "__main__":
    unittest.main()
