#include "server/insight/member_scores.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/insight/checked_sum.h"
#include "server/insight/club_scan.h"
#include "server/insight/scores.h"
#include "server/operations/member_facts.h"
#include "server/operations/member_id.h"
#include "server/operations/page_token.h"
#include "server/storage/member_scan.h"
#include "server/storage/value_store.h"

namespace moadon {
namespace {

constexpr int kDefaultScores = 1000;
constexpr int kMaxScores = 5000;
constexpr absl::string_view kListCall = "scores";

// The three kinds of scores, in the order of the message's fields.
constexpr int kRecency = 0;
constexpr int kFrequency = 1;
constexpr int kMoney = 2;
constexpr int kKinds = 3;

// What a member is scored by; higher is better.
using Values = std::array<int64_t, kKinds>;
// All of the club, in the pieces they were read in: a large club is not copied together.
using Pieces = std::vector<std::vector<Values>>;
using Bars = std::array<ScoreBars, kKinds>;

template <typename Row>
absl::optional<Values> values_of(const Row& row) {
  if (row.merged_into || row.purchase_days == 0 || !row.last_purchase_day) return absl::nullopt;
  return Values{*row.last_purchase_day, row.purchase_days,
                std::max<int64_t>(row.net_spend_sum_minor, 0)};
}

absl::Status read_range(sqlite::Connection& connection, const IdRange& range,
                        std::vector<Values>& found) {
  storage::MemberScan members(connection, range.after_id, range.until_id);
  storage::ScannedMember member;
  while (true) {
    const absl::StatusOr<bool> more = members.next(member);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if (const auto values = values_of(member)) found.push_back(*values);
  }
}

absl::StatusOr<Pieces> read_all(ClubScan& scan) {
  Pieces pieces(scan.ranges().size());
  const absl::Status read = scan.run([&](sqlite::Connection& connection, size_t i) {
    return read_range(connection, scan.ranges()[i], pieces[i]);
  });
  if (!read.ok()) return read;
  return pieces;
}

size_t count_of(const Pieces& pieces) {
  size_t count = 0;
  for (const std::vector<Values>& piece : pieces) count += piece.size();
  return count;
}

Bars bars_of(const Pieces& pieces) {
  Bars bars;
  for (int kind = 0; kind < kKinds; ++kind) {
    std::vector<int64_t> values;
    values.reserve(count_of(pieces));
    for (const std::vector<Values>& piece : pieces) {
      for (const Values& member : piece) values.push_back(member[kind]);
    }
    bars[kind] = score_bars(std::move(values));
  }
  return bars;
}

v1::Scores scores_message(const Values& values, const Bars& bars) {
  v1::Scores scores;
  scores.set_recency(score_of(values[kRecency], bars[kRecency]));
  scores.set_frequency(score_of(values[kFrequency], bars[kFrequency]));
  scores.set_money(score_of(values[kMoney], bars[kMoney]));
  return scores;
}

// Members who score alike.
struct Tally {
  int64_t count = 0;
  int64_t lowest = 0;
  int64_t highest = 0;
  absl::int128 spend_minor = 0;

  void add(int64_t value, int64_t member_spend_minor) {
    lowest = count == 0 ? value : std::min(lowest, value);
    highest = count == 0 ? value : std::max(highest, value);
    ++count;
    spend_minor += member_spend_minor;
  }
};

// All tallies of one answer.
struct Tallies {
  std::array<std::array<Tally, kScoreCount>, kKinds> bands;
  std::array<Tally, kScoreCount * kScoreCount * kScoreCount> cells;

