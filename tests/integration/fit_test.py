"""The fit of the lifecycle, on real purchases: every number it says recomputed from the file, and what was published."""

import csv
import datetime
import json
import math
import pathlib
import subprocess
import tempfile
import unittest
from fractions import Fraction

import club
import reference

REPLAY_SECONDS = 600
PROGRAM = {**club.PROGRAM, "time_zone": "UTC"}
DAY = datetime.timedelta(days=1)
ROUNDING = 1  # basis points


def read_days(path):
    """Members of a file with the purchase days that they kept in the end."""
    members = reference.read_members(reference.read_documents(path))
    return {key: member.kept_days(datetime.date.max) for key, member in members.items()}


def write_days(days, path):
    """One small sale for each purchase day: the same rhythm as the file, without its half a million lines."""
    rows = sorted((day.isoformat(), key) for key, kept in days.items() for day in kept)
    with open(path, "w", encoding="utf-8", newline="") as text:
        out = csv.writer(text)
        out.writerow("register,receipt,occurred_at,member,sku,description,quantity,unit_price,"
                     "return_of_register,return_of".split(","))
        for number, (day, key) in enumerate(rows):
            out.writerow(["R1", f"D{number:06}", day + "T12:00:00Z", key, "A", "A", 1, "10.00",
                          "", ""])


class Standing:
    """A member on a date, and whether they came back, from the reference alone."""

    def __init__(self, before, after):
        self.days = len(before)
        self.gaps = (before[-1] - before[0]).days
        self.last = before[-1]
        self.first = before[0]
        self.is_back = bool(after)
        self.later_days = len(after)


def standings(kept_days, end, horizon_days):
    """`kept_days(date)` of every member as of a date, to those who had bought by `end`."""
    until = end + horizon_days * DAY
    found = []
    for kept in kept_days:
        before = kept(end)
        if before:
            found.append(Standing(before, [d for d in kept(until) if d > end]))
    return found


def area(pairs):
    """Chance that one who left ranks above one who came back; equal ranks count half. [(rank, is_back)]"""
    ranks = {}
    for rank, is_back in pairs:
        ranks.setdefault(rank, [0, 0])[is_back] += 1
    ordered, back_below = Fraction(0), 0
    for rank in sorted(ranks):
        left, back = ranks[rank]
        ordered += left * (back_below + Fraction(back, 2))
        back_below += back
    left = sum(not is_back for _, is_back in pairs)
    return float(ordered / (left * back_below))


def score(calls):
    """(accuracy, false alarms, found) of [(is_called, is_back)]"""
    back = [called for called, is_back in calls if is_back]
    left = [called for called, is_back in calls if not is_back]
    right = sum(called != is_back for called, is_back in calls)
    return right / len(calls), sum(back) / len(back), sum(left) / len(left)


def stage_calls(members, rules, end):
    gap, weight, factor = (Fraction(int(rules[name]), 1000) for name in (
        "club_gap_days_milli", "prior_weight_milli", "churn_factor_milli"))
    calls, ranked = [], []
    for m in members:
        rhythm = (weight * gap + m.gaps) / (weight + m.days - 1)
        ratio = (end - m.last).days / rhythm
        calls.append((ratio > factor, m.is_back))
        ranked.append((ratio, m.is_back))
    return calls, ranked


def expected_purchases(p, x, t_x, observed, time):
    """Pareto/NBD by its definition: the dropout integral by Simpson's rule, then the mean of those alive."""
    r, alpha, s, beta = p
    steps = 400
    width = (observed - t_x) / steps

    def density(y):
        return math.exp(-(r + x) * math.log((alpha + y) / (alpha + t_x))) * (beta + y) ** (-s - 1)

    gone = sum(density(t_x + i * width) * (1 if i in (0, steps) else 4 if i % 2 else 2)
               for i in range(steps + 1)) * width / 3 * s
    stayed = math.exp(-(r + x) * math.log((alpha + observed) / (alpha + t_x))) * (
        beta + observed) ** -s
    mean = (r + x) / (alpha + observed) * (beta + observed) / (s - 1) * (
        1 - ((beta + observed) / (beta + observed + time)) ** (s - 1))
    return stayed / (stayed + gone), mean * stayed / (stayed + gone)


