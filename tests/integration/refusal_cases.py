"""Wrong requests of every RPC, with the reason that each is refused with."""

import base64

from club import line, sale
from wrong_parts import (
    ASKED_CASES, AS_OF_CASES, BIDI, BRANCH, CONSENT_CASES, CONTROL, GOOD_GROUP, GROUP_CASES,
    HOLD_CASES, INTEREST_CASES, KEY_CASES, LEAD_CASES, NOBODY, NOTE_CASES, OK_SALE, OVER_INT64,
    PROGRAM_CASES, QUESTION_CASES, QUESTION_OF_GROUP_CASES, RECEIPT_CASES, REGISTER,
    RETURN_CASES, SETTINGS_CASES, UPDATE_CASES, changed, content_cases, decision_cases,
    enroll_cases, page_cases)

DIGEST_KEY = base64.b64encode(bytes(32)).decode()
SHORT_KEY = base64.b64encode(bytes(31)).decode()
TOO_MUCH = base64.b64encode(bytes((1 << 20) + 1)).decode()
JOURNAL = base64.b64encode(bytes(16)).decode()
HANDED = {"journal_id": JOURNAL, "entries": [
    {"entry": {"sequence": "1"}, "commit_time": "2026-06-01T10:00:00Z"}]}
TURN = {"turn": "1", "journal_id": JOURNAL}
SETTLED = {"register_id": "R1", "journal_id": "0" * 32, "sequence": "1"}

