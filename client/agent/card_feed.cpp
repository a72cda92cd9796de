#include "client/agent/card_feed.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/calendar.h"
#include "rules/durations.h"
#include "rules/offline.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

// The same feed from its beginning, beside what is there.
FeedState next_pass(const FeedState& state, const std::string& register_id) {
  FeedState next;
  next.register_id = register_id;
  next.pass = state.pass + 1;
  next.is_filling = true;
  next.cache_time_us = state.cache_time_us;
  return next;
}

std::vector<std::string> gone_in(const v1::FetchCardsResponse& page) {
  std::vector<std::string> member_ids;
  for (const v1::MemberCard& card : page.cards()) {
    if (card.is_gone()) member_ids.push_back(card.member_id());
  }
  return member_ids;
}

}  // namespace

void CardFeed::start() {
  thread_ = std::thread([this] { run(); });
}

CardFeed::~CardFeed() { stop(); }

void CardFeed::try_now() {
  absl::MutexLock lock(&mutex_);
  try_now_ = true;
}

void CardFeed::stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void CardFeed::run() {
  Turn last = Turn::kMore;
  while (wait_for_turn(last)) last = work();
}

bool CardFeed::wait_for_turn(Turn last) {
  const auto is_due = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || try_now_; };
  absl::MutexLock lock(&mutex_);
  if (last == Turn::kIdle) mutex_.AwaitWithTimeout(absl::Condition(&is_due), kCardPoll);
  try_now_ = false;
  return !stopping_;
}

int64_t CardFeed::now_us() const {
  return parts_.link.corrected_now_us().value_or(parts_.clock.now_us());
}

std::optional<absl::CivilDay> CardFeed::today(const v1::Program& program) const {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(program.time_zone(), &zone)) return std::nullopt;
  return business_day(now_us(), zone, /*day_start_minutes=*/0);
}

CardFeed::Turn CardFeed::work() {
  absl::Status trouble = tidy();
  absl::StatusOr<Turn> turn = Turn::kIdle;
  // Heartbeats find out when the server is back, housekeeping when there is room again.
  if (!has_room()) {
    trouble.Update(parts_.reserve.full());
  } else if (parts_.link.is_reachable()) {
    turn = fetch_for_any();
    trouble.Update(turn.status());
  }
  note(trouble);
  if (are_all_revoked()) destroy();
  return turn.value_or(Turn::kIdle);
}

bool CardFeed::has_room() const { return parts_.reserve.has_spare(kCardRoomBytes); }

absl::StatusOr<CardFeed::Turn> CardFeed::fetch_for_any() {
  std::vector<Till*> tills = parts_.tills.all();
  const std::string used = parts_.cards.feed().register_id;
  std::stable_partition(tills.begin(), tills.end(),
                        [&used](const Till* till) { return till->register_id == used; });
  for (Till* till : tills) {
    if (!till->line.has_token()) continue;
    const absl::StatusOr<Turn> turn = fetch(*till);
    const v1::Reason reason = reason_of(turn.status());
    if (reason == v1::REASON_TOKEN_REVOKED || reason == v1::REASON_TOKEN_UNKNOWN) continue;
    return turn;
  }
  return Turn::kIdle;
}

bool CardFeed::are_all_revoked() const {
  bool is_any_revoked = false;
  for (Till* till : parts_.tills.all()) {
    if (!till->line.has_token()) continue;
    const v1::Reason reason = till->line.turned_away();
    if (reason == v1::REASON_UNSPECIFIED) return false;
    is_any_revoked = is_any_revoked || reason == v1::REASON_TOKEN_REVOKED;
  }
  return is_any_revoked;
}

bool CardFeed::is_refill_due(const FeedState& state) const {
  if (state.is_filling || state.pass_begin_us == 0) return false;
  const auto pricing = parts_.programs.in_force(now_us());
  const int64_t hours = pricing == nullptr ? 0 : cache_valid_hours_of(pricing->program());
  return hours > 0 && now_us() - state.pass_begin_us > hours * kHourUs / kRefillsPerValidity;
}

