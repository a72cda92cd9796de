"""A register program of its own process: sells through the plugin and tells how long each call took.

    till.py CONFIG_JSON CARD FILE    one JSON object per call on stdout; "rest", "sell" on stdin, whose end ends it

After each sale it syncs FILE, on the disk of the agent, to tell how good a moment of that disk this is.
"""

import datetime
import json
import os
import select
import sys
import time

from abi_sale_test import Plugin

PAUSE_SECONDS = 0.02
TIMEOUT_MS = 10000


class Till:
    def __init__(self, config, card, path):
        self.file = open(path, "wb", buffering=0)
        self.plugin = Plugin(config)
        self.card = card
        self.receipt = 0
        self.hiccup_ms = 0.0

    def call(self, method, request):
        begin = time.monotonic()
        status, answer = self.plugin.call(method, request, TIMEOUT_MS)
        took_ms = (time.monotonic() - begin) * 1000
        told = {"at": begin, "method": method, "ms": round(took_ms, 3), "hiccup_ms": round(self.hiccup_ms, 3),
                "reason": answer.get("reason") if status else None}
        if method == "Identify":
            told["is_cached"] = "cached_as_of" in answer
        if method == "Commit":
            told["receipt"] = request["sale"]["receipt"]
        print(json.dumps(told), flush=True)
        return answer

    def sell_one(self):
        found = self.call("Identify", {"key": {"card": self.card}})
        member_id = found.get("facts", {}).get("member_id", "")
        lines = [{"line_id": "1", "sku": "bread", "unit_price_minor": "1000", "quantity_milli": "1000"}]
        quoted = self.call("Quote", {"basket": {"lines": lines, "member_id": member_id}})
        self.receipt += 1
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        request = {"sale": {"receipt": str(self.receipt), "occurred_at": now, "lines": lines},
                   "member_id": member_id}
        if "quote" in quoted:
            request["quote"] = quoted["quote"]["reference"]
        self.call("Commit", request)
        self.call("Status", {})
        self.sync()

    def sync(self):
        begin = time.monotonic()
        self.file.write(bytes(4096))
        os.fdatasync(self.file)
        print(json.dumps({"at": begin, "method": "own sync", "ms": (time.monotonic() - begin) * 1000}), flush=True)

    def pause(self):
        begin = time.monotonic()
        time.sleep(PAUSE_SECONDS)
        self.hiccup_ms = (time.monotonic() - begin - PAUSE_SECONDS) * 1000


def main():
    till = Till(json.loads(sys.argv[1]), *sys.argv[2:4])
    words = open(0, "rb", buffering=0)
    is_selling = False
    while True:
        if select.select([words], [], [], 0)[0]:
            word = words.readline().decode().strip()
            if not word:
                break
            is_selling = word == "sell"
        if is_selling:
            till.sell_one()
        till.pause()
    till.plugin.close()


if __name__ == "__main__":
    main()
