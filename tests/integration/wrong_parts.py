"""Wrong parts that requests of several RPCs share, with the reason that each is refused with."""

import copy

import club
from club import line, sale

OVER_INT64 = "9223372036854775808"
BIDI = "שלום\u202eעולם"
CONTROL = "a\u0007b"

OK_SALE = sale("r-1", [line("1", "A", 100)])


def changed(message, path, value):
    """A deep copy with one field set (or removed, with None); the path is a list of keys and indexes."""
    copied = copy.deepcopy(message)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if value is None:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value
    return copied


def content_cases(name, good):
    """Wrong sales, returns and baskets inside a request {name: content}."""
    lines = [name, "lines"]
    cases = [
        (lines + [0, "quantity_milli"], "-1", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "quantity_milli"], "10000000001", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "unit_price_minor"], "-5", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "unit_price_minor"], "9223372036854775807", "REASON_AMOUNT_OUT_OF_RANGE"),
        (lines + [0, "unit_price_minor"], OVER_INT64, "REASON_MALFORMED"),
        (lines + [0, "unit_price_minor"], "12.5", "REASON_MALFORMED"),
        (lines + [0, "sku"], CONTROL, "REASON_TEXT_INVALID"),
        (lines + [0, "description"], BIDI, "REASON_TEXT_INVALID"),
        (lines + [0, "line_id"], "", "REASON_FIELD_MISSING"),
        (lines, [line(str(i), "A", 1) for i in range(5001)], "REASON_TOO_LARGE"),
    ]
    if name != "basket":
        cases += [
            ([name, "receipt"], "", "REASON_FIELD_MISSING"),
            ([name, "receipt"], "x" * 65, "REASON_FIELD_INVALID"),
            ([name, "receipt"], BIDI, "REASON_TEXT_INVALID"),
            ([name, "cashier"], CONTROL, "REASON_TEXT_INVALID"),
            ([name, "occurred_at"], "1969-12-31T23:59:59Z", "REASON_TIME_OUT_OF_RANGE"),
            ([name, "occurred_at"], "9999-12-31T00:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
            ([name, "occurred_at"], "yesterday", "REASON_MALFORMED"),
            ([name, "occurred_at"], None, "REASON_FIELD_MISSING"),
            (lines, [], "REASON_FIELD_MISSING"),
            ([name, "register_total_minor"], "-1", "REASON_AMOUNT_OUT_OF_RANGE"),
            ([name, "cash_rounding_minor"], "100", "REASON_AMOUNT_OUT_OF_RANGE"),
            ([name, "tenders"], [{"kind": "TENDER_KIND_CASH", "amount_minor": "-1"}],
             "REASON_AMOUNT_OUT_OF_RANGE"),
            ([name, "tenders"], [{"amount_minor": "1"}], "REASON_FIELD_MISSING"),
            ([name, "tenders"], [{"kind": "TENDER_KIND_GOLD"}], "REASON_MALFORMED"),
            ([name, "key"], {"phone": CONTROL}, "REASON_TEXT_INVALID"),
        ]
    else:
        cases += [([name, "at"], "9999-12-31T00:00:00Z", "REASON_TIME_OUT_OF_RANGE")]
    return [(changed({name: good}, path, value), reason) for path, value, reason in cases]


# Wrong details of a person, of enrolments and of what an owner sets.
DETAIL_CASES = [
    (["gender"], 9, "REASON_FIELD_INVALID"),
    (["family_status"], 9, "REASON_FIELD_INVALID"),
    (["city"], "x" * 101, "REASON_FIELD_INVALID"),
    (["city"], BIDI, "REASON_TEXT_INVALID"),
    (["language_code"], "h", "REASON_FIELD_INVALID"),
    (["language_code"], "he_IL", "REASON_FIELD_INVALID"),
    (["preferred_channel"], 9, "REASON_FIELD_INVALID"),
    (["custom_values"], [{"value": "1"}], "REASON_FIELD_MISSING"),
    (["custom_values"], [{"field_id": "no_such_field", "value": "1"}], "REASON_FIELD_INVALID"),
    (["custom_values"], [{"field_id": str(i)} for i in range(65)], "REASON_TOO_LARGE"),
]

SIGN_CASES = [
    (["signs"], [{}], "REASON_FIELD_MISSING"),
    (["signs"], [{"kind": "SIGN_KIND_SIGN_UP"}], "REASON_FIELD_INVALID"),
    (["signs"], [{"kind": 77}], "REASON_FIELD_INVALID"),
    (["signs"], [{"kind": "SIGN_KIND_VISIT"}] * 17, "REASON_TOO_LARGE"),
    (["signs"], [{"kind": "SIGN_KIND_VISIT", "occurred_at": "1969-01-01T00:00:00Z"}],
     "REASON_TIME_OUT_OF_RANGE"),
    (["signs"], [{"kind": "SIGN_KIND_VISIT", "source": {"kind": 77}}], "REASON_FIELD_INVALID"),
    (["signs"], [{"kind": "SIGN_KIND_VISIT", "branch_id": BIDI}], "REASON_TEXT_INVALID"),
    (["signs"], [{"kind": "SIGN_KIND_VISIT", "branch_id": "none"}], "REASON_BRANCH_UNKNOWN"),
]


def all_changed(good, cases):
    return [(changed(good, path, value), reason) for path, value, reason in cases]


LEAD_CASES = all_changed({"keys": [{"phone": "0541234567"}]}, SIGN_CASES + [
    (["keys"], [], "REASON_FIELD_MISSING"),
    (["keys"], [{"scanned": "1"}], "REASON_FIELD_INVALID"),
    (["keys"], [{"card": str(i)} for i in range(9)], "REASON_TOO_LARGE"),
    (["first_name"], BIDI, "REASON_TEXT_INVALID"),
    (["occurred_at"], "1969-01-01T00:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
    (["source"], {"name": "spring"}, "REASON_FIELD_MISSING"),
    (["source"], {"kind": "SOURCE_KIND_EVENT", "name": "x" * 65}, "REASON_FIELD_INVALID"),
    (["consents"], [{"channel": "CONTACT_CHANNEL_SMS", "granted": True}], "REASON_FIELD_MISSING"),
])


def enroll_cases(wrap):
    good = {"keys": [{"card": "c-1"}]}
    cases = [
        (["keys"], [], "REASON_FIELD_MISSING"),
        (["keys"], [{}], "REASON_FIELD_MISSING"),
        (["keys"], [{"scanned": "1"}], "REASON_FIELD_INVALID"),
        (["keys"], [{"last_digits": "1234"}], "REASON_FIELD_INVALID"),
        (["keys"], [{"card": CONTROL}], "REASON_TEXT_INVALID"),
        (["keys"], [{"card": "x" * 65}], "REASON_FIELD_INVALID"),
        (["keys"], [{"card": str(i)} for i in range(9)], "REASON_TOO_LARGE"),
        (["first_name"], CONTROL, "REASON_TEXT_INVALID"),
        (["first_name"], BIDI, "REASON_TEXT_INVALID"),
        (["last_name"], BIDI, "REASON_TEXT_INVALID"),
        (["last_name"], "x" * 101, "REASON_FIELD_INVALID"),
        (["occurred_at"], "1969-01-01T00:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
        (["birth_date"], "2000-02-30", "REASON_FIELD_INVALID"),
        (["anniversary_date"], "1849-12-31", "REASON_FIELD_INVALID"),
        (["consents"], [{"channel": "CONTACT_CHANNEL_SMS", "granted": True}],
         "REASON_FIELD_MISSING"),
        (["consents"], [{"granted": True, "wording": "v1"}], "REASON_FIELD_MISSING"),
        (["consents"], [{"channel": "CONTACT_CHANNEL_SMS", "wording": CONTROL}],
         "REASON_TEXT_INVALID"),
        (["source"], {"name": "spring"}, "REASON_FIELD_MISSING"),
    ] + DETAIL_CASES
    return [(wrap(changed(good, path, value)), reason) for path, value, reason in cases]


def page_cases(more=None):
    base = more or {}
    return [({**base, "page_size": -1}, "REASON_FIELD_INVALID"),
            ({**base, "page_size": 1000000}, "REASON_FIELD_INVALID"),
            ({**base, "page_token": "nonsense"}, "REASON_PAGE_TOKEN_INVALID")]


KEY_CASES = [
    ({}, "REASON_FIELD_MISSING"),
    ({"key": {}}, "REASON_FIELD_MISSING"),
    ({"key": {"phone": "1"}}, "REASON_FIELD_INVALID"),
    ({"key": {"card": CONTROL}}, "REASON_TEXT_INVALID"),
    ({"key": {"last_digits": "12a4"}}, "REASON_FIELD_INVALID"),
    ({"key": {"card": "not-a-member"}}, "REASON_MEMBER_UNKNOWN"),
]

GOOD_GROUP = {"group_id": "g", "title": "G", "question": {"has_tier": True}}

QUESTION_CASES = [
    ({}, "REASON_FIELD_MISSING"),
    ({"all": {"questions": []}}, "REASON_FIELD_MISSING"),
    ({"stages": {"stages": [0]}}, "REASON_FIELD_INVALID"),
    ({"stages": {"stages": ["STAGE_RICH"]}}, "REASON_MALFORMED"),
    ({"tags": {"names": [CONTROL]}}, "REASON_TEXT_INVALID"),
    ({"tags": {"names": ["x"] * 1001}}, "REASON_TOO_LARGE"),
    ({"spend": {"spend_minor": {"at_least": "-1"}}}, "REASON_AMOUNT_OUT_OF_RANGE"),
    ({"spend": {"spend_minor": {"at_least": OVER_INT64}}}, "REASON_MALFORMED"),
    ({"spend": {"spend_minor": {"at_least": "1"}, "last_days": 36501}}, "REASON_FIELD_INVALID"),
    ({"silent_days": {}}, "REASON_FIELD_MISSING"),
    ({"bought": {"filter": {"tags": ["new"]}}}, "REASON_FIELD_INVALID"),
    ({"custom": {"field_id": "none"}}, "REASON_FIELD_INVALID"),
    ({"missing": {"names": ["shoes"]}}, "REASON_FIELD_INVALID"),
    ({"top": {"share_bps": 10001}}, "REASON_FIELD_INVALID"),
    ({"any": {"questions": [{"any": {"questions": [{"has_tier": True}] * 100}}] * 3}},
     "REASON_TOO_LARGE"),
]

GROUP_CASES = [
    ({}, "REASON_FIELD_MISSING"),
    ({"group_id": "a b"}, "REASON_FIELD_INVALID"),
    ({"group_id": "none"}, "REASON_GROUP_UNKNOWN"),
]

QUESTION_OF_GROUP_CASES = GROUP_CASES + [
    ({"group_id": "g", "question": {"has_tier": True}}, "REASON_FIELD_INVALID"),
] + [({"question": question}, reason) for question, reason in QUESTION_CASES]

PROGRAM_CASES = [
    ({"program": changed(club.PROGRAM, path, value)}, reason) for path, value, reason in [
        (["currency_code"], "", "REASON_FIELD_MISSING"),
        (["currency_code"], "shekel", "REASON_FIELD_INVALID"),
        (["currency_code"], "USD", "REASON_PROGRAM_FIELD_FIXED"),
        (["time_zone"], "Asia/Atlantis", "REASON_FIELD_INVALID"),
        (["time_zone"], "../../etc/passwd", "REASON_FIELD_INVALID"),
        (["time_zone"], "Europe/London", "REASON_PROGRAM_FIELD_FIXED"),
        (["title"], BIDI, "REASON_TEXT_INVALID"),
        (["stages"], {"churn_factor_milli": "-1"}, "REASON_FIELD_INVALID"),
        (["stages"], {"loyal_spend_minor": "9223372036854775807"}, "REASON_FIELD_INVALID"),
        (["cash_rounding_minor"], "-10", "REASON_FIELD_INVALID"),
        (["start_time"], "9999-12-31T10:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
        (["surprise"], 1, "REASON_MALFORMED"),
        (["notice_days"], -1, "REASON_FIELD_INVALID"),
        (["notice_waiver"], "x" * (1 << 20), "REASON_TOO_LARGE"),
        (["benefits"], [{}], "REASON_FIELD_MISSING"),
        (["benefits"], [{"benefit_id": "b", "title": "B", "effect": {"set_price": {
            "unit_count": 3, "price_minor": "-1"}}}], "REASON_AMOUNT_OUT_OF_RANGE"),
        (["benefits"], [{"benefit_id": "b", "title": "B", "conditions": [{"tiers": {
            "tier_ids": ["none"]}}]}], "REASON_PROGRAM_CONTRADICTS"),
        (["rights"], [{"right_id": "r", "title": "R"}], "REASON_FIELD_MISSING"),
        (["points"], {"spending": {"thousand_points_value_minor": "5", "step_milli": "1000"}},
         "REASON_PROGRAM_CONTRADICTS"),
        (["tiers"], [{"tier_id": "t", "title": "T", "any_of": [{"spend_minor": "1"}]}],
         "REASON_FIELD_MISSING"),
        (["basket_cap_minor"], "10000000000001", "REASON_AMOUNT_OUT_OF_RANGE"),
    ]
] + [
    ({}, "REASON_FIELD_MISSING"),
    ({"program": {**club.PROGRAM, "title": "a second version",
                  "start_time": "2001-01-01T00:00:00Z"}}, "REASON_PROGRAM_START_PAST"),
]

BRANCH = {"branch_id": "b-1", "name": "סניף"}
REGISTER = {"register_id": "r-1", "branch_id": "main"}

AS_OF_CASES = [
    ({"as_of": {"date": "2026-02-30"}}, "REASON_FIELD_INVALID"),
    ({"as_of": {"date": "1969-12-31"}}, "REASON_TIME_OUT_OF_RANGE"),
    ({"as_of": {"instant": "9999-12-31T00:00:00Z"}}, "REASON_TIME_OUT_OF_RANGE"),
]

RETURN = {"receipt": "r-2", "occurred_at": "2026-06-01T10:00:00Z", "lines": [line("1", "A", 100)],
          "original": {"register_id": "R1", "receipt": "r-1"}}

RETURN_CASES = content_cases("returned", RETURN) + [
    (changed({"returned": RETURN}, ["returned", "original"], {"receipt": "x"}),
     "REASON_FIELD_MISSING"),
    (changed({"returned": RETURN}, ["returned", "original"], {"register_id": "קופה",
                                                            "receipt": "x"}),
     "REASON_FIELD_INVALID"),
]

RECEIPT_CASES = [({}, "REASON_FIELD_MISSING"),
                 ({"register_id": "R1", "receipt": "never-seen"}, "REASON_RECEIPT_UNKNOWN"),
                 ({"register_id": "קופה", "receipt": "x"}, "REASON_FIELD_INVALID")]

NOBODY = "ffffffffffffffff"


def decision_cases(good, more, member="member_id"):
    """Wrong decisions of an owner about a member: `good` has the fields of its own."""
    good = {"request_id": "q-1", member: NOBODY, "note": "sorry", "actor": "dana", **good}
    cases = [
        (["request_id"], "", "REASON_FIELD_MISSING"),
        (["request_id"], "x" * 65, "REASON_FIELD_INVALID"),
        (["request_id"], BIDI, "REASON_TEXT_INVALID"),
        ([member], "", "REASON_FIELD_MISSING"),
        ([member], "x" * 65, "REASON_FIELD_INVALID"),
        ([member], "no id of ours", "REASON_MEMBER_UNKNOWN"),
        (["note"], "", "REASON_FIELD_MISSING"),
        (["note"], "x" * 501, "REASON_FIELD_INVALID"),
        (["note"], CONTROL, "REASON_TEXT_INVALID"),
        (["actor"], "", "REASON_FIELD_MISSING"),
        (["actor"], "x" * 65, "REASON_FIELD_INVALID"),
        (["actor"], BIDI, "REASON_TEXT_INVALID"),
        (["note"], "sorry", "REASON_MEMBER_UNKNOWN"),
    ]
    return [(changed(good, path, value), reason) for path, value, reason in cases + more]


HOLD = {"request_id": "h-1", "member_id": NOBODY, "points_milli": "1000"}

HOLD_CASES = [(changed(HOLD, path, value), reason) for path, value, reason in [
    (["request_id"], "", "REASON_FIELD_MISSING"),
    (["request_id"], "x" * 65, "REASON_FIELD_INVALID"),
    (["request_id"], CONTROL, "REASON_TEXT_INVALID"),
    (["member_id"], "", "REASON_FIELD_MISSING"),
    (["member_id"], BIDI, "REASON_TEXT_INVALID"),
    (["points_milli"], "-1", "REASON_AMOUNT_OUT_OF_RANGE"),
    (["points_milli"], "1000000000000001", "REASON_AMOUNT_OUT_OF_RANGE"),
    (["points_milli"], OVER_INT64, "REASON_MALFORMED"),
    (["points_milli"], "0", "REASON_FIELD_MISSING"),
    (["rights"], [{}], "REASON_FIELD_MISSING"),
    (["rights"], [{"grant_id": CONTROL}], "REASON_TEXT_INVALID"),
    (["rights"], [{"grant_id": "x", "amount_minor": "-1"}], "REASON_AMOUNT_OUT_OF_RANGE"),
    (["rights"], [{"grant_id": str(i)} for i in range(101)], "REASON_FIELD_INVALID"),
    (["request_id"], "h-1", "REASON_MEMBER_UNKNOWN"),
    (["member_id"], "no id of ours", "REASON_MEMBER_UNKNOWN"),
]]

UPDATE_CASES = [(changed({"member_id": NOBODY}, path, value), reason) for path, value, reason in [
    (["member_id"], "", "REASON_FIELD_MISSING"),
    (["member_id"], NOBODY, "REASON_MEMBER_UNKNOWN"),
    (["birth_date"], "yesterday", "REASON_FIELD_INVALID"),
    (["birth_date"], "2026-02-30", "REASON_FIELD_INVALID"),
    (["birth_date"], "1849-12-31", "REASON_FIELD_INVALID"),
    (["anniversary_date"], "2026-1-1", "REASON_FIELD_INVALID"),
    (["add_tags"], [""], "REASON_FIELD_MISSING"),
    (["add_tags"], ["x" * 65], "REASON_FIELD_INVALID"),
    (["add_tags"], [BIDI], "REASON_TEXT_INVALID"),
    (["add_tags"], [str(i) for i in range(65)], "REASON_FIELD_INVALID"),
    (["remove_tags"], [CONTROL], "REASON_TEXT_INVALID"),
    (["first_name"], "x" * 101, "REASON_FIELD_INVALID"),
    (["last_name"], BIDI, "REASON_TEXT_INVALID"),
    (["confirm_fields"], [""], "REASON_FIELD_MISSING"),
    (["confirm_fields"], ["phone"], "REASON_FIELD_INVALID"),
    (["confirm_fields"], ["city"] * 65, "REASON_TOO_LARGE"),
    (["actor"], CONTROL, "REASON_TEXT_INVALID"),
    (["city"], "Haifa", "REASON_MEMBER_UNKNOWN"),
] + DETAIL_CASES]

INTEREST_CASES = all_changed(
    {"member_id": NOBODY, "signs": [{"kind": "SIGN_KIND_VISIT"}]}, SIGN_CASES + [
        (["member_id"], "", "REASON_FIELD_MISSING"),
        (["member_id"], BIDI, "REASON_TEXT_INVALID"),
        (["member_id"], "no id of ours", "REASON_MEMBER_UNKNOWN"),
        (["signs"], [], "REASON_FIELD_MISSING"),
        (["member_id"], NOBODY, "REASON_MEMBER_UNKNOWN")])

CONSENT = {"channel": "CONTACT_CHANNEL_SMS", "granted": True, "wording": "v1"}
CONSENT_CASES = all_changed({"member_id": NOBODY, "consents": [CONSENT]}, [
    (["member_id"], "", "REASON_FIELD_MISSING"),
    (["member_id"], BIDI, "REASON_TEXT_INVALID"),
    (["member_id"], NOBODY, "REASON_MEMBER_UNKNOWN"),
    (["consents"], [], "REASON_FIELD_MISSING"),
    (["consents"], [CONSENT] * 9, "REASON_TOO_LARGE"),
    (["consents", 0, "channel"], None, "REASON_FIELD_MISSING"),
    (["consents", 0, "channel"], 9, "REASON_FIELD_INVALID"),
    (["consents", 0, "wording"], None, "REASON_FIELD_MISSING"),
    (["consents", 0, "wording"], "x" * 501, "REASON_FIELD_INVALID"),
    (["consents", 0, "place"], CONTROL, "REASON_TEXT_INVALID"),
    (["consents", 0, "occurred_at"], "9999-12-31T00:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
])

NOTE_CASES = all_changed(
    {"request_id": "q-1", "member_id": NOBODY, "text": "likes tea", "actor": "dana"}, [
        (["request_id"], "", "REASON_FIELD_MISSING"),
        (["request_id"], BIDI, "REASON_TEXT_INVALID"),
        (["member_id"], "", "REASON_FIELD_MISSING"),
        (["text"], "", "REASON_FIELD_MISSING"),
        (["text"], "x" * 2001, "REASON_FIELD_INVALID"),
        (["text"], BIDI, "REASON_TEXT_INVALID"),
        (["actor"], "", "REASON_FIELD_MISSING"),
        (["actor"], "x" * 65, "REASON_FIELD_INVALID"),
        (["text"], "likes tea", "REASON_MEMBER_UNKNOWN")])

ASKED = {"member_id": NOBODY, "field": "email", "ask_time": "2026-06-01T10:00:00Z"}
ASKED_CASES = all_changed({"asks": [ASKED]}, [
    (["asks"], [], "REASON_FIELD_MISSING"),
    (["asks"], [ASKED] * 257, "REASON_TOO_LARGE"),
    (["asks", 0, "member_id"], "", "REASON_FIELD_MISSING"),
    (["asks", 0, "member_id"], BIDI, "REASON_TEXT_INVALID"),
    (["asks", 0, "field"], "", "REASON_FIELD_MISSING"),
    (["asks", 0, "field"], "weight", "REASON_FIELD_INVALID"),
    (["asks", 0, "ask_time"], None, "REASON_FIELD_MISSING"),
    (["asks", 0, "ask_time"], "1969-01-01T00:00:00Z", "REASON_TIME_OUT_OF_RANGE"),
])

CUSTOM_FIELD = {"field_id": "size", "title": "Size", "choice": {"choices": ["small", "large"]}}

SETTINGS_CASES = [({"settings": settings}, reason) for settings, reason in [
    ({"targets": {"list_size": "-1"}}, "REASON_AMOUNT_OUT_OF_RANGE"),
    ({"targets": {"met_per_month": "1000000001"}}, "REASON_AMOUNT_OUT_OF_RANGE"),
    ({"targets": {"met_per_week": OVER_INT64}}, "REASON_MALFORMED"),
    ({"custom_fields": [{**CUSTOM_FIELD, "field_id": ""}]}, "REASON_FIELD_MISSING"),
    ({"custom_fields": [{**CUSTOM_FIELD, "field_id": "Size"}]}, "REASON_FIELD_INVALID"),
    ({"custom_fields": [CUSTOM_FIELD, CUSTOM_FIELD]}, "REASON_FIELD_INVALID"),
    ({"custom_fields": [{**CUSTOM_FIELD, "title": BIDI}]}, "REASON_TEXT_INVALID"),
    ({"custom_fields": [{**CUSTOM_FIELD, "choice": {}}]}, "REASON_FIELD_MISSING"),
    ({"custom_fields": [{**CUSTOM_FIELD, "field_id": f"f{i}"} for i in range(65)]},
     "REASON_TOO_LARGE"),
    ({"ask_fields": ["shoe_size"]}, "REASON_FIELD_INVALID"),
    ({"ask_fields": ["custom.size"]}, "REASON_FIELD_INVALID"),
    ({"ask_pause_days": 3651}, "REASON_FIELD_INVALID"),
    ({"discontinued": {"skus": [CONTROL]}}, "REASON_TEXT_INVALID"),
    ({"week_start_day": 8}, "REASON_FIELD_INVALID"),
    ({"review_pause_days": -1}, "REASON_FIELD_INVALID"),
    ({"review_silent_days": 3651}, "REASON_FIELD_INVALID"),
    ({"surprise": 1}, "REASON_MALFORMED"),
    ({"revision": "7", "ask_pause_days": 3}, "REASON_SETTINGS_CHANGED"),
]]
