"""A register's disk tells nobody who bought: phones are in no file of the agent, whatever happens to it."""

import unittest

import club
from club import line, sale

DIGITS = "7654321"
SPELLINGS = ["052-" + DIGITS, "052" + DIGITS, "+97252" + DIGITS]
NAMES = ["Zipporah", "Quarterstein"]


class SecrecyTest(unittest.TestCase):
    def files_with_the_phone(self):
        return [path.name for path in self.club.agent.directory.rglob("*") if path.is_file()
                and any(s.encode() in path.read_bytes() for s in [DIGITS, *SPELLINGS, *NAMES])]

    def setUp(self):
        self.club = club.Club(["R1"])
        self.club.__enter__()
        self.addCleanup(self.club.__exit__)

    def test_no_file_holds_a_phone_while_running_after_a_stop_and_after_a_kill(self):
        agent = self.club.agent
        self.club.register("Enroll", {"member": {"keys": [{"phone": SPELLINGS[0]}]}})
        self.club.server.stop()  # so that everything stays in the journal
        for number, phone in enumerate(SPELLINGS):
            self.club.register("Commit", {"sale": sale(
                f"{number}", [line("1", "A", 100)], key={"phone": phone})})
        self.club.register("Enroll", {"member": {
            "keys": [{"phone": SPELLINGS[2]}], "first_name": NAMES[0], "last_name": NAMES[1]}})
        self.assertEqual(self.files_with_the_phone(), [])
        agent.kill()
        self.assertEqual(self.files_with_the_phone(), [])
        agent.start()
        self.assertEqual(self.club.register("Status", {})["undelivered_count"], "4")
        agent.stop()
        self.assertEqual(self.files_with_the_phone(), [])
        self.assertEqual((agent.directory / "journal.key").stat().st_mode & 0o777, 0o600)
        self.club.server.start()
        agent.start()
        self.club.wait_delivered()
        self.assertEqual(self.files_with_the_phone(), [])
        def purchase_days():  # that the phones were in the journal: they reached the server
            known = self.club.register("Identify", {"key": {"phone": SPELLINGS[1]}})
            self.assertTrue(known["display_name"].startswith(NAMES[0]))
            return known["facts"]["purchase_day_count"]

        club.wait_for("the sales are the member's", lambda: str(purchase_days()) == "1")


if __name__ == "__main__":
    unittest.main()