  void add(const Values& values, const v1::Scores& scores) {
    const std::array<int, kKinds> of_kind = {scores.recency(), scores.frequency(), scores.money()};
    size_t cell = 0;
    for (int kind = 0; kind < kKinds; ++kind) {
      bands[kind][of_kind[kind] - 1].add(values[kind], values[kMoney]);
      cell = cell * kScoreCount + (of_kind[kind] - 1);
    }
    cells[cell].add(0, values[kMoney]);
  }
};

absl::Status fill_cells(const Tallies& tallies, v1::CountScoresResponse& response) {
  for (size_t i = 0; i < tallies.cells.size(); ++i) {
    const Tally& tally = tallies.cells[i];
    if (tally.count == 0) continue;
    const absl::StatusOr<int64_t> spend_minor = checked_sum(tally.spend_minor);
    if (!spend_minor.ok()) return spend_minor.status();
    v1::ScoreCell& cell = *response.add_cells();
    cell.mutable_scores()->set_recency(static_cast<int>(i) / (kScoreCount * kScoreCount) + 1);
    cell.mutable_scores()->set_frequency(static_cast<int>(i) / kScoreCount % kScoreCount + 1);
    cell.mutable_scores()->set_money(static_cast<int>(i) % kScoreCount + 1);
    cell.set_member_count(tally.count);
    cell.set_net_spend_minor(*spend_minor);
  }
  return absl::OkStatus();
}

absl::Status fill_bands(const std::array<Tally, kScoreCount>& tallies,
                        google::protobuf::RepeatedPtrField<v1::ScoreBand>& bands) {
  for (int score = kScoreCount; score >= 1; --score) {
    const Tally& tally = tallies[score - 1];
    const absl::StatusOr<int64_t> spend_minor = checked_sum(tally.spend_minor);
    if (!spend_minor.ok()) return spend_minor.status();
    v1::ScoreBand& band = *bands.Add();
    band.set_score(score);
    band.set_member_count(tally.count);
    band.set_from_value(tally.lowest);
    band.set_to_value(tally.highest);
    band.set_net_spend_minor(*spend_minor);
  }
  return absl::OkStatus();
}

// Last purchase days become days since then: the latest buyer first.
void turn_into_silence(int64_t today, google::protobuf::RepeatedPtrField<v1::ScoreBand>& bands) {
  for (v1::ScoreBand& band : bands) {
    if (band.member_count() == 0) continue;
    const int64_t latest = band.to_value();
    band.set_to_value(std::max<int64_t>(today - band.from_value(), 0));
    band.set_from_value(std::max<int64_t>(today - latest, 0));
  }
}

// A token carries what the first page found scores to ask for, so that all pages agree.
struct ListPlace {
  int64_t after_id = 0;
  Bars bars;
};

std::string list_token(const ListPlace& place) {
  std::vector<std::string> parts = {absl::StrCat(place.after_id)};
  for (const ScoreBars& bars : place.bars) {
    for (const int64_t bar : bars) parts.push_back(absl::StrCat(bar));
  }
  return page_token(kListCall, parts);
}

absl::StatusOr<ListPlace> list_place(const std::string& token) {
  const auto parts = page_token_parts(kListCall, token, 1 + kKinds * (kScoreCount - 1));
  if (!parts.ok()) return parts.status();
  std::vector<int64_t> numbers;
  for (const std::string& part : *parts) {
    const absl::StatusOr<int64_t> number = page_token_number(part);
    if (!number.ok()) return number.status();
    numbers.push_back(*number);
  }
  ListPlace place{numbers.front(), {}};
  auto next = numbers.begin() + 1;
  for (ScoreBars& bars : place.bars) {
    for (int64_t& bar : bars) bar = *next++;
  }
  return place;
}

absl::StatusOr<Bars> bars_now(Club& club) {
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  const auto pieces = read_all(*scan);
  if (!pieces.ok()) return pieces.status();
  return bars_of(*pieces);
}

absl::Status program_missing() {
  return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
}

absl::StatusOr<v1::MemberScores> member_message(sqlite::Connection& connection,
                                                const storage::MemberRow& row, const Values& values,
                                                const Bars& bars, const Moment& moment) {
  const absl::StatusOr<StageNow> stage = stage_now(connection, row, moment);
  if (!stage.ok()) return stage.status();
  v1::MemberScores message;
  message.set_member_id(member_id_text(row.member_id));
  *message.mutable_scores() = scores_message(values, bars);
  message.set_last_purchase_date(format_day(day_of_number(values[kRecency])));
  message.set_purchase_day_count(values[kFrequency]);
  message.set_net_spend_minor(values[kMoney]);
  message.set_stage(stage->stage);
  return message;
}

}  // namespace

absl::StatusOr<v1::CountScoresResponse> count_scores(Club& club) {
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return program_missing();
  absl::StatusOr<ClubScan> scan = ClubScan::open(club);
  if (!scan.ok()) return scan.status();
  const auto pieces = read_all(*scan);
  if (!pieces.ok()) return pieces.status();
  const Bars bars = bars_of(*pieces);
  Tallies tallies;
  for (const std::vector<Values>& piece : *pieces) {
    for (const Values& values : piece) tallies.add(values, scores_message(values, bars));
  }
  const absl::CivilDay today = view->day_of(club.clock().now_us());
  v1::CountScoresResponse response;
  absl::Status filled = fill_cells(tallies, response);
  filled.Update(fill_bands(tallies.bands[kRecency], *response.mutable_recency()));
  filled.Update(fill_bands(tallies.bands[kFrequency], *response.mutable_frequency()));
  filled.Update(fill_bands(tallies.bands[kMoney], *response.mutable_money()));
  if (!filled.ok()) return filled;
  turn_into_silence(day_number(today), *response.mutable_recency());
  response.set_member_count(static_cast<int64_t>(count_of(*pieces)));
  response.set_as_of_date(format_day(today));
  return response;
}

absl::StatusOr<v1::ListScoresResponse> list_scores(Club& club,
                                                   const v1::ListScoresRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultScores, kMaxScores);
  if (!page_size.ok()) return page_size.status();
  ListPlace place;
  if (!request.page_token().empty()) {
    const absl::StatusOr<ListPlace> from_token = list_place(request.page_token());
    if (!from_token.ok()) return from_token.status();
    place = *from_token;
  }
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return program_missing();
  if (request.page_token().empty()) {
    const absl::StatusOr<Bars> bars = bars_now(club);
    if (!bars.ok()) return bars.status();
    place.bars = *bars;
  }
  const Moment moment{*view, club.clock().now_us()};
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto rows = storage::list_buyers(**reader, place.after_id, *page_size);
  if (!rows.ok()) return rows.status();
  v1::ListScoresResponse response;
  for (const storage::MemberRow& row : *rows) {
    const auto values = values_of(row);
    if (!values) continue;
    auto message = member_message(**reader, row, *values, place.bars, moment);
    if (!message.ok()) return message.status();
    *response.add_members() = *std::move(message);
  }
  if (static_cast<int>(rows->size()) == *page_size) {
    place.after_id = rows->back().member_id;
    response.set_next_page_token(list_token(place));
  }
  return response;
}

}  // namespace moadon
