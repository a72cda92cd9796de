"""One sale in the customer club, from Python through ctypes.

    python3 sale.py LIBRARY AGENT_DIR REGISTER PHONE RECEIPT

Exits 0 when the sale is committed, 1 when it was refused. The last line printed is the answer to "Commit".
"""

import ctypes
import datetime
import json
import sys

ABI_VERSION = 1
SCREEN_MS, HOLD_MS, COMMIT_MS = 1000, 5000, 10000  # how long the cashier may wait for each
COMMIT_TRIES = 3
OUTCOME_OPEN = {"REASON_AGENT_UNREACHABLE", "REASON_DEADLINE_EXCEEDED", "REASON_STOPPING", "REASON_BUSY"}
NOTHING_HELD = {"REASON_SERVER_UNREACHABLE", "REASON_POINTS_SHORT", "REASON_RIGHT_NOT_LEFT"}


class Refused(Exception):
    """An error object of the plugin; programs decide by `reason`."""

    def __init__(self, method, error):
        self.reason = error["reason"]
        super().__init__(f"{method} refused: {error['code']} {self.reason}: {error['message']}")


class Register:
    """One register's line to its agent. Any thread may call; texts are released here and nowhere else."""

    def __init__(self, library_path, config):
        self.library = ctypes.CDLL(library_path)
        if self.library.moadon_pos_abi_version() != ABI_VERSION:
            raise SystemExit(f"{library_path} speaks another ABI version")
        text_out = ctypes.POINTER(ctypes.c_void_p)  # c_char_p would forget the address that release needs
        self.library.moadon_pos_open.argtypes = [ctypes.c_char_p, text_out, text_out]
        self.library.moadon_pos_call.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p,
                                                 ctypes.c_int32, text_out]
        for name in ("moadon_pos_release", "moadon_pos_close"):
            getattr(self.library, name).argtypes = [ctypes.c_void_p]
            getattr(self.library, name).restype = None
        self.handle, error = ctypes.c_void_p(), ctypes.c_void_p()
        if self.library.moadon_pos_open(json.dumps(config).encode(), ctypes.byref(self.handle),
                                        ctypes.byref(error)) != 0:
            raise Refused("open", json.loads(self.take(error)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.moadon_pos_close(self.handle)

    def take(self, address):
        text = ctypes.string_at(address).decode("utf-8")
        self.library.moadon_pos_release(address)
        return text

    def call_text(self, method, request, timeout_ms):
        """The response as it came; blocks for at most `timeout_ms`, without Python's global lock."""
        out = ctypes.c_void_p()
        status = self.library.moadon_pos_call(self.handle, method.encode(),
                                              json.dumps(request, ensure_ascii=False).encode("utf-8"),
                                              timeout_ms, ctypes.byref(out))
        text = self.take(out)
        if status != 0:
            raise Refused(method, json.loads(text))
        return text

    def call(self, method, request, timeout_ms):
        return json.loads(self.call_text(method, request, timeout_ms))


def identify(register, key):
    try:
        member = register.call("Identify", {"key": key}, SCREEN_MS)
    except Refused as refusal:
        print(refusal, file=sys.stderr)  # the sale goes on; its key lets the server find the member later
        return ""
    print("member:", member["display_name"])
    return member["facts"]["member_id"]


def final_price(register, basket, request_id):
    """(quote to charge, hold_id or ""): at "total", with all the points that the member may spend in this basket."""
    quote = register.call("Quote", {"basket": basket, "receipt_columns": 42}, SCREEN_MS)["quote"]
    for benefit in quote["not_applied"]:
        print(f"say: {benefit['title']}: {benefit['cashier_text']}")
    basket["spend_points_milli"] = (quote.get("points") or {}).get("spendable_milli", "0")
    if basket["spend_points_milli"] == "0" and not quote["rights_used"]:
        return quote, ""
    try:
        held = register.call("Hold", {"basket": basket, "request_id": request_id, "receipt_columns": 42}, HOLD_MS)
        return held["quote"], (held.get("hold") or {}).get("hold_id", "")
    except Refused as refusal:
        if refusal.reason not in NOTHING_HELD:
            raise
        print(refusal, file=sys.stderr)
    basket.update(spend_points_milli="0", without_rights=True)
    return register.call("Quote", {"basket": basket, "receipt_columns": 42}, SCREEN_MS)["quote"], ""


def commit(register, request):
    """The answer as it came. A sale whose outcome is open is repeated unchanged: it takes effect once."""
    for tries_left in reversed(range(COMMIT_TRIES)):
        try:
            return register.call_text("Commit", request, COMMIT_MS)
        except Refused as refusal:
            if refusal.reason not in OUTCOME_OPEN or tries_left == 0:
                raise
            print(refusal, file=sys.stderr)


def sell(register, key, receipt):
    basket = {"member_id": identify(register, key), "lines": [
        {"line_id": "1", "sku": "7290001", "description": "גבינה צהובה 28%", "category": "dairy",
         "quantity_milli": "347", "unit_price_minor": "5990"},  # 0.347 kg at 59.90
        {"line_id": "2", "sku": "coffee", "description": "Coffee", "quantity_milli": "2000",
         "unit_price_minor": "1250"}]}
    quote, hold_id = final_price(register, basket, f"total-{receipt}")
    for line in quote["lines"]:
        print(f"line {line['line_id']}: {line['value_minor']} -> {line['paid_net_minor']}")
    print(f"due: {quote['due_minor']} of {quote['total_minor']}")
    sale = {
        "receipt": receipt, "key": key,
        "occurred_at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lines": [{**line, "paid_net_minor": priced["paid_net_minor"]}
                  for line, priced in zip(basket["lines"], quote["lines"])],
        "tenders": [{"kind": "TENDER_KIND_CARD", "amount_minor": quote["due_minor"]}],
        "register_total_minor": quote["total_minor"],
        "spend_points_milli": basket["spend_points_milli"],
        "without_rights": basket.get("without_rights", False)}
    request = {"sale": sale, "member_id": basket["member_id"], "hold_id": hold_id, "quote": quote["reference"]}
    try:
        answer = commit(register, request)
    except Refused:
        if hold_id:
            register.call("Cancel", {"hold_id": hold_id}, SCREEN_MS)
        raise
    print(*quote["receipt_lines"], sep="\n")
    again = register.call_text("Commit", request, COMMIT_MS)
    print("again:", "the same answer" if again == answer else "ANOTHER ANSWER")
    status = register.call("Status", {}, SCREEN_MS)
    print(f"status: {'online' if status['online'] else 'offline'}, undelivered {status['undelivered_count']}")
    print(answer)
    return again == answer


def main():
    if len(sys.argv) != 6:
        raise SystemExit(__doc__)
    library, agent_dir, register_id, phone, receipt = sys.argv[1:]
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stderr.reconfigure(encoding="utf-8")
    try:
        with Register(library, {"agent_dir": agent_dir, "register_id": register_id}) as register:
            return 0 if sell(register, {"phone": phone}, receipt) else 1
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