absl::StatusOr<CardFeed::Turn> CardFeed::fetch(Till& till) {
  FeedState next = parts_.cards.feed();
  if (next.register_id != till.register_id || must_refill_ || is_refill_due(next)) {
    next = next_pass(next, till.register_id);
  }
  const absl::StatusOr<std::string> digest_key = parts_.cards.digest_key();
  if (!digest_key.ok()) return digest_key.status();
  // Before the server is asked: the cards of those whom it has named by now are in the pass.
  absl::StatusOr<std::vector<std::string>> named = std::vector<std::string>();
  if (next.is_filling) named = parts_.enrollments.named();
  if (!named.ok()) return named.status();
  v1::FetchCardsRequest request;
  request.set_cursor(next.cursor);
  request.set_page_size(page_cards_);
  request.set_digest_key(*digest_key);
  auto page =
      till.line.ask_in_background(&v1::SyncService::Stub::FetchCards, request, kCardDeadline);
  if (reason_of(page.status()) == v1::REASON_PAGE_TOKEN_INVALID && !next.cursor.empty()) {
    must_refill_ = true;
    return Turn::kMore;
  }
  if (reason_of(page.status()) == v1::REASON_DEADLINE_EXCEEDED) {
    page_cards_ = std::max(page_cards_ / 2, kMinCardPage);
  }
  if (!page.ok()) return page.status();
  page_cards_ = std::min(2 * page_cards_, kCardPage);
  must_refill_ = false;
  return keep(*page, std::move(next), *named);
}

absl::StatusOr<CardFeed::Turn> CardFeed::keep(const v1::FetchCardsResponse& page, FeedState next,
                                              absl::Span<const std::string> named) {
  const FeedState before = parts_.cards.feed();
  const int64_t server_us = time_us_of(page.server_time(), "server_time").value_or(0);
  if (next.pass_begin_us == 0) next.pass_begin_us = server_us;
  if (!page.has_more() && !next.is_filling) next.cache_time_us = server_us;
  const bool is_news = !page.cards().empty() || next.cursor != page.next_cursor() ||
                       next.pass != before.pass ||
                       next.cache_time_us - before.cache_time_us >= kCardTimeKeptUs;
  next.cursor = page.next_cursor();
  if (is_news) {
    // Before the cursor moves: who is gone is told once, and not at all when a pass began since.
    absl::Status stored = parts_.enrollments.forget(gone_in(page));
    stored.Update(parts_.cards.store({page.cards().begin(), page.cards().end()}, next));
    if (!stored.ok()) return stored;
  }
  if (page.has_more()) return Turn::kMore;
  if (!next.is_filling) return Turn::kIdle;
  next.cache_time_us = server_us;
  absl::Status ended = end_pass(std::move(next), named);
  if (!ended.ok()) return ended;
  return Turn::kIdle;
}

absl::Status CardFeed::end_pass(FeedState state, absl::Span<const std::string> named) {
  absl::Status swept =
      parts_.cards.sweep([&state](const CardMark& mark) { return mark.pass == state.pass; },
                         [this] { return !parts_.cancellation.is_cancelled(); });
  if (!swept.ok()) return swept;
  const auto strangers = parts_.cards.without_card(named);
  if (!strangers.ok()) return strangers.status();
  absl::Status forgotten = parts_.enrollments.forget(*strangers);
  if (!forgotten.ok()) return forgotten;
  state.is_filling = false;
  absl::Status stored = parts_.cards.store({}, state);
  if (!stored.ok()) return stored;
  spdlog::info("event=cards_filled register={} members={}", state.register_id,
               parts_.cards.card_count());
  return absl::OkStatus();
}

absl::Status CardFeed::tidy() {
  const auto goes_on = [this] { return !parts_.cancellation.is_cancelled(); };
  absl::Status mended = parts_.cards.mend(goes_on);
  if (!has_room()) return mended;
  const absl::StatusOr<bool> dropped = parts_.cards.drop_altered();
  if (!dropped.ok()) return dropped.status();
  must_refill_ = must_refill_ || *dropped;
  const auto pricing = parts_.programs.in_force(now_us());
  if (pricing == nullptr || !keeps_seen_only(pricing->program())) return mended;
  const std::optional<absl::CivilDay> day = today(pricing->program());
  if (!day || day == tidied_on_ || parts_.cards.card_count() == 0) return mended;
  absl::Status swept = parts_.cards.sweep(
      [&](const CardMark& mark) { return keeps_member(pricing->program(), mark.last_seen, *day); },
      goes_on);
  if (swept.ok()) tidied_on_ = day;
  mended.Update(swept);
  return mended;
}

void CardFeed::destroy() {
  const absl::StatusOr<bool> destroyed = parts_.cards.destroy();
  note(destroyed.status());
  if (destroyed.value_or(false)) spdlog::warn("event=cards_destroyed reason=TOKEN_REVOKED");
}

void CardFeed::note(const absl::Status& status) {
  if (parts_.cancellation.is_cancelled()) return;
  const v1::Reason reason =
      status.ok() ? v1::REASON_UNSPECIFIED : std::max(reason_of(status), v1::REASON_TOKEN_UNKNOWN);
  if (reason == logged_reason_) return;
  logged_reason_ = reason;
  if (status.ok()) return;
  spdlog::warn("event=cards_not_fetched reason={} message=\"{}\"", v1::Reason_Name(reason),
               absl::Utf8SafeCEscape(status.message()));
}

}  // namespace moadon::agent
