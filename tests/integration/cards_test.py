"""What registers keep of members: the feed of cards, as an agent reads it."""

import base64
import hashlib
import hmac
import json
import unittest

import club
from club import line, sale

DIGEST_KEY = bytes(range(32))
PHONE_KIND, CARD_KIND = 1, 2


def digest(kind, value):
    """identity/key_digest.h, by other means."""
    whole = hmac.new(DIGEST_KEY, bytes([kind]) + value.encode(), hashlib.sha256).digest()
    return base64.b64encode(whole[:16]).decode()


class Cache:
    """An agent's cache: what is left of all cards that came."""

    def __init__(self, running, register="R1"):
        self.running = running
        self.token = running.register_tokens[register]
        self.cursor = ""
        self.cards = {}

    def page(self, page_size=0, cursor=None):
        return self.running.owner("SyncService", "FetchCards", {
            "cursor": self.cursor if cursor is None else cursor, "page_size": page_size,
            "digest_key": base64.b64encode(DIGEST_KEY).decode()}, token=self.token)

    def take(self, page):
        self.cursor = page["next_cursor"]
        for card in page["cards"]:
            if card["is_gone"]:
                self.cards.pop(card["member_id"], None)
            else:
                self.cards[card["member_id"]] = card

    def pull(self, page_size=0):
        """Everything that is there; the members that came, in their order."""
        came = []
        for _ in range(100):
            page = self.page(page_size)
            self.take(page)
            came += [card["member_id"] for card in page["cards"]]
            if not page["has_more"]:
                return came
        raise AssertionError("the feed does not end")


class CardsTest(unittest.TestCase):
    def setUp(self):
        self.club = club.Club(["R1"], replays_history=True)
        self.club.__enter__()
        self.addCleanup(self.club.__exit__, None, None, None)

    def members(self, method, **message):
        return self.club.owner("MemberService", method, message)

    def enroll(self, number, **more):
        return self.members("EnrollMember", keys=[{"phone": f"054-123-{number:04d}"},
                                                  {"card": f"Card-{number}"}],
                            occurred_at="2026-01-05T10:00:00Z", **more)["member"]["member_id"]

    def buy(self, receipt, number, register="R1"):
        self.club.register("Commit", {"sale": sale(
            receipt, [line("1", "tea", 500)], key={"card": f"Card-{number}"})}, register)
        self.club.wait_delivered()

    def decide(self, method, **message):
        return self.members(method, request_id=method, note="one person", actor="dana", **message)

    def test_pages_changes_and_a_restart(self):
        ids = [self.enroll(n, first_name="Noa", last_name=f"Levinsohn{n}") for n in range(25)]
        cache = Cache(self.club)
        self.assertEqual(cache.pull(page_size=10), ids)
        for number, member_id in enumerate(ids):
            card = cache.cards[member_id]
            self.assertEqual(card["key_digests"], [
                digest(PHONE_KIND, f"+97254123{number:04d}"), digest(CARD_KIND, f"card-{number}")])
            self.assertEqual(card["display_name"], "Noa L.")
            self.assertEqual(card["facts"]["member_id"], member_id)
            self.assertTrue(card["facts"]["seal"])
        said = json.dumps(list(cache.cards.values()))
        for secret in ("54123", "Levinsohn", "Card-", "card-"):
            self.assertNotIn(secret, said)

        half = cache.page(page_size=10, cursor="")
        self.buy("1", 0)
        resumed = Cache(self.club)
        resumed.take(half)
        self.assertEqual(resumed.pull(page_size=7), ids[10:] + [ids[0]])
        self.assertEqual(resumed.cards[ids[0]]["facts"]["purchase_day_count"], "1")
        self.assertEqual(cache.pull(), [ids[0]])
        self.club.server.stop()
        self.club.server.start()
        self.assertEqual(cache.pull(), [])
        self.members("UpdateMember", member_id=ids[3], last_name="Cohen", actor="dana")
        self.assertEqual(cache.pull(), [ids[3]])
        self.assertEqual(cache.cards[ids[3]]["display_name"], "Noa C.")

    def test_members_go_and_come_back(self):
        kept, lost, erased = [self.enroll(n) for n in range(3)]
        cache = Cache(self.club)
        cache.pull()
        self.decide("MergeMembers", kept_member_id=kept, lost_member_id=lost)
        self.members("EraseMember", member_id=erased, actor="dana")
        self.assertEqual(set(cache.pull()), {kept, lost, erased})
        self.assertEqual(set(cache.cards), {kept})
        self.assertEqual(cache.cards[kept]["key_digests"][3], digest(CARD_KIND, "card-1"))
        self.decide("UndoMerge", lost_member_id=lost)
        self.assertEqual(set(cache.pull()), {kept, lost})
        self.assertEqual(len(cache.cards[kept]["key_digests"]), 2)
        self.assertEqual(cache.cards[lost]["key_digests"][1], digest(CARD_KIND, "card-1"))

    def test_the_owner_names_those_who_bought_lately(self):
        at_main, at_north, _ = [self.enroll(n) for n in range(3)]
        self.club.moadon("branch", "add", "n1", "--region", "north")
        self.club.moadon("branch", "add", "n1", "--region", "north")
        taken = self.club.moadon("branch", "add", "n1", "--region", "south", check=False)
        self.assertEqual(taken.returncode, 1)
        wrong = self.club.moadon("branch", "add", "n2", "--region", "far away", check=False)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("north", self.club.moadon("branch", "list").stdout)
        added = self.club.owner("AdminService", "AddRegister", {
            "register": {"register_id": "N1", "branch_id": "n1", "replays_history": True}})
        self.club.register_tokens["N1"] = added["token"]
        self.club.registers.append("N1")
        self.club.agent.stop()
        self.club.agent.add_register("N1", added["token"])
        self.club.agent.start()

        everybody = Cache(self.club)
        self.assertEqual(len(everybody.pull()), 3)
        self.club.owner("ProgramService", "PublishProgram", {"program": {
            **club.PROGRAM, "offline": {"seen": {"last_days": 3650, "in_region": True}}}})
        shown = self.club.moadon("program", "show").stdout
        self.assertIn("who bought in the register's region, in the last days: 3,650", shown)
        self.assertIn("for hours: 72", shown)
        with self.assertRaises(club.Refused) as refused:
            everybody.page()
        self.assertEqual(refused.exception.reason, "REASON_PAGE_TOKEN_INVALID")

        self.club.wait_for_program()
        self.buy("1", 0)
        main, north = Cache(self.club), Cache(self.club, "N1")
        self.assertEqual(main.pull(), [at_main])
        self.assertEqual(main.cards[at_main]["last_seen_date"], "2026-06-01")
        self.assertEqual(north.pull(), [])
        self.buy("2", 1, register="N1")
        self.assertEqual(north.pull(), [at_north])
        self.assertEqual(main.pull(), [at_north])  # as gone: it might have been kept before
        self.assertEqual(set(main.cards), {at_main})
        self.assertEqual(self.club.verify().returncode, 0)


if __name__ == "__main__":
    unittest.main()
