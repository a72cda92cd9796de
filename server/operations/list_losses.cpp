#include "server/operations/list_losses.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/member_id.h"
#include "server/operations/member_rights.h"
#include "server/operations/page_token.h"
#include "server/storage/loss_store.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

constexpr int kDefaultLosses = 100;
constexpr int kMaxLosses = 1000;
constexpr size_t kTokenParts = 4;

absl::StatusOr<int64_t> day_of(const std::string& date, absl::string_view field,
                               int64_t when_empty) {
  if (date.empty()) return when_empty;
  const absl::StatusOr<absl::CivilDay> day = parse_day(date, field);
  if (day.ok()) return day_number(*day);
  return refuse(v1::REASON_FIELD_INVALID, "not a date that can be asked for",
                {{"field", field}, {"limit", "1970-01-01 to 9999-12-30"}});
}

absl::StatusOr<storage::LossDays> days_of(const v1::ListLossesRequest& request) {
  const auto from = day_of(request.from_date(), "from_date", std::numeric_limits<int64_t>::min());
  if (!from.ok()) return from.status();
  const auto until =
      day_of(request.until_date(), "until_date", std::numeric_limits<int64_t>::max());
  if (!until.ok()) return until.status();
  if (*from > *until) {
    return refuse(v1::REASON_FIELD_INVALID, "from_date is after until_date",
                  {{"field", "from_date"}, {"limit", "not after until_date"}});
  }
  return storage::LossDays{*from, *until};
}

absl::StatusOr<storage::LossPlace> place_of(absl::string_view call, const std::string& token) {
  if (token.empty()) return storage::LossPlace{std::numeric_limits<int64_t>::min(), "", "", 0};
  const auto parts = page_token_parts(call, token, kTokenParts);
  if (!parts.ok()) return parts.status();
  const absl::StatusOr<int64_t> day = page_token_number((*parts)[0]);
  if (!day.ok()) return day.status();
  const absl::StatusOr<int64_t> position = page_token_number((*parts)[3]);
  if (!position.ok()) return position.status();
  return storage::LossPlace{*day, (*parts)[1], (*parts)[2], *position};
}

v1::Loss loss_message(const storage::LossRow& row) {
  v1::Loss loss;
  loss.set_register_id(row.register_id);
  loss.set_receipt(row.receipt);
  loss.set_position(row.position);
  loss.set_business_date(format_day(day_of_number(row.business_day)));
  *loss.mutable_record_time() = timestamp_of(row.record_us);
  if (row.member_id != storage::kNobody) loss.set_member_id(member_id_text(row.member_id));
  loss.set_amount_minor(row.amount_minor);
  switch (row.kind) {
    case storage::LossKind::kPoints:
      loss.mutable_points()->set_points_milli(row.points_milli);
      break;
    case storage::LossKind::kLimit:
      loss.mutable_limit()->set_benefit_id(row.benefit_id);
      break;
    case storage::LossKind::kRight:
      loss.mutable_right()->set_grant_id(grant_id_text(row.grant_id));
      loss.mutable_right()->set_benefit_id(row.benefit_id);
      break;
  }
  return loss;
}

}  // namespace

absl::StatusOr<v1::ListLossesResponse> list_losses(Club& club,
                                                   const v1::ListLossesRequest& request) {
  const absl::StatusOr<storage::LossDays> days = days_of(request);
  if (!days.ok()) return days.status();
  const auto page_size = checked_page_size(request.page_size(), kDefaultLosses, kMaxLosses);
  if (!page_size.ok()) return page_size.status();
  const std::string call = absl::StrCat("losses ", request.from_date(), "..", request.until_date());
  const absl::StatusOr<storage::LossPlace> after = place_of(call, request.page_token());
  if (!after.ok()) return after.status();
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto rows = storage::list_losses(**reader, *days, *after, *page_size);
  if (!rows.ok()) return rows.status();
  const absl::StatusOr<int64_t> total = storage::sum_losses_minor(**reader, *days);
  if (!total.ok()) return total.status();
  v1::ListLossesResponse response;
  for (const storage::LossRow& row : *rows) *response.add_losses() = loss_message(row);
  response.set_total_minor(*total);
  if (static_cast<int>(rows->size()) == *page_size) {
    const storage::LossRow& last = rows->back();
    response.set_next_page_token(
        page_token(call, {absl::StrCat(last.business_day), last.register_id, last.receipt,
                          absl::StrCat(last.position)}));
  }
  return response;
}

}  // namespace moadon
