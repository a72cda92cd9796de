"""Agents behind a line that duplicates, delays, reorders and cuts: as many effects as sales."""

import pathlib
import shutil
import tempfile
import threading
import unittest

import bad_line
import club
import selling

REGISTERS = ["R1", "R2", "R3", "R4"]
SALES = 5000 if club.LONG else 250  # of each
# No connection of the short-lived line carries a batch of all that waits.
SHORT_LIFE_BYTES = (100, 4000)
SHORT_LIFE_SALES = 500 if club.LONG else 80
SELLING_SECONDS = 900
DELIVERY_SECONDS = 600 if club.LONG else 120
FAULTS = (*bad_line.FATES, "bytes of answers lost", "deliveries answered again",
          "said again after later calls")


class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="moadon-test-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.server = club.Server(self.root / "server").start()
        self.addCleanup(self.server.stop)
        self.tokens = selling.set_up(self.server, REGISTERS)
        self.books = selling.Books(REGISTERS)

    def new_agent(self, register, address):
        agent = club.Agent(self.root / register, address)
        agent.add_register(register, self.tokens[register])
        self.addCleanup(lambda: agent.process and agent.stop())
        return agent.start()

    def test_as_many_effects_as_sales(self):
        counts = self.sell_through(bad_line.LIFE_BYTES, SALES)
        for fault in FAULTS:
            self.assertGreater(counts[fault], 0, fault)

    def test_a_line_that_never_lasts_delivers_too(self):
        counts = self.sell_through(SHORT_LIFE_BYTES, SHORT_LIFE_SALES)
        for fate in bad_line.FATES:
            self.assertGreater(counts[fate], 0, fate)

    def sell_through(self, life_bytes, sales_count):
        """So many sales of each register through a bad line; what that did."""
        with bad_line.BadLine(self.server.grpc, life_bytes) as line:
            agents = {register: self.new_agent(register, line.address) for register in REGISTERS}
            club.wait_for("all have a program", lambda: all(
                agents[r].call(r, "Status", {})["program_version"] != "0" for r in REGISTERS), DELIVERY_SECONDS)
            tills = [selling.Till(register, self.books, self.calls_of(agents[register], register))
                     for register in REGISTERS]
            self.sell(tills, sales_count)
            for register, agent in agents.items():
                agent.wait_delivered([register], DELIVERY_SECONDS)
            line.rest()
            for till in tills:
                till.check_told(self)
                self.assertEqual(till.call("Pending", {})["entries"], [], till.register)
                self.assertIsNone(till.call("Status", {}).get("blocked_by"), till.register)
            line.say_everything_again()
            for agent in agents.values():
                agent.stop()
        print(f"{sum(till.sales_count for till in tills)} sales, {len(self.books.all())} documents: {dict(line.counts)}")
        selling.check_effects(self, self.server, self.books, REGISTERS)
        return line.counts

    @staticmethod
    def calls_of(agent, register):
        return lambda method, message: agent.call(register, method, message)

    def sell(self, tills, sales_count):
        failures = []

        def run(till):
            try:
                while till.sales_count < sales_count:
                    till.sell_one()
            except Exception as failure:  # judged by the test's own thread
                failures.append(failure)

        threads = [threading.Thread(target=run, args=(till,)) for till in tills]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SELLING_SECONDS)
        self.assertEqual(failures, [])
        self.assertFalse(any(thread.is_alive() for thread in threads), "a till does not end")


if __name__ == "__main__":
    unittest.main()
