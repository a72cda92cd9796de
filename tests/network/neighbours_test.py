"""Neighbouring versions work together: today's agent with the server before, the agent before with today's server, and
both with a later one."""

import os
import pathlib
import unittest

import club
import neighbours
import vocabulary
from club import line
from neighbour_case import CARD, DELIVERY_SECONDS, NeighbourCase

# Where the version before was built (with moadond and moadon-agent in its bin), to try the programs themselves.
BEFORE_BUILD = os.environ.get("MOADON_BEFORE_BUILD")


class ServerBeforeTest(NeighbourCase):
    def test_todays_agent_sells_and_delivers_to_it(self):
        self.new_server()
        front = self.new_front(neighbours.OlderServer)
        self.new_agent(front.address)
        member_id = self.sell_connected()
        front.close()
        self.commit("3", 500, member_id)
        with self.assertRaises(club.Refused) as refused:
            self.register("Identify", {"key": CARD})  # it was given no cards
        self.assertEqual(refused.exception.reason, "REASON_SERVER_UNREACHABLE")
        front.open()
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        self.check_sold(3, 4500)
        self.assertEqual(self.status()["cached_member_count"], "0")
        self.assertIn("FetchCards", front.unknown_calls)
        self.assertEqual(front.forged_facts, [])

        front.upgrade()
        club.wait_for("the cards are here", lambda: self.status()["cached_member_count"] == "1", DELIVERY_SECONDS)
        front.close()
        self.assertEqual(self.register("Identify", {"key": CARD})["facts"]["member_id"], member_id)

    def test_whom_todays_agent_enrolled_alone_waits_for_the_upgrade(self):
        self.new_server()
        front = self.new_front(neighbours.OlderServer)
        self.new_agent(front.address)
        self.enroll_before_upgrade(front.close, front.open, front.upgrade)


class AgentBeforeTest(NeighbourCase):
    """What an agent of version 0.3 says, made and read with the words of that version."""

    def setUp(self):
        super().setUp()
        self.words = neighbours.Words()
        self.new_server()

    def call(self, method, **fields):
        request, response = self.words.calls[f"/moadon.v1.SyncService/{method}"]
        data = vocabulary.grpc_call(self.server.grpc, "SyncService", method,
                                    self.words.message(request)(**fields).SerializeToString(), self.tokens["R1"])
        return self.words.message(response).FromString(data)

    def entry(self, sequence, receipt, **context):
        content = self.words.message("Sale")(receipt=receipt, key=CARD, lines=[{
            "line_id": "1", "sku": "bread", "quantity_milli": 1000, "unit_price_minor": 2000}])
        content.occurred_at.GetCurrentTime()
        return {"sequence": sequence, "sale": content.SerializeToString(), "context": context}

    def test_todays_server_takes_what_it_delivers_once(self):
        beat = self.call("Heartbeat", agent_version="0.3.0", undelivered_count=2)
        self.assertEqual((beat.register_id, beat.branch_id, beat.newest_program_version), ("R1", "main", 1))
        programs = self.call("FetchPrograms").programs
        self.assertEqual([program.version for program in programs], [1])
        narrowed = self.words.message("Program").FromString(programs[0].SerializeToString())
        narrowed.DiscardUnknownFields()
        self.assertEqual(narrowed, programs[0], "an agent of 0.3 would not price with it")
        member = self.call("Enroll", member={"keys": [CARD]}).member
        found = self.call("FindMember", key=CARD).member
        self.assertEqual(found.facts.member_id, member.facts.member_id)
        member_id = found.facts.member_id
        self.assertEqual(self.call("GetFacts", member_id=member_id).facts.member_id, member_id)
        self.assertEqual([f.member_id for f in self.call("FetchFacts").facts], [member_id])
        asked = self.words.message("Asked")(member_id=member_id, field="phone")
        asked.ask_time.GetCurrentTime()
        self.call("NoteAsked", asks=[asked])

        entries = [self.entry(1, "a", member_id=member_id, program_version=1, facts=found.facts), self.entry(2, "b")]
        for _ in range(3):
            outcomes = self.call("Record", entries=entries).outcomes
            self.assertEqual([(o.sequence, o.recorded.member_id) for o in outcomes], [(1, member_id), (2, member_id)])
        for _ in range(2):
            hold = self.call("PlaceHold", request_id="h", member_id=member_id, points_milli=10000)
        self.assertEqual(self.call("GetReceipt", register_id="R1", receipt="a").receipt.sale.receipt, "a")
        self.call("CancelHold", hold_id=hold.hold_id)
        # Journals of later places under the same numbers are no fork: this agent keeps no chain.
        self.call("Record", entries=[self.entry(1, "c")])
        self.check_sold(3, 6000)
        self.assertEqual(self.available_points(), 60000)


