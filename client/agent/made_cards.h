// For tests: cards of members as a server would give them.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "identity/key_digest.h"
#include "identity/normal_key.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/calendar.h"

namespace moadon::agent {

// The phone and the card of made member `number`, as they type them.
inline v1::Key made_phone(int64_t number) {
  v1::Key key;
  key.set_phone(absl::StrFormat("05%08d", number));
  return key;
}
inline v1::Key made_card_key(int64_t number) {
  v1::Key key;
  key.set_card(absl::StrCat("CARD-", number));
  return key;
}

inline std::string made_member_id(int64_t number) { return absl::StrFormat("m%015d", number); }

// About as much as a real member has: tier, points, a right, a birthday, the server's seal.
inline v1::MemberCard made_card(int64_t number, const KeyDigester& digester, int64_t issued_us) {
  v1::MemberCard card;
  card.set_member_id(made_member_id(number));
  for (const v1::Key& key : {made_phone(number), made_card_key(number)}) {
    card.add_key_digests(digester.digest(presented_key(key, "IL").candidates.at(0)));
  }
  card.set_display_name("דנה כ.");
  v1::MemberFacts& facts = *card.mutable_facts();
  facts.set_member_id(card.member_id());
  facts.set_snapshot(number % 50 + 1);
  facts.set_stage(v1::STAGE_LOYAL);
  facts.set_purchase_day_count(12);
  facts.set_last_purchase_date("2026-11-01");
  facts.set_net_spend_minor(123'456);
  *facts.mutable_issued_at() = timestamp_of(issued_us);
  facts.set_tier_id("gold");
  facts.set_birthday("05-17");
  facts.mutable_points()->set_available_milli(250'000);
  v1::HeldRight& right = *facts.add_rights();
  right.set_grant_id("grant-000000001");
  right.set_right_id("coffee");
  right.set_valid_from_date("2026-01-01");
  right.set_uses_left(1);
  facts.set_seal(std::string(32, 's'));
  return card;
}

}  // namespace moadon::agent
