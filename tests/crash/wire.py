"""Sales and returns as serialized protobuf messages, for calls that carry them as bytes.

The field numbers are those of proto/moadon/v1/sale.proto, which never change.
"""

import base64
import datetime


def _number(value):
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _integer(field, value):
    return _number(field << 3) + _number(value) if value else b""


def _bytes(field, value):
    return _number(field << 3 | 2) + _number(len(value)) + value


def _text(field, value):
    return _bytes(field, value.encode()) if value else b""


def _time(field, value):
    moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return _bytes(field, _integer(1, int(moment.timestamp())))


def _line(field, line):
    return _bytes(field, _text(1, line["line_id"]) + _integer(2, int(line["quantity_milli"]))
                  + _text(3, line["sku"]) + _integer(8, int(line["unit_price_minor"])))


def _common(content, lines_field):
    key = content.get("key")
    return (_text(1, content["receipt"]) + _time(2, content["occurred_at"])
            + (_bytes(4, _text(2, key["card"])) if key else b""),
            b"".join(_line(lines_field, each) for each in content["lines"]))


def record_entry(sequence, document):
    """A RecordEntry in JSON of a document {"sale": ...} or {"returned": ...}."""
    if "sale" in document:
        head, lines = _common(document["sale"], 5)
        name, message = "sale", head + lines
    else:
        content = document["returned"]
        head, lines = _common(content, 6)
        original = content.get("original")
        if original:
            head += _bytes(5, _text(1, original["register_id"]) + _text(2, original["receipt"]))
        name, message = "returned", head + lines
    return {"sequence": str(sequence), name: base64.b64encode(message).decode()}