class FitCase:
    end = None
    horizon_days = None

    @classmethod
    def replay(cls, path, registers):
        cls.running = club.Club(registers, replays_history=True, program=PROGRAM)
        cls.running.__enter__()
        cls.addClassCleanup(cls.running.__exit__, None, None, None)
        done = subprocess.run(
            cls.running.register_arguments("replay", path, "--summary-json"),
            capture_output=True, text=True, timeout=REPLAY_SECONDS)
        if done.returncode != 0:
            raise AssertionError(f"replay exited {done.returncode}:\n{done.stderr[-3000:]}")
        cls.running.wait_delivered(120)
        cls.fit = json.loads(cls.running.moadon(*cls.arguments(), "--json", timeout=300).stdout)

    @classmethod
    def arguments(cls):
        return ("lifecycle", "fit", "--until", cls.end.isoformat(), "--horizon-days",
                str(cls.horizon_days))

    def near(self, kept_bps, plain, what):
        self.assertLessEqual(abs(kept_bps - 10000 * plain), ROUNDING, what)

    def check_scores(self, rules, kept):
        calls, ranked = stage_calls(self.members, rules, self.end)
        for name, plain in zip(("accuracy_bps", "false_alarm_bps", "found_bps"), score(calls)):
            self.near(kept[name], plain, name)
        self.near(kept["auc_bps"], area(ranked), "auc_bps")

    def test_who_is_looked_at(self):
        self.assertEqual(self.fit["calibration_end_date"], self.end.isoformat())
        self.assertEqual(self.fit["horizon_days"], self.horizon_days)
        self.assertEqual(int(self.fit["member_count"]), len(self.members))
        self.assertEqual(int(self.fit["bought_again_count"]), sum(m.is_back for m in self.members))
        self.assertEqual(int(self.fit["purchase_day_count"]),
                         sum(m.later_days for m in self.members))

    def test_scores_of_the_stage_rule_are_those_of_the_file(self):
        self.check_scores(self.fit["current"], self.fit["current_score"])
        self.check_scores(self.fit["proposed"], self.fit["proposed_score"])
        # The rules in force are the defaults of the program.
        self.assertEqual(self.fit["current"]["churn_factor_milli"], "3000")

    def test_score_of_the_last_weeks_is_that_of_the_file(self):
        silent = [((self.end - m.last).days, m.is_back) for m in self.members]
        days = 7 * self.fit["last_weeks"]
        kept = self.fit["last_weeks_score"]
        calls = [(s >= days, is_back) for s, is_back in silent]
        for name, plain in zip(("accuracy_bps", "false_alarm_bps", "found_bps"), score(calls)):
            self.near(kept[name], plain, name)
        self.near(kept["auc_bps"], area(silent), "auc_bps")

    def test_keep_current_is_what_chance_explains(self):
        proposed, current = (
            [called != is_back for called, is_back in stage_calls(self.members, rules, self.end)[0]]
            for rules in (self.fit["proposed"], self.fit["current"]))
        won = sum(p and not c for p, c in zip(proposed, current))
        lost = sum(c and not p for p, c in zip(proposed, current))
        self.assertEqual(self.fit["keep_current"], won - lost <= 2 * math.sqrt(won + lost))

    def test_proposed_numbers_are_a_program(self):
        program = {**PROGRAM, "stages": self.fit["proposed"]}
        self.assertEqual(
            [f for f in self.running.owner("ProgramService", "CheckProgram", {"program": program})
             ["findings"] if f["is_error"]], [])