CASES = {
    "RegisterService.Identify": KEY_CASES,
    "RegisterService.Quote": content_cases("basket", {"lines": [line("1", "A", 100)]}),
    "RegisterService.Hold": content_cases("basket", {"lines": [line("1", "A", 100)]}),
    "RegisterService.Commit": content_cases("sale", OK_SALE) + [
        ({}, "REASON_FIELD_MISSING"),
        ({"sale": sale("kept", [line("1", "A", 1)])}, "REASON_RECEIPT_REUSED")],
    "RegisterService.Cancel": [({}, "REASON_FIELD_MISSING"),
                               ({"hold_id": "x"}, "REASON_HOLD_UNKNOWN")],
    "RegisterService.Return": RETURN_CASES + [({}, "REASON_FIELD_MISSING")],
    "RegisterService.GetReceipt": RECEIPT_CASES,
    "RegisterService.Enroll": enroll_cases(lambda m: {"member": m}),
    "RegisterService.Status": [],
    "RegisterService.Pending": page_cases(),
    "SyncService.Record": [
        ({}, "REASON_FIELD_MISSING"),
        ({"entries": [{"sequence": str(i), "sale": ""} for i in range(257)]}, "REASON_TOO_LARGE")],
    "SyncService.FindMember": KEY_CASES,
    "SyncService.FetchFacts": [({"page_size": -1}, "REASON_FIELD_INVALID"),
                               ({"page_size": 1000000}, "REASON_FIELD_INVALID"),
                               ({"cursor": "nonsense"}, "REASON_PAGE_TOKEN_INVALID")],
    "SyncService.FetchCards": [
        ({"page_size": -1, "cursor": "nonsense"}, "REASON_FIELD_MISSING"),
        ({"digest_key": SHORT_KEY, "page_size": -1}, "REASON_FIELD_INVALID"),
        ({"digest_key": DIGEST_KEY, "page_size": -1}, "REASON_FIELD_INVALID"),
        ({"digest_key": DIGEST_KEY, "page_size": 5001}, "REASON_FIELD_INVALID"),
        ({"digest_key": DIGEST_KEY, "cursor": "nonsense"}, "REASON_PAGE_TOKEN_INVALID")],
    "SyncService.GetFacts": [({}, "REASON_FIELD_MISSING"),
                             ({"member_id": BIDI}, "REASON_TEXT_INVALID"),
                             ({"member_id": NOBODY}, "REASON_MEMBER_UNKNOWN")],
    "SyncService.PlaceHold": HOLD_CASES,
    "SyncService.CancelHold": [({}, "REASON_FIELD_MISSING"),
                               ({"hold_id": "x" * 65}, "REASON_FIELD_INVALID"),
                               ({"hold_id": "no id of ours"}, "REASON_HOLD_UNKNOWN"),
                               ({"hold_id": NOBODY}, "REASON_HOLD_UNKNOWN")],
    "SyncService.FetchPrograms": [({"after_version": "-1"}, "REASON_FIELD_INVALID")],
    "SyncService.Enroll": enroll_cases(lambda m: {"member": m}),
    "SyncService.NoteAsked": ASKED_CASES,
    "SyncService.TakeLeases": [
        ({}, "REASON_FIELD_INVALID"),
        ({"turn": "-1"}, "REASON_FIELD_INVALID"),
        ({"turn": OVER_INT64}, "REASON_MALFORMED"),
        ({**TURN, "previous_turn": "1"}, "REASON_FIELD_INVALID"),
        ({**TURN, "previous_turn": "-1"}, "REASON_FIELD_INVALID"),
        ({"turn": "1"}, "REASON_FIELD_MISSING"),
        ({**TURN, "journal_id": SHORT_KEY}, "REASON_FIELD_INVALID"),
        ({**TURN, "kept": [{}] * 2001}, "REASON_TOO_LARGE"),
        ({**TURN, "slices": [{}] * 1001}, "REASON_TOO_LARGE"),
        ({**TURN, "kept": [{"grant_id": NOBODY}]}, "REASON_FIELD_MISSING"),
        ({**TURN, "kept": [{"member_id": NOBODY}]}, "REASON_FIELD_MISSING"),
        ({**TURN, "slices": [{}]}, "REASON_FIELD_MISSING"),
        ({**TURN, "slices": [{"benefit_id": "tea", "amount_minor": "-1"}]},
         "REASON_FIELD_INVALID"),
        ({**TURN, "slices": [{"benefit_id": "tea", "use_count": "-1"}]},
         "REASON_FIELD_INVALID")],
    "SyncService.HandOver": [
        ({}, "REASON_FIELD_MISSING"),
        (changed(HANDED, ["entries"], HANDED["entries"] * 257), "REASON_TOO_LARGE"),
        (changed(HANDED, ["entries", 0, "entry", "sequence"], "0"), "REASON_FIELD_INVALID"),
        (changed(HANDED, ["entries", 0, "commit_time"], "1969-12-31T23:59:59Z"),
         "REASON_TIME_OUT_OF_RANGE"),
        (changed(HANDED, ["entries", 0, "entry", "sale"], TOO_MUCH), "REASON_TOO_LARGE"),
        (changed(HANDED, ["journal_id"], None), "REASON_FIELD_MISSING"),
        (changed(HANDED, ["journal_id"], SHORT_KEY), "REASON_FIELD_INVALID")],
    "OfflineService.ListLosses": page_cases() + [
        ({"from_date": "2026-02-30"}, "REASON_FIELD_INVALID"),
        ({"from_date": CONTROL}, "REASON_FIELD_INVALID"),
        ({"until_date": "1969-12-31"}, "REASON_FIELD_INVALID"),
        ({"until_date": BIDI, "page_size": -1}, "REASON_FIELD_INVALID"),
        ({"from_date": "2026-02-02", "until_date": "2026-02-01"}, "REASON_FIELD_INVALID")],
    "OfflineService.ListHandedOver": page_cases(),
    "OfflineService.SettleHandedOver": [
        (changed(SETTLED, ["register_id"], ""), "REASON_FIELD_MISSING"),
        (changed(SETTLED, ["register_id"], "a b"), "REASON_FIELD_INVALID"),
        (changed(SETTLED, ["journal_id"], ""), "REASON_FIELD_MISSING"),
        (changed(SETTLED, ["journal_id"], "x" * 32), "REASON_FIELD_INVALID"),
        (changed(SETTLED, ["sequence"], "0"), "REASON_FIELD_INVALID"),
        (changed(SETTLED, ["note"], CONTROL), "REASON_TEXT_INVALID"),
        (changed(SETTLED, ["note"], "x" * 1001), "REASON_FIELD_INVALID"),
        (SETTLED, "REASON_RECEIPT_UNKNOWN")],
    "SyncService.GetReceipt": RECEIPT_CASES,
    "SyncService.Heartbeat": [
        ({"undelivered_count": "-1"}, "REASON_FIELD_INVALID"),
        ({"agent_version": CONTROL}, "REASON_TEXT_INVALID"),
        ({"agent_time": "9999-12-31T00:00:00Z"}, "REASON_TIME_OUT_OF_RANGE")],
    "MemberService.GetMember": KEY_CASES + [
        ({"member_id": "ffffffffffffffff"}, "REASON_MEMBER_UNKNOWN"),
        ({"member_id": "no id of ours"}, "REASON_MEMBER_UNKNOWN")],
    "MemberService.ListMembers": page_cases(),
    "MemberService.EnrollMember": enroll_cases(lambda m: m),
    "MemberService.CaptureLead": LEAD_CASES,
    "MemberService.RecordInterest": INTEREST_CASES,
    "MemberService.UpdateMember": UPDATE_CASES,
    "MemberService.RecordConsent": CONSENT_CASES,
    "MemberService.AddNote": NOTE_CASES,
    "MemberService.SetServiceWish": decision_cases({"refuses_services": True}, []),
    "MemberService.AdjustPoints": decision_cases({"points_milli": "1000"}, [
        (["points_milli"], "0", "REASON_FIELD_MISSING"),
        (["points_milli"], "1000000000001", "REASON_AMOUNT_OUT_OF_RANGE"),
        (["points_milli"], "-1000000000001", "REASON_AMOUNT_OUT_OF_RANGE"),
        (["points_milli"], OVER_INT64, "REASON_MALFORMED")]),
    "MemberService.GrantMemberRight": decision_cases({"right_id": "coffee"}, [
        (["right_id"], "", "REASON_FIELD_MISSING"),
        (["right_id"], CONTROL, "REASON_TEXT_INVALID")]),
    "MemberService.LockTier": decision_cases({"tier_id": "gold", "until_date": "2100-01-01"}, [
        (["tier_id"], "", "REASON_FIELD_MISSING"),
        (["tier_id"], BIDI, "REASON_TEXT_INVALID"),
        (["until_date"], "", "REASON_FIELD_MISSING"),
        (["until_date"], "2100-02-30", "REASON_FIELD_INVALID"),
        (["until_date"], "1969-12-31", "REASON_TIME_OUT_OF_RANGE")]),
    "MemberService.MergeMembers": decision_cases({"kept_member_id": "00000000000000ff"}, [
        (["kept_member_id"], "", "REASON_FIELD_MISSING"),
        (["kept_member_id"], CONTROL, "REASON_TEXT_INVALID"),
        (["kept_member_id"], NOBODY, "REASON_FIELD_INVALID")], member="lost_member_id"),
    "MemberService.UndoMerge": decision_cases({}, [], member="lost_member_id"),
    "MemberService.EraseMember": [
        ({}, "REASON_FIELD_MISSING"),
        ({"member_id": NOBODY}, "REASON_FIELD_MISSING"),
        ({"member_id": "x" * 65, "actor": "dana"}, "REASON_FIELD_INVALID"),
        ({"member_id": CONTROL, "actor": "dana"}, "REASON_TEXT_INVALID"),
        ({"member_id": NOBODY, "actor": "x" * 65}, "REASON_FIELD_INVALID"),
        ({"member_id": NOBODY, "actor": BIDI}, "REASON_TEXT_INVALID"),
        ({"member_id": NOBODY, "actor": "dana"}, "REASON_MEMBER_UNKNOWN")],
    "MemberService.ListStory": page_cases({"member_id": NOBODY}) + [
        ({}, "REASON_FIELD_MISSING"),
        ({"member_id": "x" * 65}, "REASON_FIELD_INVALID"),
        ({"member_id": CONTROL}, "REASON_TEXT_INVALID"),
        ({"member_id": NOBODY}, "REASON_MEMBER_UNKNOWN")],
    "MemberService.ListPoints": page_cases({"member_id": NOBODY}) + [
        ({}, "REASON_FIELD_MISSING"),
        ({"member_id": CONTROL}, "REASON_TEXT_INVALID"),
        ({"member_id": NOBODY}, "REASON_MEMBER_UNKNOWN")],
    "ProgramService.PublishProgram": PROGRAM_CASES,
    "ProgramService.GetProgram": [({"version": "99"}, "REASON_PROGRAM_UNKNOWN"),
                                  ({"version": "-1"}, "REASON_PROGRAM_UNKNOWN")],
    "ProgramService.CheckProgram": [],
    "ProgramService.ListPrograms": page_cases(),
    "ReportService.CountStages": AS_OF_CASES,
    "ReportService.GetTotals": [],
    "ReportService.ExportMembers": AS_OF_CASES + page_cases(),
    "ReportService.GetSale": RECEIPT_CASES,
    "ReportService.ListSales": page_cases() + [
        ({"member_id": "no id of ours"}, "REASON_MEMBER_UNKNOWN")],
    "ValueService.CountScores": [],
    "ValueService.ListScores": page_cases(),
    "ValueService.GetCohorts": [],
    "ValueService.GetValue": [
        ({"from_date": "2026-02-30"}, "REASON_FIELD_INVALID"),
        ({"from_date": "1969-12-31"}, "REASON_TIME_OUT_OF_RANGE"),
        ({"until_date": "today"}, "REASON_FIELD_INVALID"),
        ({"until_date": "9999-12-31"}, "REASON_TIME_OUT_OF_RANGE"),
        ({"from_date": "2026-01-02", "until_date": "2026-01-01"}, "REASON_FIELD_INVALID")],
    "LifecycleService.FitLifecycle": [
        ({"horizon_days": 6}, "REASON_FIELD_INVALID"),
        ({"horizon_days": -1}, "REASON_FIELD_INVALID"),
        ({"horizon_days": 3651}, "REASON_FIELD_INVALID"),
        ({"calibration_end_date": "2026-02-30"}, "REASON_FIELD_INVALID"),
        ({"calibration_end_date": "1969-12-31"}, "REASON_TIME_OUT_OF_RANGE"),
        ({"calibration_end_date": "2999-01-01"}, "REASON_FIELD_INVALID"),
        ({}, "REASON_HISTORY_SHORT"),
        ({"calibration_end_date": "2001-01-01", "horizon_days": 30}, "REASON_HISTORY_SHORT")],
    "LifecycleService.ListCalls": page_cases() + page_cases({"order": "CALL_ORDER_FRESH"}) + [
        ({"stages": ["STAGE_UNSPECIFIED"]}, "REASON_FIELD_INVALID"),
        ({"stages": ["STAGE_LOYAL", 7]}, "REASON_FIELD_INVALID"),
        ({"stages": ["STAGE_ASLEEP"]}, "REASON_MALFORMED"),
        ({"order": 3}, "REASON_FIELD_INVALID")],
    "LifecycleService.ProposeReviews": page_cases(),
    "LifecycleService.DecideReview": decision_cases({"outcome": "REVIEW_OUTCOME_KEEP"}, [
        (["outcome"], "REVIEW_OUTCOME_UNSPECIFIED", "REASON_FIELD_MISSING"),
        (["outcome"], 4, "REASON_FIELD_INVALID")]),
    "AdminService.AddBranch": [({}, "REASON_FIELD_MISSING")] + [
        ({"branch": changed(BRANCH, path, value)}, reason) for path, value, reason in [
            (["branch_id"], "", "REASON_FIELD_MISSING"),
            (["branch_id"], "סניף", "REASON_FIELD_INVALID"),
            (["branch_id"], "x" * 33, "REASON_FIELD_INVALID"),
            (["name"], BIDI, "REASON_TEXT_INVALID"),
            (["time_zone"], "Nowhere/City", "REASON_FIELD_INVALID"),
            (["day_start_minutes"], -1, "REASON_FIELD_INVALID"),
            (["day_start_minutes"], 1440, "REASON_FIELD_INVALID"),
            (["region_id"], "far away", "REASON_FIELD_INVALID"),
            (["region_id"], "x" * 33, "REASON_FIELD_INVALID"),
            (["branch_id"], "main", "REASON_ID_TAKEN"),
        ]],
    "AdminService.ListBranches": page_cases(),
    "AdminService.RevokeBranch": [({}, "REASON_FIELD_MISSING"),
                                  ({"branch_id": "none"}, "REASON_BRANCH_UNKNOWN"),
                                  ({"branch_id": "main"}, "REASON_BRANCH_IN_USE")],
    "AdminService.AddRegister": [({}, "REASON_FIELD_MISSING")] + [
        ({"register": changed(REGISTER, path, value)}, reason) for path, value, reason in [
            (["register_id"], "", "REASON_FIELD_MISSING"),
            (["register_id"], "a b", "REASON_FIELD_INVALID"),
            (["name"], CONTROL, "REASON_TEXT_INVALID"),
            (["branch_id"], "none", "REASON_BRANCH_UNKNOWN"),
            (["register_id"], "R1", "REASON_ID_TAKEN"),
        ]],
    "AdminService.ListRegisters": page_cases(),
    "AdminService.RevokeRegister": [({}, "REASON_FIELD_MISSING"),
                                    ({"register_id": "none"}, "REASON_REGISTER_UNKNOWN")],
    "AdminService.Verify": page_cases(),
    "GroupService.SaveGroup": [
        ({"group": changed(GOOD_GROUP, path, value)}, reason) for path, value, reason in [
            (["group_id"], "", "REASON_FIELD_MISSING"),
            (["group_id"], "two words", "REASON_FIELD_INVALID"),
            (["title"], BIDI, "REASON_TEXT_INVALID"),
            (["question"], None, "REASON_FIELD_MISSING"),
        ]] + [({"group": {**GOOD_GROUP, "question": question}}, reason)
              for question, reason in QUESTION_CASES],
    "GroupService.GetGroup": GROUP_CASES,
    "GroupService.ListGroups": page_cases(),
    "GroupService.DeleteGroup": GROUP_CASES,
    "GroupService.CountGroup": QUESTION_OF_GROUP_CASES,
    "GroupService.ListGroupMembers": QUESTION_OF_GROUP_CASES + page_cases(
        {"question": {"has_tier": True}}),
    "SettingsService.GetSettings": [],
    "SettingsService.SaveSettings": SETTINGS_CASES,
    "WeekService.GetWeek": [
        ({"date": "2026-02-30"}, "REASON_FIELD_INVALID"),
        ({"date": "2026-6-1"}, "REASON_FIELD_INVALID"),
        ({"date": "9999-12-30"}, "REASON_FIELD_INVALID"),  # has not begun
        ({"date": "1969-12-31"}, "REASON_TIME_OUT_OF_RANGE"),
        ({"branch_id": "none"}, "REASON_BRANCH_UNKNOWN")],
}
