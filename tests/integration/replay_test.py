"""The two files of real sales, each into a club of its own: facts, repetition, order, every past date."""

import collections
import csv
import datetime
import io
import json
import random
import subprocess
import unittest

import club
import promise_reference
import reference

STAGES = ["potential", "interested", "new", "active", "loyal", "churning"]
UTC_PROGRAM = {**club.PROGRAM, "time_zone": "UTC", **promise_reference.PROGRAM_PARTS}
REPLAY_SECONDS = 600


def replay(running, path, *more):
    done = subprocess.run(
        running.register_arguments("replay", path, "--summary-json", *more),
        capture_output=True, text=True, timeout=REPLAY_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"replay exited {done.returncode}:\n{done.stdout}\n{done.stderr[-3000:]}")
    running.wait_delivered(120)
    return json.loads(done.stdout)


def totals(running):
    return json.loads(running.moadon("totals", "--json").stdout)


def export(running, as_of):
    text = running.moadon("members", "export", "--as-of", as_of).stdout
    return {row["key"]: row for row in csv.DictReader(io.StringIO(text))}


def promises(server, as_of):
    """(tier, points in thousandths) by card number."""
    found, token = {}, ""
    while True:
        page = server.call("ReportService", "ExportMembers",
                           {"as_of": as_of, "page_size": 5000, "page_token": token})
        for m in page["members"]:
            found[m["key"]] = (m["tier_id"], int(m["points_milli"]))
        token = page["next_page_token"]
        if not token:
            return found


def everything(running):
    """All that is kept, as the outside can see it: to be compared with itself."""
    return (totals(running), export(running, "2030-01-01"),
            running.moadon("sales", "list", "--json", timeout=300).stdout)


