#include "server/insight/picture_reader.h"

#include <algorithm>
#include <limits>

#include "absl/algorithm/container.h"
#include "identity/normal_key.h"
#include "rules/calendar.h"
#include "server/insight/picture_facts.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

constexpr int64_t kEver = std::numeric_limits<int64_t>::min();
constexpr size_t kMaxRememberedCities = 10'000;

// The day before all that slots of "the last N days" look at; 0 looks at everything.
template <typename Slots, typename DaysOf>
int64_t day_before(const Slots& slots, int64_t today, DaysOf days_of) {
  int64_t after_day = today;
  for (const auto& slot : slots) {
    const int days = days_of(slot);
    after_day = days == 0 ? kEver : std::min(after_day, today - days);
    if (days == 0) break;
  }
  return after_day;
}

bool is_in_last(int days, int64_t day, int64_t today) {
  return days == 0 || (today - days < day && day <= today);
}

void fill(std::string& known, absl::string_view text) {
  if (known.empty()) known.assign(text.data(), text.size());
}

void fill(int& known, int value) {
  if (known == 0) known = value;
}

}  // namespace

absl::StatusOr<LostMembers> lost_members(sqlite::Connection& connection) {
  const auto merges = storage::list_merges_in_force(connection);
  if (!merges.ok()) return merges.status();
  absl::flat_hash_map<int64_t, int64_t> kept_of;
  for (const storage::MergeInForce& merge : *merges) kept_of[merge.lost_id] = merge.kept_id;
  LostMembers lost;
  for (const storage::MergeInForce& merge : *merges) {
    int64_t kept_id = merge.kept_id;
    // Merges make no circles; the bound only keeps a damaged file from making this one endless.
    for (size_t steps = 0; steps < kept_of.size(); ++steps) {
      const auto further = kept_of.find(kept_id);
      if (further == kept_of.end()) break;
      kept_id = further->second;
    }
    lost[kept_id].push_back(merge.lost_id);
  }
  return lost;
}

PictureRows::PictureRows(sqlite::Connection& connection, const AskedQuestion& question,
                         storage::MemberSpan span)
    : question_(question), today_(day_number(question.on().today)) {
  const auto needs = [&](PicturePart part) { return (question.parts() & bits(part)) != 0; };
  if (needs(PicturePart::kProfile)) profiles_.emplace(storage::profiles(connection, span));
  if (needs(PicturePart::kKeys)) key_kinds_.emplace(storage::key_kinds(connection, span));
  if (needs(PicturePart::kConsents)) consents_.emplace(storage::consent_words(connection, span));
  if (needs(PicturePart::kTags)) tags_.emplace(storage::tags_of_members(connection, span));
  if (needs(PicturePart::kCustomValues)) {
    custom_values_.emplace(storage::custom_values(connection, span));
  }
  if (needs(PicturePart::kFirstContact)) {
    first_contacts_.emplace(storage::first_contacts(connection, span));
  }
  if (needs(PicturePart::kDays)) {
    const int64_t after_day =
        day_before(question.last_days(), today_, [](int days) { return days; });
    days_.emplace(storage::days_of_members(connection, span, after_day));
  }
  if (needs(PicturePart::kPoints)) {
    points_.emplace(storage::usable_points(connection, span, today_));
  }
  if (!needs(PicturePart::kLines)) return;
  const int64_t after_day =
      day_before(question.bought(), today_, [](const BoughtSlot& slot) { return slot.last_days; });
  lines_.emplace(storage::kept_lines(connection, span, after_day));
  const bool asks_branch = absl::c_any_of(
      question.bought(), [](const BoughtSlot& slot) { return !slot.branch_ids.empty(); });
  if (asks_branch) branches_.emplace(storage::sale_branches(connection, span, after_day));
}

absl::Status PictureRows::add(PictureParts parts, int64_t member_id, MemberPicture& picture) {
  absl::Status added;
  const auto add_part = [&](PicturePart part, auto adder) {
    if (added.ok() && (parts & bits(part)) != 0) added = (this->*adder)(member_id, picture);
  };
  add_part(PicturePart::kProfile, &PictureRows::add_profile);
  add_part(PicturePart::kKeys, &PictureRows::add_keys);
  add_part(PicturePart::kConsents, &PictureRows::add_consents);
  add_part(PicturePart::kTags, &PictureRows::add_tags);
  add_part(PicturePart::kCustomValues, &PictureRows::add_custom_values);
  add_part(PicturePart::kFirstContact, &PictureRows::add_first_contact);
  add_part(PicturePart::kDays, &PictureRows::add_days);
  add_part(PicturePart::kPoints, &PictureRows::add_points);
  add_part(PicturePart::kLines, &PictureRows::add_lines);
  return added;
}

absl::Status PictureRows::add_profile(int64_t member_id, MemberPicture& picture) {
  return profiles_->read(member_id, [&](const storage::ProfileRow& row) {
    fill(picture.first_name, row.first_name);
    fill(picture.last_name, row.last_name);
    fill(picture.birth_date, row.birth_date);
    fill(picture.anniversary_date, row.anniversary_date);
    fill(picture.gender, row.gender);
    fill(picture.family_status, row.family_status);
    fill(picture.city, row.city);
    fill(picture.language_code, row.language_code);
    fill(picture.preferred_channel, row.preferred_channel);
    picture.folded_city = picture.city.empty() ? std::string() : folded_city(picture.city);
  });
}

