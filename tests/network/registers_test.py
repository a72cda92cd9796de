"""Registers whose lines are cut and restored while they sell: when all return at once nobody waits, nothing is lost."""

import random
import threading
import time
import unittest

import club
import selling
import sites

TILLS = [f"R{number}" for number in range(1, 21)]
WATCHERS = ["W1", "W2"]  # always connected
SALES = 2000 if club.LONG else 100
# Of its sales when a till's line is cut for the last time.
CUT_FOR_GOOD_AT = 0.4
# Between two sales of a till, and between two cuts or restorations.
SALE_PAUSES_SECONDS = (0, 0) if club.LONG else (0, 0.06)
CUT_PAUSES_SECONDS = (0.02, 0.2) if club.LONG else (0, 0.05)
SELLING_SECONDS = 900
RETURN_SECONDS = 120
# What a cashier's call may take while everything returns, at the 99th percentile. The short form runs beside other tests on
# machines with few processors.
CALL_SECONDS = 0.1 if club.LONG else 0.25
MIN_WATCHED = 30  # calls of each method during the return, which say something of it
MIN_BACKLOG = 0.5  # of all documents, when the lines return


def percentile(seconds, share):
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)]


class Worker(threading.Thread):
    """Runs `work(site)` inside the site's network; keeps what went wrong for the test's own thread."""

    def __init__(self, site, work):
        super().__init__()
        self.site = site
        self.work = work
        self.failure = None

    def run(self):
        try:
            with self.site.namespace.entered():
                self.work(self.site)
        except Exception as failure:
            self.failure = failure


class Watcher:
    """Sells at a connected register, one call after the other, and measures each."""

    def __init__(self, books, stopping):
        self.books = books
        self.stopping = stopping
        self.calls = {"Identify": [], "Quote": [], "Commit": []}  # (begin, seconds)

    def watch(self, site):
        while not self.stopping.is_set():
            key = {"card": random.choice(selling.ENROLLED)}
            facts = self._timed(site, "Identify", {"key": key})["facts"]
            receipt, document = self.books.make_sale(site.register)
            content = document["sale"]
            content.update(key=key, occurred_at=selling.now())
            quote = self._timed(site, "Quote", {"basket": {
                "lines": content["lines"], "member_id": facts["member_id"]}})["quote"]
            self._timed(site, "Commit", {"sale": content, "member_id": facts["member_id"],
                                         "quote": quote["reference"]})
            self.books.acknowledge(site.register, receipt)

    def _timed(self, site, method, message):
        begin = time.monotonic()
        answer = site.call(method, message)
        self.calls[method].append((begin, time.monotonic() - begin))
        return answer


class RegistersTest(unittest.TestCase):
    def test_cut_off_registers_sell_and_return_at_once(self):
        with sites.Chain(TILLS + WATCHERS) as chain:
            self.books = selling.Books(chain.registers)
            shops, watched = chain.sites[:len(TILLS)], chain.sites[len(TILLS):]
            self.tills = {site.register: selling.Till(site.register, self.books, site.call) for site in shops}
            self.cut_for_good = {site.register: threading.Event() for site in shops}
            self.sell_under_cuts(shops)
            backlog = sum(self.undelivered(site) for site in shops)
            self.assertGreater(backlog, MIN_BACKLOG * len(self.books.all()), "the lines were hardly ever cut")
            self.return_at_once(shops, watched, backlog)
            for till in self.tills.values():
                till.check_told(self)
            for site in chain.sites:
                self.check_nothing_left(site)
            selling.check_effects(self, chain.server, self.books, chain.registers)
            tills = self.tills.values()
            print(f"{len(self.books.all())} documents, {sum(t.sales_count for t in tills)} sales at cut tills, "
                  f"{sum(t.repeats_count for t in tills)} sent again, {sum(t.identified_count for t in tills)} identified")

    def sell_under_cuts(self, shops):
        workers = [Worker(site, self.sell) for site in shops]
        for worker in workers:
            worker.start()
        cuts = self.cut_and_restore(shops, workers)
        for worker in workers:
            worker.join(SELLING_SECONDS)
            self.assertFalse(worker.is_alive(), "a till does not end")
            self.assertIsNone(worker.failure, worker.site.register)
        print(f"lines were cut {cuts} times")

    def sell(self, site):
        till = self.tills[site.register]
        while till.sales_count < SALES:
            if till.sales_count >= CUT_FOR_GOOD_AT * SALES:
                self.cut_for_good[site.register].wait(SELLING_SECONDS)
            till.sell_one()
            time.sleep(random.uniform(*SALE_PAUSES_SECONDS))

    def cut_and_restore(self, shops, workers):
        """One by one in random order until its till has sold so much; then its line stays cut. How many cuts that were."""
        cuts, connected = 0, set(shops)
        end = time.monotonic() + SELLING_SECONDS
        while connected and any(worker.is_alive() for worker in workers):
            self.assertLess(time.monotonic(), end, "the tills do not get on")
            site = random.choice(sorted(connected, key=lambda each: each.register))
            is_last = self.tills[site.register].sales_count >= CUT_FOR_GOOD_AT * SALES
            if site.link.cut_by is None:
                site.link.cut()
                cuts += 1
            elif not is_last:
                site.link.restore()
            if is_last:
                connected.remove(site)
                self.cut_for_good[site.register].set()
            time.sleep(random.uniform(*CUT_PAUSES_SECONDS))
        return cuts

    def return_at_once(self, shops, watched, backlog):
        stopping = threading.Event()
        watchers = [Watcher(self.books, stopping) for _ in watched]
        workers = [Worker(site, watcher.watch) for site, watcher in zip(watched, watchers)]
        for worker in workers:
            worker.start()
        try:
            begin = time.monotonic()
            for site in shops:
                if site.link.cut_by is not None:
                    site.link.restore()
            club.wait_for("all is delivered", lambda: all(self.undelivered(site) == 0 for site in shops),
                          RETURN_SECONDS)
            end = time.monotonic()
        finally:
            stopping.set()
            for worker in workers:
                worker.join()
        self.assertEqual([worker.failure for worker in workers], [None] * len(workers))
        print(f"{backlog} entries of {len(shops)} registers were delivered within {end - begin:.1f} s of the lines' return")
        self.check_calls(watchers, begin, end)

    def check_calls(self, watchers, begin, end):
        """Those that were made while registers delivered."""
        for method in ("Identify", "Quote", "Commit"):
            seconds = [took for watcher in watchers for at, took in watcher.calls[method] if begin <= at <= end]
            self.assertGreaterEqual(len(seconds), MIN_WATCHED, method)
            p50, p99, worst = (1000 * percentile(seconds, share) for share in (0.5, 0.99, 1))
            print(f"{method} at connected registers meanwhile: {len(seconds)} calls, p50 {p50:.1f} ms, "
                  f"p99 {p99:.1f} ms, worst {worst:.1f} ms")
            self.assertLess(p99, 1000 * CALL_SECONDS, method)

    def undelivered(self, site):
        with site.namespace.entered():
            return int(site.call("Status", {})["undelivered_count"])

    def check_nothing_left(self, site):
        club.wait_for(f"{site.register} has delivered", lambda: self.undelivered(site) == 0, RETURN_SECONDS)
        with site.namespace.entered():
            self.assertEqual(site.call("Pending", {})["entries"], [], site.register)
            status = site.call("Status", {})
        self.assertTrue(status["online"], site.register)
        self.assertIsNone(status.get("blocked_by"), site.register)


if __name__ == "__main__":
    unittest.main()