class LaterVersionTest(NeighbourCase):
    def test_fields_that_nobody_knows_reach_the_server_unchanged(self):
        self.new_server()
        front = self.new_front(neighbours.NewerServer)
        self.new_agent(front.address)
        self.register("Enroll", {"member": {"keys": [CARD]}})
        found = self.register("Identify", {"key": CARD})["facts"]
        quote = self.register("Quote", {"basket": {
            "lines": [line("1", "bread", 2000)], "member_id": found["member_id"]}})["quote"]
        front.close()
        content = self.content("1")
        first = self.commit_bytes(content, found["member_id"], quote["reference"])
        self.agent.stop()
        self.agent.start()
        self.assertEqual(self.commit_bytes(content, found["member_id"], quote["reference"]), first)
        front.open()
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        self.assertEqual(self.commit_bytes(content, found["member_id"], quote["reference"]), first)
        self.refused_as_another(self.content("1", b"of another later version"))
        self.refused_as_another(self.content("1", None))

        record = vocabulary.message("RecordRequest").FromString(front.records[-1][1])
        self.assertEqual([entry.sale for entry in record.entries], [content])
        self.assertTrue(record.entries[0].context.facts.SerializeToString().endswith(neighbours.NEW_BYTES))
        self.assertEqual(self.of_the_server("1"), self.content("1", key=None))  # it tells nobody's key
        self.check_sold(1, 2000)

    def test_an_entry_refused_for_a_reason_that_nobody_knows_is_kept_and_shown(self):
        self.new_server()
        front = self.new_front(neighbours.NewerServer)
        self.new_agent(front.address)
        front.is_refusing = True
        self.commit("1", 2000)
        pending = club.wait_for("it is refused", lambda: [
            entry for entry in self.register("Pending", {})["entries"] if "refusal" in entry], DELIVERY_SECONDS)
        self.assertEqual([(e["receipt"], e["refusal"]["reason"]) for e in pending], [("1", neighbours.NEW_REASON)])
        front.is_refusing = False
        self.commit("2", 2000)  # it is in nobody's way
        club.wait_for("the other is delivered", lambda: "2" not in [
            entry["receipt"] for entry in self.register("Pending", {})["entries"]], DELIVERY_SECONDS)
        self.agent.stop()
        self.agent.start()
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        self.check_sold(2, 4000)

    def test_todays_server_takes_what_it_understands_of_a_later_agent(self):
        self.new_server()
        content = self.content("1")
        later = vocabulary.message("RecordEntry")(sequence=2).SerializeToString() + neighbours.NEW_BYTES
        known = vocabulary.message("RecordEntry")(sequence=1, sale=content).SerializeToString() + neighbours.NEW_BYTES
        request = vocabulary.message("RecordRequest")()
        request.entries.add().ParseFromString(known)
        request.entries.add().ParseFromString(later)  # a kind of content that nobody knows
        for _ in range(2):
            answer = vocabulary.grpc_call(self.server.grpc, "SyncService", "Record",
                                          request.SerializeToString() + neighbours.NEW_BYTES, self.tokens["R1"],
                                          response="RecordResponse")
            taken, refused = answer.outcomes
            self.assertTrue(taken.HasField("recorded"), answer)
            reasons = refused.refused.detail.DESCRIPTOR.fields_by_name["reason"].enum_type.values_by_number
            self.assertEqual(reasons[refused.refused.detail.reason].name, "REASON_FIELD_MISSING")
        self.assertEqual(self.of_the_server("1"), self.content("1", key=None))
        self.check_sold(1, 2000)

    def content(self, receipt, text=b"of a later version", key=CARD):
        message = vocabulary.message("Sale")(receipt=receipt, key=key, lines=[{
            "line_id": "1", "sku": "bread", "quantity_milli": 1000, "unit_price_minor": 2000}])
        message.occurred_at.FromSeconds(1790000000)
        return message.SerializeToString() + (neighbours.unknown_field(text) if text else b"")

    def commit_bytes(self, content, member_id="", reference=None):
        request = vocabulary.message("CommitRequest")(member_id=member_id)
        request.sale.ParseFromString(content)
        if reference:
            request.quote.program_version = int(reference["program_version"])
            request.quote.facts_snapshot = int(reference["facts_snapshot"])
            request.quote.priced_at.FromJsonString(reference["priced_at"])
        return neighbours.post_bytes(self.agent, "R1", "Commit", request.SerializeToString())

    def refused_as_another(self, content):
        with self.assertRaises(club.Refused) as refused:
            self.commit_bytes(content)
        self.assertEqual(refused.exception.reason, "REASON_RECEIPT_REUSED")

    def of_the_server(self, receipt):
        asked = vocabulary.message("SyncGetReceiptRequest")(register_id="R1", receipt=receipt)
        answer = vocabulary.grpc_call(self.server.grpc, "SyncService", "GetReceipt", asked.SerializeToString(),
                                      self.tokens["R1"], response="SyncGetReceiptResponse")
        return answer.receipt.sale.SerializeToString()


@unittest.skipUnless(BEFORE_BUILD, "MOADON_BEFORE_BUILD names no build of the version before")
class BuiltBeforeTest(NeighbourCase):
    """The same with the programs of the version before themselves."""

    def setUp(self):
        super().setUp()
        self.before = pathlib.Path(BEFORE_BUILD) / "bin"

    def sell_without_server(self, member_id):
        self.server.stop()
        self.commit("3", 500, member_id)
        self.assertEqual(self.status()["undelivered_count"], "1")

    def end(self):
        self.server.start()
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        self.check_sold(3, 4500)

    def test_todays_agent_with_the_server_before(self):
        self.new_server(programs=self.before)
        self.new_agent(self.server.grpc)
        self.sell_without_server(self.sell_connected())
        self.end()

    def test_whom_todays_agent_enrolled_alone_waits_for_the_servers_upgrade(self):
        def upgrade():
            self.server.programs = club.BIN

        self.new_server(programs=self.before)
        self.new_agent(self.server.grpc)
        self.enroll_before_upgrade(self.server.stop, self.server.start, upgrade)

    def test_the_agent_before_with_todays_server(self):
        self.new_server()
        self.new_agent(self.server.grpc, programs=self.before)
        self.sell_without_server(self.sell_connected())
        self.end()

    def test_both_upgraded_with_a_sale_on_the_way(self):
        self.new_server(programs=self.before)
        self.new_agent(self.server.grpc, programs=self.before)
        self.sell_without_server(self.sell_connected())
        self.agent.stop()
        self.agent.programs = self.server.programs = club.BIN
        self.agent.start()
        self.end()


if __name__ == "__main__":
    unittest.main()
