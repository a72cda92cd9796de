// The cards that the club of the tests gives its agents to keep.
#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "client/agent/fake_club.h"
#include "client/agent/made_cards.h"
#include "gateway/status.h"
#include "rules/calendar.h"
#include "rules/refusal.h"

namespace moadon::agent {

void FakeClub::add_cards(int64_t first, int64_t count, const std::string& last_seen_date) {
  absl::MutexLock lock(&mutex_);
  for (int64_t number = first; number < first + count; ++number) {
    card_changes_.push_back({number, false, last_seen_date});
  }
}

void FakeClub::remove_card(int64_t number) {
  absl::MutexLock lock(&mutex_);
  card_changes_.push_back({number, true});
}

void FakeClub::name_others() {
  absl::MutexLock lock(&mutex_);
  card_changes_.clear();
  ++card_epoch_;
}

int FakeClub::refill_count() const {
  absl::MutexLock lock(&mutex_);
  return refills_;
}

v1::MemberCard FakeClub::card_of(const CardChange& change, const KeyDigester& digester) const {
  v1::MemberCard card = made_card(change.number, digester, time_us_);
  if (change.number == 0) {
    v1::Key phone;
    phone.set_phone("0541234567");
    v1::Key plastic;
    plastic.set_card("77");
    card.set_member_id(facts_.member_id());
    card.clear_key_digests();
    for (const v1::Key& key : {phone, plastic}) {
      card.add_key_digests(digester.digest(presented_key(key, "IL").candidates.at(0)));
    }
    *card.mutable_facts() = facts_;
    *card.mutable_facts()->mutable_issued_at() = timestamp_of(time_us_);
  }
  card.set_last_seen_date(change.last_seen_date);
  if (!change.is_gone) return card;
  v1::MemberCard gone;
  gone.set_member_id(card.member_id());
  gone.set_is_gone(true);
  return gone;
}

grpc::Status FakeClub::FetchCards(grpc::ServerContext* context,
                                  const v1::FetchCardsRequest* request,
                                  v1::FetchCardsResponse* response) {
  absl::MutexLock lock(&mutex_);
  std::string register_id;
  absl::Status caller = caller_of(*context, register_id);
  if (!caller.ok()) return to_grpc(caller);
  if (request->digest_key().size() != kDigestKeyBytes) {
    return to_grpc(refuse(v1::REASON_FIELD_INVALID, "not a key"));
  }
  int epoch = card_epoch_;
  int64_t at = 0;
  if (request->cursor().empty()) {
    ++refills_;
  } else if (std::sscanf(request->cursor().c_str(), "%d:%ld", &epoch, &at) != 2 ||
             epoch != card_epoch_) {
    return to_grpc(refuse(v1::REASON_PAGE_TOKEN_INVALID, "others are named"));
  }
  const KeyDigester digester(request->digest_key());
  const auto end = static_cast<int64_t>(card_changes_.size());
  const int64_t until = std::min(end, at + request->page_size());
  for (; at < until; ++at) *response->add_cards() = card_of(card_changes_[at], digester);
  response->set_next_cursor(absl::StrCat(epoch, ":", at));
  response->set_has_more(at < end);
  *response->mutable_server_time() = timestamp_of(time_us_);
  return grpc::Status::OK;
}

}  // namespace moadon::agent
