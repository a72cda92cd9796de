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
        with bad_line.BadLine(self.server.grpc) as line:
            agents = {register: self.new_agent(register, line.address) for register in REGISTERS}
            club.wait_for("all have a program", lambda: all(
                agents[r].call(r, "Status", {})["program_version"] != "0" for r in REGISTERS), DELIVERY_SECONDS)
            tills = [selling.Till(register, self.books, self.calls_of(agents[register], register))
                     for register in REGISTERS]
            self.sell(tills)
            for register, agent in agents.items():
                agent.wait_delivered([register], DELIVERY_SECONDS)
            line.rest()
            for till in tills:
                till.check_told(self)
                self.assertEqual(till.call("Pending", {})["entries"], [], till.register)
                self.assertIsNone(till.call("Status", {}).get("blocked_by"), till.register)
            line.say_everything_again()
            for fault in FAULTS:
                self.assertGreater(line.counts[fault], 0, fault)
            print(f"{sum(till.sales_count for till in tills)} sales, {len(self.books.all())} documents: {dict(line.counts)}")
            for agent in agents.values():
                agent.stop()
        selling.check_effects(self, self.server, self.books, REGISTERS)

    @staticmethod
    def calls_of(agent, register):
        return lambda method, message: agent.call(register, method, message)

    def sell(self, tills):
        failures = []

        def run(till):
            try:
                while till.sales_count < SALES:
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
