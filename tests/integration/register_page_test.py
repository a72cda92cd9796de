"""docs/register-integration.md says what is so: its requests are sent as they stand there, in its order, and answered as it shows."""

import json
import pathlib
import re
import unittest

import club
import examples_test

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "register-integration.md"
MESSAGE = re.compile(r"^`(\w+)` (sends|answers|is refused)\n\n```json\n(.*?)```$", re.M | re.S)
# What is new each time, or may change; what the page shows of it stands for what came in its place.
OF_THE_MOMENT = {"member_id", "hold_id", "facts_issued_at", "priced_at", "expire_time", "facts_snapshot", "message"}
POINTS_MILLI = 50000


class RegisterPageTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(program=examples_test.PROGRAM)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)
        self.came = {}  # by name and what the page shows

    def with_what_came(self, message, name=""):
        """The page's message, with what came before in place of what the page shows of it."""
        if isinstance(message, dict):
            return {name: self.with_what_came(value, name) for name, value in message.items()}
        if isinstance(message, list):
            return [self.with_what_came(value, name) for value in message]
        return self.came.get((name, message), message)

    def compare(self, shown, came, where):
        """Everything shown came; what is not shown does not matter."""
        if isinstance(shown, dict):
            for name, value in shown.items():
                self.assertIn(name, came, where)
                if name in OF_THE_MOMENT:
                    self.came[name, value] = came[name]
                else:
                    self.compare(value, came[name], f"{where}.{name}")
        elif isinstance(shown, list):
            self.assertEqual(len(shown), len(came), where)
            for number, value in enumerate(shown):
                self.compare(value, came[number], f"{where}[{number}]")
        else:
            self.assertEqual(shown, came, where)

    def call(self, method, request):
        """(kind of answer, answer)."""
        try:
            return "answers", self.club.register(method, request)
        except club.Refused as refused:
            return "is refused", refused.body

    def give_points(self, member_id):
        self.club.owner("MemberService", "AdjustPoints", {
            "request_id": "page", "member_id": member_id, "note": "test", "actor": "test",
            "points_milli": str(POINTS_MILLI)})

    def test_every_message_of_the_page_is_answered_as_it_shows(self):
        messages = MESSAGE.findall(PAGE.read_text(encoding="utf-8"))
        sent = [method for method, kind, _ in messages if kind == "sends"]
        self.assertEqual(sent, ["Identify", "Enroll", "Identify", "Quote", "Hold", "Commit", "GetReceipt", "Return",
                                "Status"])
        self.assertEqual(len(messages), 2 * len(sent))
        for (method, _, request), (_, kind, shown) in zip(messages[::2], messages[1::2]):
            came_kind, came = self.call(method, self.with_what_came(json.loads(request)))
            self.assertEqual(came_kind, kind, f"{method}: {came}")
            self.compare(json.loads(shown), came, method)
            if method == "Enroll":
                self.give_points(came["member"]["facts"]["member_id"])
        self.club.wait_delivered()
        self.assertEqual(self.club.owner("ReportService", "GetSale", {
            "register_id": "R1", "receipt": "20261122-17"})["sale"]["differences"], [])


if __name__ == "__main__":
    unittest.main()