const std::string& PictureRows::folded_city(const std::string& city) {
  const auto known = folded_cities_.find(city);
  if (known != folded_cities_.end()) return known->second;
  if (folded_cities_.size() >= kMaxRememberedCities) folded_cities_.clear();
  return folded_cities_.emplace(city, folded_text(city)).first->second;
}

absl::Status PictureRows::add_keys(int64_t member_id, MemberPicture& picture) {
  return key_kinds_->read(member_id, [&](int kind) {
    if (kind == static_cast<int>(storage::KeyKind::kPhone)) picture.has_phone = true;
    if (kind == static_cast<int>(storage::KeyKind::kEmail)) picture.has_email = true;
  });
}

absl::Status PictureRows::add_consents(int64_t member_id, MemberPicture& picture) {
  ChannelWords own;
  const absl::Status read = consents_->read(member_id, [&](const storage::ConsentWord& word) {
    hear(word.channel, {word.occurred_us, word.granted}, own);
  });
  join(own, picture.consents);
  return read;
}

absl::Status PictureRows::add_tags(int64_t member_id, MemberPicture& picture) {
  return tags_->read(member_id, [&](absl::string_view tag) { picture.tags.emplace_back(tag); });
}

absl::Status PictureRows::add_custom_values(int64_t member_id, MemberPicture& picture) {
  return custom_values_->read(member_id, [&](const storage::CustomValueRow& row) {
    const bool is_known = absl::c_any_of(
        picture.custom_values, [&](const auto& known) { return known.first == row.field_id; });
    if (!is_known) picture.custom_values.emplace_back(row.field_id, row.value);
  });
}

absl::Status PictureRows::add_first_contact(int64_t member_id, MemberPicture& picture) {
  return first_contacts_->read(member_id, [&](const storage::FirstContactRow& row) {
    if (!picture.branch_us || row.branch_us < *picture.branch_us) {
      picture.branch_us = row.branch_us;
      picture.branch_id = std::string(row.branch_id);
    }
    if (row.source_us && (!picture.source_us || *row.source_us < *picture.source_us)) {
      picture.source_us = row.source_us;
      picture.source_kind = row.source_kind;
      picture.source_name = std::string(row.source_name);
    }
  });
}

absl::Status PictureRows::add_days(int64_t member_id, MemberPicture& picture) {
  const std::vector<int>& slots = question_.last_days();
  return days_->read(member_id, [&](const storage::MemberDay& day) {
    for (size_t i = 0; i < slots.size(); ++i) {
      if (!is_in_last(slots[i], day.day, today_)) continue;
      picture.last_days[i].day_count += day.units_milli > 0 ? 1 : 0;
      picture.last_days[i].spend_minor += day.spend_minor;
    }
  });
}

absl::Status PictureRows::add_points(int64_t member_id, MemberPicture& picture) {
  return points_->read(member_id, [&](int64_t left_milli) { picture.points_milli += left_milli; });
}

absl::Status PictureRows::add_lines(int64_t member_id, MemberPicture& picture) {
  if (branches_) {
    branch_of_sales_.clear();
    const absl::Status read = branches_->read(member_id, [&](const storage::SaleBranch& sale) {
      branch_of_sales_.emplace_back(sale.sale_id, std::string(sale.branch_id));
    });
    if (!read.ok()) return read;
  }
  return lines_->read(member_id, [&](const storage::KeptLine& line) { add_line(line, picture); });
}

void PictureRows::add_line(const storage::KeptLine& line, MemberPicture& picture) const {
  const std::vector<BoughtSlot>& slots = question_.bought();
  for (size_t i = 0; i < slots.size(); ++i) {
    const BoughtSlot& slot = slots[i];
    if (!is_in_last(slot.last_days, line.business_day, today_)) continue;
    if (!slot.filter.picks({line.sku, line.category, line.brand})) continue;
    if (!slot.branch_ids.empty()) {
      const auto sale = absl::c_lower_bound(
          branch_of_sales_, line.sale_id,
          [](const auto& known, int64_t sale_id) { return known.first < sale_id; });
      const bool is_asked = sale != branch_of_sales_.end() && sale->first == line.sale_id &&
                            slot.branch_ids.contains(sale->second);
      if (!is_asked) continue;
    }
    picture.bought_milli[i] += line.kept_milli;
  }
}

PictureReader::PictureReader(sqlite::Connection& connection, const AskedQuestion& question,
                             const LostMembers& lost, storage::MemberSpan span)
    : connection_(connection), question_(question), lost_(lost), own_(connection, question, span) {}

absl::Status PictureReader::read(PictureParts parts, int64_t member_id, MemberPicture& picture) {
  // Days and points of a merge are with the member who was kept.
  constexpr PictureParts kDerived = bits(PicturePart::kDays) | bits(PicturePart::kPoints);
  parts &= question_.parts();
  absl::Status done = own_.add(parts, member_id, picture);
  const auto lost = lost_.find(member_id);
  if (lost != lost_.end() && (parts & ~kDerived) != 0) {
    if (!of_lost_) {
      constexpr int64_t kLast = std::numeric_limits<int64_t>::max();
      of_lost_.emplace(connection_, question_, storage::MemberSpan{storage::kNobody, kLast});
    }
    for (const int64_t lost_id : lost->second) {
      if (done.ok()) done = of_lost_->add(parts & ~kDerived, lost_id, picture);
    }
  }
  picture.parts |= parts;
  return done;
}

}  // namespace moadon
