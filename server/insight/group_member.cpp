#include "server/insight/group_member.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rules/calendar.h"
#include "server/insight/picture_facts.h"
#include "server/operations/member_id.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

using storage::KeyKind;

void fill(std::string& known, const std::string& text) {
  if (known.empty()) known = text;
}

absl::Status add_name(sqlite::Connection& connection, int64_t member_id, v1::GroupMember& member) {
  const auto details = storage::find_details(connection, member_id);
  if (!details.ok() || !*details) return details.status();
  fill(*member.mutable_first_name(), (*details)->first_name);
  fill(*member.mutable_last_name(), (*details)->last_name);
  return absl::OkStatus();
}

absl::Status add_keys(sqlite::Connection& connection, int64_t member_id, v1::GroupMember& member) {
  const auto keys = storage::list_keys(connection, member_id);
  if (!keys.ok()) return keys.status();
  const auto fill_from = [&](KeyKind kind, std::string& known) {
    for (const storage::KeyRow& key : *keys) {
      if (key.kind == kind) fill(known, key.shown);
    }
  };
  fill_from(KeyKind::kPhone, *member.mutable_phone());
  fill_from(KeyKind::kEmail, *member.mutable_email());
  fill_from(KeyKind::kCard, *member.mutable_card());
  fill_from(KeyKind::kWallet, *member.mutable_card());
  return absl::OkStatus();
}

absl::Status add_consents(sqlite::Connection& connection, int64_t member_id, ChannelWords& words) {
  const auto consents = storage::list_consents(connection, member_id);
  if (!consents.ok()) return consents.status();
  ChannelWords own;
  for (const storage::ConsentRow& consent : *consents) {
    hear(consent.channel, {consent.occurred_us, consent.granted}, own);
  }
  join(own, words);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::GroupMember> group_member(sqlite::Connection& connection,
                                             const storage::StandingRow& row,
                                             const LostMembers& lost) {
  v1::GroupMember member;
  member.set_member_id(member_id_text(row.member_id));
  member.set_stage(static_cast<v1::Stage>(row.stage));
  member.set_tier_id(row.tier_id);
  member.set_purchase_day_count(row.purchase_days);
  if (row.last_purchase_day) {
    member.set_last_purchase_date(format_day(day_of_number(*row.last_purchase_day)));
  }
  member.set_net_spend_minor(std::max<int64_t>(row.net_spend_sum_minor, 0));
  std::vector<int64_t> ids = {row.member_id};
  const auto others = lost.find(row.member_id);
  if (others != lost.end()) ids.insert(ids.end(), others->second.begin(), others->second.end());
  ChannelWords words;
  for (const int64_t member_id : ids) {
    absl::Status added = add_name(connection, member_id, member);
    if (added.ok()) added = add_keys(connection, member_id, member);
    if (added.ok()) added = add_consents(connection, member_id, words);
    if (!added.ok()) return added;
  }
  for (int channel = 1; channel < v1::ContactChannel_ARRAYSIZE; ++channel) {
    const std::optional<ChannelWord>& word = words[static_cast<size_t>(channel)];
    if (!row.refuses && word && word->granted) {
      member.add_consents(static_cast<v1::ContactChannel>(channel));
    }
  }
  return member;
}

}  // namespace moadon
