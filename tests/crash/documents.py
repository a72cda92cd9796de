"""Random sales and returns of a few registers, and the books of what became of them."""

import random
import threading

from club import line

CARDS = [f"CARD{number}" for number in range(12)]


def value_minor(content):
    """List price x quantity of every line, rounded half up."""
    return sum((int(each["unit_price_minor"]) * int(each["quantity_milli"]) + 500) // 1000
               for each in content["lines"])


def content_of(document):
    return document.get("sale") or document["returned"]


class Books:
    """What the registers sent, and what was acknowledged. Thread-safe."""

    def __init__(self, registers):
        self._mutex = threading.Lock()
        self._sent = {}  # (register, receipt) -> document
        self._acknowledged = set()
        self._sold = []  # acknowledged sales that nobody returned yet
        self._counts = {register: 0 for register in registers}

    def make(self, register):
        """A new document: mostly a sale, else a return of what was sold anywhere, or unlinked."""
        with self._mutex:
            self._counts[register] += 1
            count = self._counts[register]
            receipt = f"{register}-{count}"
            head = {"receipt": receipt,
                    "occurred_at": f"2026-0{random.randint(1, 6)}-{random.randint(1, 28):02d}"
                                   f"T{random.randint(6, 20):02d}:00:00Z"}
            if random.random() < 0.8:
                head["key"] = {"card": random.choice(CARDS)}
            kind = random.random()
            if kind < 0.15 and self._sold:
                sold = self._sold.pop(random.randrange(len(self._sold)))
                document = {"returned": {
                    **head, "original": {"register_id": sold[0], "receipt": sold[1]},
                    "lines": [{**each} for each in self._sent[sold]["sale"]["lines"][:1]]}}
            elif kind < 0.2:
                document = {"returned": {**head, "lines": [line("1", "LOOSE", 250)]}}
            else:
                document = {"sale": {**head, "lines": [
                    line(str(number), f"SKU{random.randrange(50)}", random.randint(1, 9999),
                         random.choice([1000, 2000, 347]))
                    for number in range(1, random.randint(2, 6))]}}
            self._sent[register, receipt] = document
            return receipt, document

    def acknowledge(self, register, receipt):
        with self._mutex:
            if (register, receipt) in self._acknowledged:
                return
            self._acknowledged.add((register, receipt))
            if "sale" in self._sent[register, receipt]:
                self._sold.append((register, receipt))

    def acknowledged(self):
        with self._mutex:
            return set(self._acknowledged)

    def unacknowledged(self):
        with self._mutex:
            return {identity: document for identity, document in self._sent.items()
                    if identity not in self._acknowledged}

    def document(self, identity):
        with self._mutex:
            return self._sent[identity]

    def totals(self):
        """What GetTotals must say when everything sent is recorded once."""
        with self._mutex:
            sales = [d["sale"] for d in self._sent.values() if "sale" in d]
            returns = [d["returned"] for d in self._sent.values() if "returned" in d]
        return {"sales_count": len(sales), "sale_lines_count": sum(len(s["lines"]) for s in sales),
                "gross_minor": sum(map(value_minor, sales)), "returns_count": len(returns),
                "return_lines_count": sum(len(r["lines"]) for r in returns),
                "returned_minor": sum(map(value_minor, returns)), "waiting_returns_count": 0}


def kept_identities(server):
    """Every (register, receipt) the server has, as a list: what is doubled is there twice."""
    kept, page = [], ""
    while True:
        answer = server.call("ReportService", "ListSales", {"page_size": 1000, "page_token": page})
        for sale in answer.get("sales", []):
            receipt = sale["receipt"]
            content = receipt.get("sale") or receipt["returned"]
            kept.append((receipt["register_id"], content["receipt"]))
        page = answer.get("next_page_token", "")
        if not page:
            return kept


def kept_totals(server, names):
    answer = server.call("ReportService", "GetTotals", {})
    return {name: int(answer[name]) for name in names}


def check_kept(test, server, books, sample=None):
    """Everything sent is at the server exactly once: by identity, by sum, `sample` by content."""
    expected = books.totals()
    test.assertEqual(kept_totals(server, expected), expected)
    kept = kept_identities(server)
    test.assertEqual(len(kept), len(set(kept)), "doubled")
    test.assertEqual(set(kept), books.acknowledged() | set(books.unacknowledged()))
    asked = sorted(books.acknowledged())
    if sample is not None and len(asked) > sample:
        asked = random.sample(asked, sample)
    for register, receipt in asked:
        sale = server.call("ReportService", "GetSale",
                           {"register_id": register, "receipt": receipt})["sale"]
        content = content_of(books.document((register, receipt)))
        test.assertEqual(int(sale["value_minor"]), value_minor(content), (register, receipt))
        test.assertEqual(int(sale["line_count"]), len(content["lines"]), (register, receipt))
