"""The agent ends at each step of a commit, in turn: before each write, before each sync, after each sync.

A step is a change or a sync of the journal's log. They are counted from the moment the register calls, and each is hit on
purpose: the first, the second, and so on, until a commit needs fewer. What the register was told is then true, what it was
not told is settled by asking again, and the server has it once.
"""

import pathlib
import random
import tempfile
import time
import unittest

import club
import documents
import power_cut
from club import line, sale
from direct_recording import AWAY

LOG = "journal.db-wal"
MAX_STEPS = 200
QUIET_SECONDS = 0.3
POINTS = 500
CARD = {"card": "CARD-1"}
PROGRAM = {
    **club.PROGRAM,
    "points": {"earn_rules": [{"rule_id": "all", "per_amount": {"points_milli": "1000", "amount_minor": "100"}}],
               "spending": {"thousand_points_value_minor": "100000", "step_milli": "1000"}},
}


class Steps(unittest.TestCase):
    """A club of one register whose agent ends at chosen steps."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="moadon-test-")
        self.addCleanup(directory.cleanup)
        self.mark = pathlib.Path(directory.name).resolve() / "counting"
        self.club = club.Club(program=PROGRAM, replays_history=True)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.told_count = self.ended_count = 0

    def start(self, agent_environment=None):
        self.mark.unlink(missing_ok=True)
        self.club.agent.kill()
        self.club.agent.env = agent_environment or {}
        self.club.agent.start()
        self.club.wait_for_program()

    def wait_until_quiet(self):
        """What the agent writes when it has started is not a step of the call."""
        log = self.club.agent.directory / LOG
        end = time.monotonic() + power_cut.WAIT_SECONDS
        before, since = None, time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            self.assertLess(time.monotonic(), end, "the agent keeps on writing")
            now = (log.stat().st_size, log.stat().st_mtime_ns)
            if now != before:
                before, since = now, time.monotonic()
            time.sleep(0.02)

    def call_ended(self, step, how, call, settled):
        """One call with the agent ending at the step: the answer or None, and whether it ended."""
        agent = self.club.agent
        moment = {"after_sync" if how.startswith("after") else "at": (LOG, step)}
        self.start(power_cut.environment(agent.directory, counts_from=self.mark,
                                         kills=how.endswith("kill"), **moment))
        self.wait_until_quiet()
        self.mark.touch()
        answer = None
        try:
            answer = call()
            self.told_count += 1
            settled()
        except AWAY:
            pass
        has_ended = not agent.process.alive() or self.is_about_to_end()
        self.ended_count += has_ended
        power_cut.forget_index(agent.directory / "journal.db")
        return answer, has_ended

    def is_about_to_end(self):
        """A cut that has begun answers nobody any more; so asking tells."""
        try:
            self.club.register("Status", {}, timeout=10)
            return not self.club.agent.process.alive()
        except AWAY:
            self.club.agent.process.popen.wait(power_cut.WAIT_SECONDS)
            return True

    def each_step(self, how, make_call, check, settled=lambda: None):
        """Ends the agent at step 1, 2, 3 ... of a call, until one has no such step."""
        steps = unhit = 0
        for step in range(1, MAX_STEPS):
            call = make_call(f"{how}-{step}")
            answer, has_ended = self.call_ended(step, how, call, settled)
            self.start()
            check(call, answer, f"{how}-{step}")
            steps += has_ended
            # Some calls need a step more than others.
            unhit = 0 if has_ended else unhit + 1
            if unhit == 2:
                break
        else:
            self.fail(f"a call of more than {MAX_STEPS} steps")
        return steps

    def check_repeated(self, call, told, name):
        """What was told is told again; what was not is settled by the first answer, for ever."""
        first = call()
        if told is not None:
            self.assertEqual(first, told, name)
        self.assertEqual(call(), first, name)

    def check_delivered(self, receipts):
        self.club.wait_delivered(120)
        kept = documents.kept_identities(self.club.server)
        self.assertEqual(sorted(kept), sorted(("R1", receipt) for receipt in receipts))
        self.club.verify()


HOWS = ("before-kill", "before-cut", "after-kill", "after-cut")


class CommitStepsTest(Steps):
    def make_sale(self, receipt):
        document = {"sale": sale(receipt, [line("1", "BREAD", 700), line("2", "MILK", 350, 2000)], key=CARD)}
        return lambda: self.club.register("Commit", document)

    def make_return(self, receipt):
        document = {"returned": {"receipt": receipt, "occurred_at": "2026-06-02T10:00:00Z",
                                 "lines": [line("1", "BREAD", 700)]}}
        return lambda: self.club.register("Return", document)

    def run_each(self, make, hows, settled=lambda: None):
        receipts, steps = [], {}

        def make_and_note(receipt):
            receipts.append(receipt)
            return make(receipt)

        for how in hows:
            steps[how] = self.each_step(how, make_and_note, self.check_repeated, settled)
            self.assertGreater(steps[how], 0, "no step was hit")
        return receipts, steps

    def test_a_sale_is_true_whatever_step_its_agent_ends_at(self):
        """Nobody delivers: nothing but the journal keeps it."""
        self.club.server.kill()
        self.club.agent.stop()
        receipts, steps = self.run_each(self.make_sale, HOWS)
        # Some ends come before the answer, and some, after the last sync, too.
        self.assertGreater(steps["before-kill"], steps["after-kill"])
        self.club.server.start()
        self.check_delivered(receipts)
        print(f"steps of a sale {steps}; told {self.told_count}, ended {self.ended_count}")

    def test_a_return_is_true_whatever_step_its_agent_ends_at(self):
        self.club.server.kill()
        self.club.agent.stop()
        hows = HOWS if club.LONG else random.sample(HOWS[:2], 1)
        receipts, steps = self.run_each(self.make_return, hows)
        self.club.server.start()
        self.check_delivered(receipts)
        print(f"steps of a return {steps}; told {self.told_count}, ended {self.ended_count}")

    def test_a_sale_is_delivered_once_whatever_step_of_its_delivery_its_agent_ends_at(self):
        """With the server there: the steps go on to where the entry is marked as delivered."""
        hows = HOWS if club.LONG else random.sample(HOWS, 1)
        receipts, steps = self.run_each(self.make_sale, hows, self.wait_delivered_or_gone)
        self.check_delivered(receipts)
        self.assertGreater(self.told_count, 2 * len(hows), "no end came after the answer")
        print(f"steps of a sale and its delivery {steps}; told {self.told_count}, ended {self.ended_count}")

    def start(self, agent_environment=None):
        super().start(agent_environment)
        if self.club.server.process.alive():
            club.wait_for("the agent is online", lambda: self.club.register("Status", {})["online"],
                          power_cut.WAIT_SECONDS)

    def wait_delivered_or_gone(self):
        def is_over():
            if not self.club.agent.process.alive():
                return True
            return self.club.register("Status", {}, timeout=10)["undelivered_count"] == "0"

        club.wait_for("it is delivered, or the agent ends", is_over, power_cut.WAIT_SECONDS)

    def test_what_was_sent_and_not_answered_is_recorded_once(self):
        """The server ends when it has recorded, before it answers; then the agent is killed."""
        receipts = []
        server, agent = self.club.server, self.club.agent
        for number in range(10 if club.LONG else 3):
            server.kill()
            self.mark.unlink(missing_ok=True)
            server.env = power_cut.environment(server.directory, counts_from=self.mark, kills=True,
                                               after_sync=("moadon.db-wal", 1))
            server.start()
            club.wait_for("the agent is online", lambda: self.club.register("Status", {})["online"],
                          power_cut.WAIT_SECONDS)
            self.mark.touch()
            receipt = f"sent-{number}"
            receipts.append(receipt)
            call = self.make_sale(receipt)
            told = call()
            club.wait_for("the server has recorded and is gone", lambda: not server.process.alive(),
                          power_cut.WAIT_SECONDS)
            self.assertEqual(self.club.register("Status", {})["undelivered_count"], "1")
            agent.kill()
            server.env = {}
            server.start()
            agent.start()
            self.check_repeated(call, told, receipt)
            self.club.wait_delivered()
        self.check_delivered(receipts)


class HoldStepsTest(Steps):
    def setUp(self):
        super().setUp()
        self.club.register("Enroll", {"member": {"keys": [CARD], "first_name": "Dana"}})
        self.club.register("Commit", {"sale": sale("0", [line("1", "BREAD", POINTS * 100)], key=CARD)})
        self.club.wait_delivered()
        self.member = self.club.register("Identify", {"key": CARD})["facts"]["member_id"]

    def points(self):
        member = self.club.owner("MemberService", "GetMember", {"key": CARD})["member"]
        points = member["facts"]["points"]
        return int(points["available_milli"]), int(points.get("held_milli", "0"))

    def make_hold(self, request_id):
        def call():
            self.club.register("Identify", {"key": CARD})
            basket = {"lines": [line("1", "BREAD", 100_000)], "member_id": self.member,
                      "spend_points_milli": "1000"}
            held = self.club.register("Hold", {"basket": basket, "request_id": request_id})
            return held["hold"]["hold_id"]
        return call

    def check_hold(self, call, told, name):
        self.check_repeated(call, told, name)
        self.assertEqual(self.points(), (POINTS * 1000 - 1000, 1000), "set aside once")
        self.club.register("Cancel", {"hold_id": call()})
        club.wait_for("what was set aside is free", lambda: self.points() == (POINTS * 1000, 0), 30)

    def test_a_hold_sets_aside_once_whatever_step_its_agent_ends_at(self):
        self.assertEqual(self.points(), (POINTS * 1000, 0))
        steps = {}
        for how in HOWS if club.LONG else random.sample(HOWS, 1):
            steps[how] = self.each_step(how, self.make_hold, self.check_hold)
            self.assertGreater(steps[how], 0)
        self.club.verify()
        print(f"steps of a hold {steps}; told {self.told_count}, ended {self.ended_count}")


if __name__ == "__main__":
    unittest.main()
