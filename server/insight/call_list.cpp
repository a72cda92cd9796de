#include "server/insight/call_list.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/insight/call_message.h"
#include "server/insight/call_order.h"
#include "server/insight/club_scan.h"
#include "server/operations/page_token.h"
#include "server/storage/call_store.h"

namespace moadon {
namespace {

constexpr int kDefaultCalls = 100;
constexpr int kMaxCalls = 1000;

using Stages = std::array<bool, v1::Stage_ARRAYSIZE>;

// What is asked for, checked.
struct Asked {
  Stages stages{};
  v1::CallOrder order = v1::CALL_ORDER_VALUE;
  size_t page_size = 0;
  absl::CivilDay day;             // that all pages are of
  std::optional<CallRank> after;  // the last of the page before
};

absl::StatusOr<Stages> checked_stages(const v1::ListCallsRequest& request) {
  Stages stages{};
  for (int i = 0; i < request.stages_size(); ++i) {
    if (!v1::Stage_IsValid(request.stages(i)) || request.stages(i) == v1::STAGE_UNSPECIFIED) {
      return refuse(v1::REASON_FIELD_INVALID, "no such stage",
                    {{"field", absl::StrCat("stages[", i, "]")}, {"limit", "a known stage"}});
    }
    stages[request.stages(i)] = true;
  }
  if (request.stages().empty()) stages[v1::STAGE_CHURNING] = true;
  return stages;
}

// Names what was asked, so that a token fits no other question.
std::string call_name(const Asked& asked) {
  std::string name = absl::StrCat("calls ", asked.order, " of");
  for (size_t stage = 0; stage < asked.stages.size(); ++stage) {
    if (asked.stages[stage]) absl::StrAppend(&name, " ", stage);
  }
  return name;
}

std::string list_token(const Asked& asked, const CallRank& last) {
  return page_token(call_name(asked),
                    {absl::StrCat(day_number(asked.day)), absl::StrCat(last.member_id),
                     absl::StrCat(last.value_minor), absl::StrCat(last.silent_days),
                     absl::StrCat(last.rhythm_days_milli)});
}

absl::Status read_token(const std::string& token, absl::CivilDay today, Asked& asked) {
  const auto parts = page_token_parts(call_name(asked), token, 5);
  if (!parts.ok()) return parts.status();
  std::vector<int64_t> numbers;
  for (const std::string& part : *parts) {
    const absl::StatusOr<int64_t> number = page_token_number(part);
    if (!number.ok()) return number.status();
    numbers.push_back(*number);
  }
  if (numbers[0] < 0 || numbers[0] > day_number(today) || numbers[4] < 1) {
    return invalid_page_token();
  }
  asked.day = day_of_number(numbers[0]);
  asked.after = CallRank{numbers[1], numbers[2], numbers[3], numbers[4]};
  return absl::OkStatus();
}

absl::StatusOr<Asked> checked(const v1::ListCallsRequest& request, absl::CivilDay today) {
  Asked asked;
  const absl::StatusOr<Stages> stages = checked_stages(request);
  if (!stages.ok()) return stages.status();
  asked.stages = *stages;
  const auto page_size = checked_page_size(request.page_size(), kDefaultCalls, kMaxCalls);
  if (!page_size.ok()) return page_size.status();
  asked.page_size = static_cast<size_t>(*page_size);
  if (!v1::CallOrder_IsValid(request.order())) {
    return refuse(v1::REASON_FIELD_INVALID, "no such order",
                  {{"field", "order"}, {"limit", "a known order"}});
  }
  if (request.order() != v1::CALL_ORDER_UNSPECIFIED) asked.order = request.order();
  asked.day = today;
  if (!request.page_token().empty()) {
    const absl::Status read = read_token(request.page_token(), today, asked);
    if (!read.ok()) return read;
  }
  return asked;
}

// The first of a range that come after the page before, and one more, by which the caller knows
// whether the page is the last.
absl::Status read_range(sqlite::Connection& connection, const IdRange& range, const ClubView& view,
                        const Asked& asked, FirstCalls& first) {
  return storage::scan_callable(
      connection, range.after_id, range.until_id,
      [&](const storage::CallableMember& member) -> absl::Status {
        const absl::StatusOr<StageNow> stage = stage_on(connection, member, view, asked.day);
        if (!stage.ok()) return stage.status();
        if (!asked.stages[stage->stage]) return absl::OkStatus();
        const absl::StatusOr<CallRank> rank = call_rank(connection, member, view, asked.day);
        if (!rank.ok()) return rank.status();
        if (asked.after && !comes_before(asked.order, *asked.after, *rank)) {
          return absl::OkStatus();
        }
        first.offer(*rank);
        return absl::OkStatus();
      });
}

absl::StatusOr<std::vector<CallRank>> read_page(ClubScan& scan, const ClubView& view,
                                                const Asked& asked) {
  std::vector<FirstCalls> pieces(scan.ranges().size(),
                                 FirstCalls(asked.order, asked.page_size + 1));
  const absl::Status read = scan.run([&](sqlite::Connection& connection, size_t i) {
    return read_range(connection, scan.ranges()[i], view, asked, pieces[i]);
  });
  if (!read.ok()) return read;
  FirstCalls all(asked.order, asked.page_size + 1);
  for (FirstCalls& piece : pieces) {
    for (const CallRank& rank : piece.take()) all.offer(rank);
  }
  return all.take();
}

}  // namespace

absl::StatusOr<v1::ListCallsResponse> list_calls(Club& club, const v1::ListCallsRequest& request) {
  const ClubViewPtr view = club.view();
  const absl::StatusOr<Asked> asked = checked(request, view->day_of(club.clock().now_us()));
  if (!asked.ok()) return asked.status();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  auto ranks = read_page(*scan, *view, *asked);
  if (!ranks.ok()) return ranks.status();
  v1::ListCallsResponse response;
  if (ranks->size() > asked->page_size) {
    ranks->pop_back();
    response.set_next_page_token(list_token(*asked, ranks->back()));
  }
  for (const CallRank& rank : *ranks) {
    const auto row = storage::find_member(scan->connection(), rank.member_id);
    if (!row.ok()) return row.status();
    if (!*row) return absl::InternalError("a member that was just read is gone");
    absl::StatusOr<v1::Call> call = call_message(scan->connection(), **row, *view, asked->day);
    if (!call.ok()) return call.status();
    *response.add_calls() = *std::move(call);
  }
  return response;
}

}  // namespace moadon
