#include "server/operations/impersonal.h"

#include <utility>

#include "moadon/v1/member_service.pb.h"
#include "server/operations/facts_seal.h"

namespace moadon {
namespace {

void make_impersonal(v1::Member& member) {
  v1::Member left;
  left.set_member_id(member.member_id());
  left.mutable_facts()->Swap(member.mutable_facts());
  moadon::make_impersonal(*left.mutable_facts());
  left.set_stage_since_date(member.stage_since_date());
  left.set_met_date(member.met_date());
  left.set_enrolled_date(member.enrolled_date());
  left.set_tier_since_date(member.tier_since_date());
  if (member.has_refuse_time()) *left.mutable_refuse_time() = member.refuse_time();
  if (member.has_archive_time()) *left.mutable_archive_time() = member.archive_time();
  if (member.has_source()) *left.mutable_source() = member.source();
  left.set_met_branch_id(member.met_branch_id());
  left.set_merged_into(member.merged_into());
  member.Swap(&left);
}

template <typename Response, typename Strip>
absl::StatusOr<std::string> stripped(const std::string& answer, Strip strip) {
  Response response;
  if (!response.ParseFromString(answer)) {
    return absl::InternalError("a decision's answer cannot be read");
  }
  strip(response);
  return canonical_bytes(response);
}

}  // namespace

void make_impersonal(v1::MemberFacts& facts) {
  if (facts.birthday().empty() && facts.anniversary().empty() && facts.tags().empty()) return;
  facts.clear_birthday();
  facts.clear_anniversary();
  facts.clear_tags();
  facts.clear_seal();
}

bool lacks_personal_parts(const v1::MemberFacts& facts) {
  return facts.snapshot() > 0 && facts.seal().empty();
}

absl::StatusOr<std::string> impersonal_answer(storage::DecisionKind kind,
                                              const std::string& answer) {
  using storage::DecisionKind;
  const auto strip_member = [](auto& response) { make_impersonal(*response.mutable_member()); };
  switch (kind) {
    case DecisionKind::kPoints:
      return stripped<v1::AdjustPointsResponse>(
          answer, [](auto& response) { make_impersonal(*response.mutable_facts()); });
    case DecisionKind::kTier:
      return stripped<v1::LockTierResponse>(answer, strip_member);
    case DecisionKind::kNote:
      return stripped<v1::AddNoteResponse>(
          answer, [](auto& response) { response.mutable_note()->clear_text(); });
    case DecisionKind::kRefuses:
    case DecisionKind::kWants:
      return stripped<v1::SetServiceWishResponse>(answer, strip_member);
    case DecisionKind::kMerge:
      return stripped<v1::MergeMembersResponse>(answer, strip_member);
    case DecisionKind::kUndoMerge:
      return stripped<v1::UndoMergeResponse>(answer, [](auto& response) {
        make_impersonal(*response.mutable_kept());
        make_impersonal(*response.mutable_lost());
      });
    case DecisionKind::kRight:
    case DecisionKind::kKeep:
    case DecisionKind::kContact:
    case DecisionKind::kArchive:
    case DecisionKind::kErase:
      break;  // they name nobody
  }
  return answer;
}

}  // namespace moadon
