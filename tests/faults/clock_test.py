"""Clocks that are wrong, on the agent, on the server, on both: sales are booked on the true day where the server's time is known,
the till goes on, and nothing that ended lives again."""

import datetime
import pathlib
import random
import re
import tempfile
import time
import unittest
import zoneinfo

import club
import clocks
from clocks import FakeClock, instant, read_stamp, stamp
from club import line

ZONE = zoneinfo.ZoneInfo("Asia/Jerusalem")
TRUE = instant("2026-06-10T09:00:00Z")
DAY = datetime.timedelta(days=1)
ODD = {
    "a day back": TRUE - DAY,
    "a day ahead": TRUE + DAY,
    "1970": instant("1970-01-02T00:00:00Z"),
    "29 February": instant("2028-02-29T21:30:00Z"),
    "the last second of 32 bits": instant("2038-01-19T03:14:05Z"),
    "9999": instant("9999-12-31T12:00:00Z"),
}
LAST = instant("9999-12-30T23:59:59Z")  # the last moment that may be told of
CARD = "card-1"
CONTACT_SECONDS = 25  # a heartbeat, and its pause on a busy machine
SKEW_SLACK = datetime.timedelta(seconds=20)
BOTH, NOTHING = (100, True), (0, False)
PROGRAM = {
    **club.PROGRAM,
    "points": {
        "earn_rules": [{"rule_id": "spend", "per_amount": {"points_milli": "1000", "amount_minor": "100"}}],
        "expiry_days": 1,
        "spending": {"thousand_points_value_minor": "1000", "step_milli": "1000"},
    },
    "benefits": [{"benefit_id": "last-day", "title": "Until the 10th",
                  "conditions": [{"dates": {"until_date": "2026-06-10"}}],
                  "effect": {"percent_off_basket": {"percent_bps": 1000}}}],
}


def day_of(moment, day_start_minutes=0):
    """The business date, by other means than the product's."""
    local = moment.astimezone(ZONE)
    minutes = local.hour * 60 + local.minute
    return (local.date() - DAY * (minutes < day_start_minutes)).isoformat()


def milliseconds(difference):
    return difference // datetime.timedelta(milliseconds=1)


class ClockTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.sold = 0

    def clock(self, name, moment=TRUE):
        return FakeClock(self.directory / name, moment)

    def start_club(self, moment=TRUE, **more):
        self.server_clock = self.clock("server", moment)
        self.agent_clock = self.clock("agent", moment)
        running = club.Club(server_env=self.server_clock.env, agent_env=self.agent_clock.env, **more)
        running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        self.club = running
        enrolled = running.register("Enroll", {"member": {"keys": [{"card": CARD}]}})
        self.member_id = enrolled["member"]["facts"]["member_id"]

    def status(self, agent=None):
        return (agent or self.club.agent).call(*self.named(agent), "Status", {})

    def named(self, agent):
        return ("R1",) if agent in (None, self.club.agent) else ("R2",)

    def quote(self, agent=None, **basket):
        return (agent or self.club.agent).call(*self.named(agent), "Quote", {"basket": {
            "lines": [line("1", "bread", 1000)], "member_id": self.member_id, **basket}})["quote"]

    def sell(self, clock, agent=None):
        """As a cashier does, by the register's own clock. Returns the receipt."""
        agent = agent or self.club.agent
        self.sold += 1
        try:
            agent.call(*self.named(agent), "Identify", {"key": {"card": CARD}})
        except club.Refused as refused:  # not kept here yet, and the server was late: the cashier goes on
            self.assertEqual(refused.reason, "REASON_SERVER_UNREACHABLE")
        quote = self.quote(agent)
        lines = [{**line("1", "bread", 1000), "paid_net_minor": quote["total_minor"]}]
        agent.call(*self.named(agent), "Commit", {
            "sale": {"receipt": str(self.sold), "occurred_at": stamp(min(clock.now(), LAST)), "lines": lines},
            "member_id": self.member_id, "quote": quote["reference"]})
        return str(self.sold)

    def booked(self, receipt, register="R1"):
        """The business date of a sale, once it is there."""
        def find():
            try:
                return self.club.owner("ReportService", "GetSale", {"register_id": register, "receipt": receipt})
            except club.Refused as refused:
                self.assertEqual(refused.reason, "REASON_RECEIPT_UNKNOWN")
                return None
        return club.wait_for(f"receipt {receipt} is recorded", find, 20)["sale"]["business_date"]

    def wait_skew(self, skew, agent=None):
        """Until agent and Status know how far the clocks are apart."""
        def is_known():
            status = self.status(agent)
            told = int(status["clock_skew_ms"])
            return status["online"] and abs(told - milliseconds(skew)) < milliseconds(SKEW_SLACK)
        club.wait_for(f"a skew of {skew}", is_known, CONTACT_SECONDS)

    def skew(self):
        return min(self.agent_clock.now(), LAST) - min(self.server_clock.now(), LAST)

    def shuffled(self):
        odd = list(ODD.items())
        random.shuffle(odd)
        return odd

    def restart(self, process, clock, moment):
        process.stop()
        clock.set(moment)
        process.start()

    def warnings(self):
        return self.club.agent.process.log().count("event=clock_skewed")

    def check_alive(self):
        self.assertTrue(self.club.server.process.alive(), self.club.server.process.log()[-2000:])
        self.assertTrue(self.club.agent.process.alive(), self.club.agent.process.log()[-2000:])

    def test_the_agents_clock_is_set_while_it_runs(self):
        self.start_club()
        self.wait_skew(datetime.timedelta())
        for name, odd in self.shuffled():
            with self.subTest(name):
                self.agent_clock.set(odd)
                self.wait_skew(self.skew())
                self.assertEqual(self.booked(self.sell(self.agent_clock)), day_of(TRUE))
        told = self.club.moadon("--json", "sales", "list").stdout
        self.assertEqual(re.findall(r'"business_date": *"([^"]*)"', told), [day_of(TRUE)] * self.sold)
        club.wait_for("the log warns", self.warnings, CONTACT_SECONDS)
        self.assertEqual(self.warnings(), 1)  # however often it was set
        self.agent_clock.set(self.server_clock.now())
        club.wait_for("the log is content", lambda: "event=clock_right" in self.club.agent.process.log(),
                      CONTACT_SECONDS)
        self.wait_skew(datetime.timedelta())
        self.check_alive()
        self.club.verify()

    def test_a_small_skew_is_not_worth_a_word(self):
        self.start_club()
        self.agent_clock.set(self.server_clock.now() + datetime.timedelta(minutes=4))
        self.club.server.stop()
        self.club.server.start()
        self.wait_skew(datetime.timedelta(minutes=4))
        self.assertEqual(self.warnings(), 0)

    def test_the_agent_starts_with_a_wrong_clock(self):
        self.start_club()
        for name, odd in self.shuffled():
            with self.subTest(name):
                self.restart(self.club.agent, self.agent_clock, odd)
                self.wait_skew(self.skew())
                self.assertEqual(self.booked(self.sell(self.agent_clock)), day_of(TRUE))
        self.check_alive()
        self.club.verify()

    def test_a_clock_that_is_set_does_not_keep_the_agent_from_its_server(self):
        """Whoever waits by the wall clock would now wait for a day."""
        self.start_club()
        self.wait_skew(datetime.timedelta())
        club.wait_for("the member is kept", lambda: self.status()["cached_member_count"] != "0", CONTACT_SECONDS)
        self.agent_clock.set(TRUE - DAY)
        time.sleep(1)
        self.club.server.stop()
        club.wait_for("offline", lambda: not self.status()["online"], CONTACT_SECONDS)
        receipt = self.sell(self.agent_clock)
        self.club.server.start()
        club.wait_for("online", lambda: self.status()["online"], CONTACT_SECONDS)
        self.assertEqual(self.booked(receipt), day_of(TRUE))

    def test_the_server_lives_at_odd_times(self):
        self.start_club()
        for name, odd in self.shuffled():
            with self.subTest(name):
                self.restart(self.club.server, self.server_clock, odd)
                if odd <= LAST:
                    self.wait_skew(self.skew())
                    self.assertEqual(self.booked(self.sell(self.agent_clock)), day_of(odd))
                else:  # a time that nobody may tell of is no known time: that before, or the register's own
                    self.assertRegex(self.booked(self.sell(self.agent_clock)), r"^\d{4}-\d\d-\d\d$")
                self.check_alive()
        self.restart(self.club.server, self.server_clock, TRUE)
        self.wait_skew(self.skew())
        self.assertEqual(self.booked(self.sell(self.agent_clock)), day_of(TRUE))
        self.check_alive()
        self.club.verify()

    def test_both_live_at_odd_times(self):
        """And sell without the server there, too."""
        self.start_club()
        for name, odd in self.shuffled():
            with self.subTest(name):
                self.restart(self.club.server, self.server_clock, odd)
                self.restart(self.club.agent, self.agent_clock, odd)
                self.wait_skew(self.skew())
                expected = day_of(min(odd, LAST))
                self.assertEqual(self.booked(self.sell(self.agent_clock)), expected)
                self.club.server.stop()
                receipt = self.sell(self.agent_clock)
                self.club.server.start()
                self.assertEqual(self.booked(receipt), expected)
                self.check_alive()
        self.club.verify()

    def test_a_time_that_may_not_be_told_of_is_refused_by_name(self):
        self.start_club()
        self.agent_clock.set(ODD["9999"])
        with self.assertRaises(club.Refused) as refused:
            self.club.register("Commit", {"sale": {
                "receipt": "1", "occurred_at": stamp(self.agent_clock.now()), "lines": [line("1", "bread", 1000)]}})
        self.assertEqual(refused.exception.reason, "REASON_TIME_OUT_OF_RANGE")

    def check_change(self, change, day_start_minutes):
        """Sells before, in and after an hour that the local clock skips or shows twice; with a right clock and a wrong one."""
        self.start_club(change - datetime.timedelta(minutes=75))
        self.club.owner("AdminService", "AddBranch", {"branch": {
            "branch_id": "night", "day_start_minutes": day_start_minutes}})
        added = self.club.owner("AdminService", "AddRegister", {
            "register": {"register_id": "R2", "branch_id": "night"}})
        wrong_clock = self.clock("wrong", self.server_clock.now() - DAY)
        wrong = club.Agent(self.club.root / "wrong", self.club.server.grpc, wrong_clock.env)
        wrong.add_register("R2", added["token"])
        wrong.start()
        self.addCleanup(wrong.stop)
        self.wait_skew(-DAY, wrong)
        wanted = []
        quarter = datetime.timedelta(minutes=15)
        for step in range(10):
            moment = change + (step - 4) * quarter
            # Time passes for all of them alike.
            pause = moment - self.server_clock.now()
            for clock in (self.server_clock, self.agent_clock, wrong_clock):
                clock.sleep(pause)
            self.wait_skew(self.skew())  # a call under way may have met two of them
            self.wait_skew(-DAY, wrong)
            wanted += [("R1", self.sell(self.agent_clock), day_of(moment)),
                       ("R2", self.sell(wrong_clock, wrong), day_of(moment, day_start_minutes))]
        booked = [(register, receipt, self.booked(receipt, register)) for register, receipt, _ in wanted]
        self.assertEqual(booked, wanted)
        self.club.verify()

    def test_the_night_in_march_that_lacks_an_hour(self):
        self.check_change(instant("2026-03-27T00:00:00Z"), 150)

    def test_the_night_in_october_that_has_one_twice(self):
        self.check_change(instant("2026-10-24T23:00:00Z"), 150)

    def start_last_day(self):
        """On the last day of a benefit and of some points, with a member who is kept."""
        self.start_club(TRUE - DAY, program=PROGRAM)
        self.club.register("Commit", {"member_id": self.member_id, "sale": {
            "receipt": "first", "occurred_at": stamp(self.agent_clock.now()), "lines": [line("1", "bread", 50000)]}})
        self.booked("first")
        self.pass_time(DAY)
        self.wait_skew(self.skew())  # a call under way may have met only one of them
        begin = self.agent_clock.now() - SKEW_SLACK
        self.assertEqual(self.offers(), BOTH)
        club.wait_for("the member is kept", lambda: self.is_kept_since(begin), CONTACT_SECONDS)
        self.club.server.stop()
        club.wait_for("offline", lambda: not self.status()["online"], CONTACT_SECONDS)
        self.assertEqual(self.offers(), BOTH)  # a register without its server may still give them

    def pass_time(self, pause):
        for clock in (self.server_clock, self.agent_clock):
            clock.sleep(pause)

    def is_kept_since(self, moment):
        return "cache_time" in self.status() and read_stamp(self.status()["cache_time"]) > moment

    def offers(self):
        """What a basket of the member gets: money off by the benefit, and whether points pay."""
        self.club.register("Identify", {"key": {"card": CARD}})
        return self.given(self.quote(spend_points_milli="10000"))

    def given(self, quote):
        return int(quote["value_minor"]) - int(quote["total_minor"]), int(quote["points"]["spent_milli"]) > 0

    def gives(self, **quoted):
        """What a sale too small to earn gets by the register's own clock: without a quote, unless one is named."""
        self.sold += 1
        committed = self.club.register("Commit", {
            "sale": {"receipt": str(self.sold), "occurred_at": stamp(self.agent_clock.now()),
                     "lines": [line("1", "bread", 90)], "spend_points_milli": "10000"},
            "member_id": self.member_id, **quoted})
        self.assertEqual(int(committed["total_minor"]), int(committed["quote"]["total_minor"]))
        return self.given(committed["quote"])

    def check_dead(self):
        """Whatever way the register sells, by whatever its clock shows."""
        self.assertEqual(self.offers(), NOTHING)
        self.assertEqual(self.gives(), NOTHING)
        shown = self.quote(at=stamp(self.agent_clock.now()), spend_points_milli="10000")
        self.assertEqual(self.given(shown), NOTHING)
        self.assertEqual(self.gives(quote=shown["reference"]), NOTHING)

    def roll_back(self, pause):
        """Puts the clock back, and starts the agent with it."""
        self.agent_clock.set(self.agent_clock.now() - pause)
        self.check_dead()
        self.club.agent.stop()
        self.club.agent.start()
        self.check_dead()
        self.club.agent.kill()
        self.club.agent.start()
        self.check_dead()

    def test_what_ended_while_the_server_was_away_stays_dead_when_the_clock_is_put_back(self):
        self.start_last_day()
        self.agent_clock.sleep(DAY)
        self.assertEqual(self.offers(), NOTHING)
        self.roll_back(2 * DAY)

    def test_facts_that_are_too_old_stay_so_when_the_clock_is_put_back(self):
        self.start_last_day()
        self.agent_clock.sleep(4 * DAY)
        found = self.club.register("Identify", {"key": {"card": CARD}})["facts"]
        self.assertEqual((found["member_id"], found["tier_id"], found.get("points")), (self.member_id, "", None))
        self.roll_back(5 * DAY)

    def test_what_ended_by_the_servers_time_stays_dead_when_the_clock_is_put_back(self):
        """The agent heard of the next day from the server, and starts with the clock of the day before."""
        self.start_last_day()
        self.pass_time(DAY)
        self.club.server.start()
        self.wait_skew(self.skew())
        self.assertEqual(self.offers(), NOTHING)
        self.club.server.stop()
        self.roll_back(2 * DAY)

    def test_what_ended_stays_dead_while_the_server_is_there_and_the_clock_is_put_back(self):
        self.start_last_day()
        self.assertEqual(self.gives(), (9, True))
        self.pass_time(DAY)
        self.club.server.start()
        self.wait_skew(self.skew())
        self.agent_clock.set(self.agent_clock.now() - 2 * DAY)
        self.wait_skew(self.skew())
        self.check_dead()
        self.assertEqual(self.booked(str(self.sold)), day_of(self.server_clock.now()))
        self.club.verify()

    def test_a_register_that_shows_a_day_before_the_end_revives_nothing_without_the_server(self):
        self.start_last_day()
        self.agent_clock.sleep(2 * DAY)
        shown = stamp(self.agent_clock.now() - 2 * DAY)
        quote = self.quote(at=shown, spend_points_milli="10000")
        self.assertEqual(self.given(quote), NOTHING)
        self.assertEqual(self.gives(quote=quote["reference"]), NOTHING)


if __name__ == "__main__":
    unittest.main()
