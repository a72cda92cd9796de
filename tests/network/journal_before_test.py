"""The journal of the version before is delivered by today's agent: each entry once, byte for byte."""

import shutil
import sqlite3
import unittest

import club
import neighbours
import vocabulary
from neighbour_case import DELIVERY_SECONDS, NeighbourCase
from selling import disagreements


class JournalBeforeTest(NeighbourCase):
    FILE = neighbours.FIXTURES / "journal_0_3.db"

    def contents(self):
        """(register, receipt) -> (content, context) as the file of version 0.3 holds them in clear."""
        with sqlite3.connect(f"file:{self.FILE}?mode=ro&immutable=1", uri=True) as journal:
            rows = journal.execute("SELECT register_id, receipt, content, context FROM entry").fetchall()
        return {(register, receipt): (content, context) for register, receipt, content, context in rows}

    def deliver_directly(self, register, sequence, content):
        record = vocabulary.message("RecordRequest")(entries=[{"sequence": sequence, "sale": content}])
        answer = vocabulary.grpc_call(self.server.grpc, "SyncService", "Record", record.SerializeToString(),
                                      self.tokens[register], response="RecordResponse")
        self.assertTrue(answer.outcomes[0].HasField("recorded"), answer)

    def test_what_waits_in_it_is_delivered_once(self):
        contents = self.contents()
        self.new_server(("R1", "R2"), branch="B1")
        self.deliver_directly("R1", 1, contents["R1", "a"][0])  # as the agent of then has done
        other = vocabulary.message("Sale").FromString(contents["R1", "b"][0])
        other.lines[0].unit_price_minor += 1  # of two units
        self.deliver_directly("R1", 9, other.SerializeToString())  # why the server refused R1's b
        directory = self.root / "agent"
        directory.mkdir()
        shutil.copy(self.FILE, directory / "journal.db")
        front = self.new_front(neighbours.Front)
        self.new_agent(front.address)

        self.agent.wait_delivered(["R2"], DELIVERY_SECONDS)
        club.wait_for("only what was refused is left", lambda: self.status()["undelivered_count"] == "1",
                      DELIVERY_SECONDS)
        pending = self.register("Pending", {})["entries"]
        self.assertEqual([(entry["receipt"], entry["refusal"]["reason"]) for entry in pending],
                         [("b", "REASON_RECEIPT_REUSED")])
        self.assertEqual(self.commit("e", 100)["sequence"], "5")
        self.agent.stop()
        self.agent.start()
        # It was refused for more than 45 days, and the journal has a name by now: the owner's.
        self.agent.wait_delivered(["R1"], DELIVERY_SECONDS)
        handed = self.server.call("OfflineService", "ListHandedOver", {})["entries"]
        self.assertEqual([(h["register_id"], h["sequence"], h["sale"]["receipt"], h["refusal"]["reason"]) for h in handed],
                         [("R1", "2", "b", "REASON_RECEIPT_REUSED")])
        self.check_delivered(front, contents)
        # R1 sold a, the other b, c, e; R2 a, b, c; of R1's a one unit came back.
        self.assertEqual(self.totals(), {"sales_count": 7, "gross_minor": 6102, "returns_count": 1,
                                         "waiting_returns_count": 0, "differences_count": 0})
        self.assertEqual(disagreements(self.server), [])
        self.assertEqual(self.status("R2")["altered_count"], "0")

    def check_delivered(self, front, contents):
        """Each as the file held it, with the fields that no version knows."""
        sent = {}
        for register, request in self.records_by_register(front):
            for entry in request.entries:
                name = "sale" if entry.WhichOneof("content") == "sale" else "returned"
                content = getattr(entry, name)
                receipt = vocabulary.message("Sale" if name == "sale" else "Return").FromString(content).receipt
                sent.setdefault((register, receipt), set()).add(
                    (content, entry.context.SerializeToString()))
        del sent["R1", "e"]
        self.assertEqual(sent, {identity: {kept} for identity, kept in contents.items() if identity != ("R1", "a")})

    def records_by_register(self, front):
        for token, request in front.records:
            register = next(r for r, mine in self.tokens.items() if token == "Bearer " + mine)
            yield register, vocabulary.message("RecordRequest").FromString(request)


if __name__ == "__main__":
    unittest.main()
