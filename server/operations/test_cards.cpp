#include "server/operations/test_cards.h"

#include "absl/strings/str_cat.h"
#include "identity/key_digest.h"
#include "server/operations/fetch_cards.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int kMaxPages = 100;

}  // namespace

std::string test_digest_key() { return std::string(kDigestKeyBytes, 'k'); }

std::string digest_of(KeyKind kind, const std::string& value) {
  return KeyDigester(test_digest_key()).digest({kind, value, value, std::nullopt});
}

absl::StatusOr<v1::FetchCardsResponse> fetch(TestClub& test, const std::string& register_id,
                                             const std::string& cursor, int page_size) {
  v1::FetchCardsRequest request;
  request.set_cursor(cursor);
  request.set_page_size(page_size);
  request.set_digest_key(test_digest_key());
  const ClubViewPtr view = test.club().view();
  return fetch_cards(test.club(), *view->register_of_id(register_id), request);
}

Ids CardAgent::pull(TestClub& test, int page_size) {
  Ids came;
  for (int i = 0; i < kMaxPages; ++i) {
    const auto page = fetch(test, register_id, cursor, page_size);
    INFO(page.status());
    REQUIRE(page.ok());
    REQUIRE_FALSE(page->next_cursor().empty());
    cursor = page->next_cursor();
    for (const v1::MemberCard& card : page->cards()) {
      came.push_back(absl::StrCat(card.is_gone() ? "-" : "", card.member_id()));
      card.is_gone() ? (void)cards.erase(card.member_id())
                     : (void)cards.insert_or_assign(card.member_id(), card);
    }
    if (!page->has_more()) return came;
  }
  FAIL("the feed does not end");
  return came;
}

void buy_at(TestClub& test, const std::string& register_id, const std::string& receipt,
            const std::string& date, const std::string& card) {
  REQUIRE(test.record(register_id, sale(receipt, date + "T10:00:00Z", card, {{"milk"}}))
              .has_recorded());
}

}  // namespace moadon