class ReplayCase:
    file = None
    registers = None
    order = ()
    expected = {}

    @classmethod
    def setUpClass(cls):
        cls.path = club.data_file(cls.file)
        cls.documents = reference.read_documents(cls.path)
        cls.members = reference.read_members(cls.documents)
        cls.running = club.Club(cls.registers, replays_history=True, program=UTC_PROGRAM)
        cls.running.__enter__()
        cls.addClassCleanup(cls.running.__exit__, None, None, None)
        cls.summary = replay(cls.running, cls.path, *cls.order)

    def test_totals_are_the_facts_of_the_file(self):
        kept = totals(self.running)
        for name, value in self.expected.items():
            self.assertEqual(kept[name], value, name)
        last = max(d.date for d in self.documents)
        net = sum(max(m.net(last), 0) for m in self.members.values())
        self.assertEqual(kept["members_net_spend_minor"], net)

    def test_verify_is_clean(self):
        self.running.verify()

    def test_replaying_again_changes_nothing(self):
        before = everything(self.running)
        summary = replay(self.running, self.path)
        self.assertEqual(summary["committed"], 0)
        self.assertEqual(summary["conflicts"], 0)
        self.assertEqual(everything(self.running), before)

    def test_every_member_at_past_dates_is_as_the_reference_says(self):
        dates = sorted({d.date for d in self.documents})
        first, last = dates[0], dates[-1]
        span = (last - first).days
        asked = {first, last, last + reference.DAY, last + 200 * reference.DAY,
                 first + 30 * reference.DAY, first + 31 * reference.DAY}
        while len(asked) < (60 if club.LONG else 10):
            asked.add(first + random.randrange(span) * reference.DAY)
        for date in sorted(asked):
            with self.subTest(date=date.isoformat()):
                self.compare_on(date)

    def compare_on(self, date):
        kept = export(self.running, date.isoformat())
        met = {key: m for key, m in self.members.items() if m.met <= date}
        self.assertEqual(set(kept), set(met))
        wrong = []
        for key, member in met.items():
            plain = member.standing(date)
            row = {name: kept[key][name] for name in plain}
            if row != plain:
                wrong.append((key, row, plain))
        self.assertEqual(wrong[:5], [])
        counts = json.loads(
            self.running.moadon("stages", "--as-of", date.isoformat(), "--json").stdout)
        plain_counts = collections.Counter(m.stage(date) for m in met.values())
        self.assertEqual(counts, {stage: plain_counts.get(stage, 0) for stage in STAGES})

    def test_tiers_and_points_at_past_dates_are_as_the_reference_says(self):
        first, last = (choose(d.date for d in self.documents) for choose in (min, max))
        later = last + 400 * reference.DAY  # every tier has lapsed, every point has ended
        promised = promise_reference.read_promises(self.documents, later)
        asked = {first, last, last + reference.DAY, last + 100 * reference.DAY, later}
        while len(asked) < (40 if club.LONG else 6):
            asked.add(first + random.randrange((last - first).days) * reference.DAY)
        for date in sorted(asked):
            with self.subTest(date=date.isoformat()):
                kept = promises(self.running.server, {"date": date.isoformat()})
                plain = {key: (p.tier(date), p.points_milli(date)) for key, p in promised.items()
                         if self.members[key].met <= date}
                self.assertEqual(set(kept), set(plain))
                wrong = [(key, kept[key], plain[key]) for key in plain if kept[key] != plain[key]]
                self.assertEqual(wrong[:5], [], f"{len(wrong)} of {len(plain)} differ")

    def test_stage_since_is_the_day_of_the_last_change(self):
        date = max(d.date for d in self.documents)
        kept = export(self.running, date.isoformat())
        for key in random.sample(sorted(self.members), 40):
            member = self.members[key]
            since = datetime.date.fromisoformat(kept[key]["stage_since"])
            stage = member.stage(date)
            self.assertEqual(member.stage(since), stage, key)
            if since > member.met:
                self.assertNotEqual(member.stage(since - reference.DAY), stage, key)

    def test_an_instant_counts_what_occurred_up_to_it(self):
        document = random.choice([d for d in self.documents if d.member and not d.is_return])
        instant = datetime.datetime.fromisoformat(document.occurred_at.replace("Z", "+00:00"))
        before = (instant - datetime.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        key = document.member

        def net_at(moment):
            return sum(
                (-1 if d.is_return else 1) * d.value_minor for d in self.documents
                if d.member == key and d.occurred_at <= moment)

        for moment in (before, document.occurred_at):
            row = export(self.running, moment).get(key)
            kept = int(row["net_spend_minor"]) if row else 0
            self.assertEqual(kept, max(net_at(moment), 0), (key, moment))


class Cdnow(ReplayCase, unittest.TestCase):
    file = "cdnow-sample.sales.csv"
    registers = ["R1"]
    expected = {"sales": 6919, "sale_lines": 6919, "gross_minor": 24409194, "returns": 0,
                "return_lines": 0, "returned_minor": 0, "unlinked_returned_minor": 0,
                "members_with_sale": 2357, "purchase_days": 6696}


RETAIL = {"sales": 19959, "sale_lines": 530099, "gross_minor": 1065562248, "returns": 4855,
          "return_lines": 9479, "returned_minor": 46423977 + 43257272,
          "unlinked_returned_minor": 43257272, "members_with_sale": 4338,
          "purchase_days": 16677}


class Retail(ReplayCase, unittest.TestCase):
    file = "online-retail-2010-2011.sales.csv.gz"
    registers = ["R1", "R2", "R3", "R4"]
    expected = RETAIL

    @unittest.skipUnless(club.LONG, "the retail file is replayed again with --long")
    def test_replaying_again_changes_nothing(self):
        super().test_replaying_again_changes_nothing()

    def test_the_two_giant_sales_leave_no_tier_behind(self):
        """Bought and brought back within the hour: gold in between, at the end of the day nothing is
        left of it, no tier, no move, no point."""
        for receipt in ("541431", "581483"):
            sold = next(d for d in self.documents if d.receipt == receipt and not d.is_return)
            back = next(d for d in self.documents if d.original == (sold.register, receipt))
            self.assertEqual(sold.value_minor, back.value_minor)
            tier, _ = promises(self.running.server, {"instant": sold.occurred_at})[sold.member]
            self.assertEqual(tier, "gold")
            for after in ({"instant": back.occurred_at}, {"date": sold.date.isoformat()}):
                tier, points_milli = promises(self.running.server, after)[sold.member]
                self.assertEqual(tier, "")
                self.assertLess(points_milli, 10_000)
            story = self.running.owner("MemberService", "GetMember",
                                       {"key": {"card": sold.member}})
            self.assertEqual(story["member"]["facts"]["tier_id"], "")
            self.assertEqual(story["tier_moves"], [])


class CdnowInAnotherOrder(ReplayCase, unittest.TestCase):
    file = "cdnow-sample.sales.csv"
    registers = ["R1"]
    order = ("--order", "shuffled", "--seed", str(random.randrange(10**6)))
    expected = Cdnow.expected


@unittest.skipUnless(club.LONG, "the retail file in another order runs with --long")
class RetailInAnotherOrder(ReplayCase, unittest.TestCase):
    file = "online-retail-2010-2011.sales.csv.gz"
    registers = ["R1", "R2", "R3", "R4"]
    order = ("--order", "shuffled", "--seed", str(random.randrange(10**6)))
    expected = RETAIL


if __name__ == "__main__":
    unittest.main()
