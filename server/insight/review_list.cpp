#include "server/insight/review_list.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/insight/call_message.h"
#include "server/insight/discontinued.h"
#include "server/insight/review_reasons.h"
#include "server/operations/page_token.h"
#include "server/storage/review_store.h"

namespace moadon {
namespace {

constexpr int kDefaultReviews = 100;
constexpr int kMaxReviews = 1000;
constexpr int kMembersPerScan = 1000;
constexpr absl::string_view kCall = "reviews";

// The latest day on which anything was heard of a person, of whom `row` is one part.
absl::Status see_last_day(sqlite::Connection& connection, const storage::MemberRow& row,
                          int64_t& last_seen_day) {
  const auto see = [&](const std::optional<int64_t>& day) {
    if (day) last_seen_day = std::max(last_seen_day, *day);
  };
  see(row.met_day);
  see(row.enrolled_day);
  see(row.last_fact_day);
  if (row.sign_count == 0) return absl::OkStatus();
  const auto sign = storage::last_sign_day(connection, row.member_id);
  if (sign.ok()) see(*sign);
  return sign.status();
}

// Decides about one member after another, on one reader and one day.
class Proposals final {
 public:
  Proposals(sqlite::Connection& connection, const ClubView& view, absl::CivilDay day)
      : connection_(connection),
        view_(view),
        day_(day),
        numbers_(review_numbers(view.settings())),
        discontinued_(view.settings().discontinued()) {}

  // The member's proposal; empty: nothing to look at now.
  absl::StatusOr<std::optional<v1::Review>> review_of(int64_t member_id) {
    const auto last = storage::find_last_review(connection_, member_id);
    if (!last.ok()) return last.status();
    if (*last && pauses_review(static_cast<v1::ReviewOutcome>((*last)->outcome),
                               (*last)->review_day, numbers_, day_number(day_))) {
      return std::optional<v1::Review>();
    }
    const auto row = storage::find_member(connection_, member_id);
    if (!row.ok()) return row.status();
    if (!*row) return absl::InternalError("a member that was just listed is gone");
    const absl::StatusOr<ReviewFacts> facts = facts_of(**row);
    if (!facts.ok()) return facts.status();
    const auto reasons = review_reasons(*facts, numbers_, day_number(day_));
    if (reasons.empty()) return std::optional<v1::Review>();
    return message(**row, reasons, *last);
  }

 private:
  absl::StatusOr<ReviewFacts> facts_of(const storage::MemberRow& row) {
    ReviewFacts facts;
    if (row.purchase_days > 0) facts.last_purchase_day = row.last_purchase_day;
    facts.refuses_services = row.refuse_us.has_value();
    const auto ids = ids_of_person(connection_, row);
    if (!ids.ok()) return ids.status();
    facts.last_seen_day = row.met_day;
    absl::Status seen = see_last_day(connection_, row, facts.last_seen_day);
    for (size_t i = 1; i < ids->size() && seen.ok(); ++i) {
      const auto part = storage::find_member(connection_, (*ids)[i]);
      if (!part.ok()) return part.status();
      if (*part) seen = see_last_day(connection_, **part, facts.last_seen_day);
    }
    if (!seen.ok()) return seen;
    if (facts.last_purchase_day) {
      const auto only = discontinued_.holds_for(connection_, *ids);
      if (!only.ok()) return only.status();
      facts.has_only_discontinued = *only;
    }
    return facts;
  }

  absl::StatusOr<std::optional<v1::Review>> message(const storage::MemberRow& row,
                                                    const std::vector<v1::ReviewReason>& reasons,
                                                    const std::optional<storage::ReviewRow>& last) {
    v1::Review review;
    absl::StatusOr<v1::Call> member = call_message(connection_, row, view_, day_);
    if (!member.ok()) return member.status();
    *review.mutable_member() = *std::move(member);
    for (const v1::ReviewReason reason : reasons) review.add_reasons(reason);
    if (last) {
      review.set_last_outcome(static_cast<v1::ReviewOutcome>(last->outcome));
      *review.mutable_last_review_time() = timestamp_of(last->review_us);
    }
    return std::optional<v1::Review>(std::move(review));
  }

  sqlite::Connection& connection_;
  const ClubView& view_;
  const absl::CivilDay day_;
  const ReviewNumbers numbers_;
  DiscontinuedOnly discontinued_;
};

absl::StatusOr<int64_t> place_of(const std::string& token) {
  if (token.empty()) return 0;
  const auto parts = page_token_parts(kCall, token, 1);
  if (!parts.ok()) return parts.status();
  return page_token_number(parts->front());
}

// Fills a page. A token is given when it is full, though nobody may come after it.
absl::Status fill_page(sqlite::Connection& connection, Proposals& proposals, int64_t after_id,
                       int page_size, v1::ProposeReviewsResponse& response) {
  while (true) {
    const auto ids = storage::list_reviewable(connection, after_id, kMembersPerScan);
    if (!ids.ok()) return ids.status();
    for (const int64_t member_id : *ids) {
      auto review = proposals.review_of(member_id);
      if (!review.ok()) return review.status();
      if (!*review) continue;
      *response.add_reviews() = **std::move(review);
      if (response.reviews_size() < page_size) continue;
      response.set_next_page_token(page_token(kCall, {absl::StrCat(member_id)}));
      return absl::OkStatus();
    }
    if (static_cast<int>(ids->size()) < kMembersPerScan) return absl::OkStatus();
    after_id = ids->back();
  }
}

}  // namespace

absl::StatusOr<v1::ProposeReviewsResponse> propose_reviews(
    Club& club, const v1::ProposeReviewsRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultReviews, kMaxReviews);
  if (!page_size.ok()) return page_size.status();
  const absl::StatusOr<int64_t> after_id = place_of(request.page_token());
  if (!after_id.ok()) return after_id.status();
  const ClubViewPtr view = club.view();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  Proposals proposals(**reader, *view, view->day_of(club.clock().now_us()));
  v1::ProposeReviewsResponse response;
  const absl::Status filled = fill_page(**reader, proposals, *after_id, *page_size, response);
  if (!filled.ok()) return filled;
  return response;
}

}  // namespace moadon