class Cdnow(FitCase, unittest.TestCase):
    end = datetime.date(1997, 9, 30)
    horizon_days = 273

    @classmethod
    def setUpClass(cls):
        path = club.data_file("cdnow-sample.sales.csv")
        members = reference.read_members(reference.read_documents(path))
        cls.members = standings([m.kept_days for m in members.values()], cls.end, cls.horizon_days)
        cls.replay(path, ["R1"])

    def test_pareto_nbd_is_as_published(self):
        fit = self.fit["pareto_nbd"]
        self.assertFalse(fit["is_degenerate"])
        self.assertEqual(fit["member_count"], "2357")
        published = {"r": 0.553, "alpha": 10.58, "s": 0.606, "beta": 11.66,
                     "log_likelihood": -9595.0}
        for name, value in published.items():
            self.assertLess(abs(int(fit[name + "_micro"]) / 1e6 / value - 1), 0.005, name)

    def test_pareto_nbd_judges_as_its_definition_does(self):
        fit = self.fit["pareto_nbd"]
        p = [int(fit[n + "_micro"]) / 1e6 for n in ("r", "alpha", "s", "beta")]
        told = [expected_purchases(p, m.days - 1, m.gaps / 7, (self.end - m.first).days / 7,
                                   self.horizon_days / 7) for m in self.members]
        kept = self.fit["pareto_nbd_score"]
        accuracy = score([(alive < 0.5, m.is_back)
                          for (alive, _), m in zip(told, self.members)])[0]
        self.near(kept["accuracy_bps"], accuracy, "accuracy")
        self.assertAlmostEqual(accuracy, 0.774, delta=0.001)
        ranked = [(-alive, m.is_back) for (alive, _), m in zip(told, self.members)]
        self.assertAlmostEqual(kept["auc_bps"] / 1e4, area(ranked), delta=0.0005)
        expected = sum(mean for _, mean in told)
        self.assertAlmostEqual(int(kept["expected_days_milli"]) / 1000, expected, delta=1)

    def test_proposed_stages_are_as_good_as_pareto_nbd(self):
        kept = self.fit["proposed_score"]
        self.assertGreaterEqual(kept["accuracy_bps"], 7740 - 100)
        self.assertGreaterEqual(kept["auc_bps"], 7500)

    def test_an_owner_reads_it_in_both_languages(self):
        for language, words in (("en", ("What to do", "Pareto/NBD", "told right")),
                                ("he", ("מה לעשות", "Pareto/NBD", "זוהו נכון"))):
            text = self.running.moadon(*self.arguments(), "--language", language,
                                       timeout=300).stdout
            for word in words + (self.fit["proposed"]["churn_factor_milli"],):
                self.assertIn(word, text)

    def test_it_chooses_where_to_stand(self):
        fit = json.loads(self.running.moadon("lifecycle", "fit", "--json", timeout=300).stdout)
        last = datetime.date(1998, 6, 30)
        end = datetime.date.fromisoformat(fit["calibration_end_date"])
        self.assertEqual(end + fit["horizon_days"] * DAY, last)
        self.assertGreater(fit["horizon_days"], 60)

    def test_too_little_history_and_times_to_come_are_refused(self):
        def refused(reason, **request):
            with self.assertRaises(club.Refused) as caught:
                self.running.owner("LifecycleService", "FitLifecycle", request)
            self.assertEqual(caught.exception.reason, reason)
            return caught.exception.values

        values = refused("REASON_HISTORY_SHORT", calibration_end_date="1997-01-20",
                         horizon_days=30)
        self.assertEqual(values, {"field": "history_days", "limit": "56"})
        values = refused("REASON_HISTORY_SHORT", calibration_end_date="1990-01-01",
                         horizon_days=30)
        self.assertEqual(values, {"field": "history_days", "limit": "56"})
        refused("REASON_FIELD_INVALID", calibration_end_date="2999-01-01", horizon_days=7)
        done = self.running.moadon("lifecycle", "fit", "--until", "1997-01-20", "--horizon-days",
                                   "30", "--language", "he", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("היסטוריה", done.stderr)


class RetailDays(FitCase, unittest.TestCase):
    """The rhythm of the second file, where dropping out cannot be told from pausing."""
    end = datetime.date(2011, 8, 31)
    horizon_days = 90

    @classmethod
    def setUpClass(cls):
        days = read_days(club.data_file("online-retail-2010-2011.sales.csv.gz"))
        cls.members = standings(
            [lambda until, kept=kept: [d for d in kept if d <= until] for kept in days.values()],
            cls.end, cls.horizon_days)
        with tempfile.TemporaryDirectory(prefix="moadon-fit-") as scratch:
            path = pathlib.Path(scratch) / "days.csv"
            write_days(days, path)
            cls.replay(path, ["R1"])

    def test_the_fit_says_that_it_degenerates(self):
        self.assertTrue(self.fit["pareto_nbd"]["is_degenerate"])
        self.assertIsNone(self.fit.get("pareto_nbd_score"))
        text = self.running.moadon(*self.arguments(), "--language", "en", timeout=300).stdout
        self.assertIn("does not fit this club", text)

    def test_proposed_stages_are_no_worse_than_the_present_ones(self):
        self.assertGreaterEqual(self.fit["proposed_score"]["accuracy_bps"],
                                self.fit["current_score"]["accuracy_bps"] - 100)
        self.assertGreaterEqual(self.fit["proposed_score"]["auc_bps"],
                                self.fit["current_score"]["auc_bps"])


@unittest.skipUnless(club.LONG, "long: replays the whole second file, returns included")
class Retail(FitCase, unittest.TestCase):
    end = datetime.date(2011, 8, 31)
    horizon_days = 90

    @classmethod
    def setUpClass(cls):
        path = club.data_file("online-retail-2010-2011.sales.csv.gz")
        documents = reference.read_documents(path)
        members = reference.read_members(documents)
        cls.members = standings([m.kept_days for m in members.values()], cls.end, cls.horizon_days)
        cls.replay(path, sorted({d.register for d in documents}))

    def test_the_fit_says_that_it_degenerates(self):
        self.assertTrue(self.fit["pareto_nbd"]["is_degenerate"])


if __name__ == "__main__":
    unittest.main()
