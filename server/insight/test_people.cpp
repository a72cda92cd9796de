#include "server/insight/test_people.h"

#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "rules/calendar.h"
#include "tests/random_question.h"

namespace moadon {
namespace {

std::string text(const std::string& value) {
  return absl::StrCat("'", absl::StrReplaceAll(value, {{"'", "''"}}), "'");
}

std::string text(const std::optional<int64_t>& value) {
  return value ? absl::StrCat(*value) : "NULL";
}

std::string insert(const std::string& table, const std::string& columns,
                   const std::vector<std::string>& values) {
  return absl::StrCat("INSERT INTO ", table, " (", columns, ") VALUES (",
                      absl::StrJoin(values, ", "), ");");
}

std::string number(int64_t value) { return absl::StrCat(value); }

std::string date_in(Dice& dice, int first_year, int last_year) {
  if (dice.one_in(8)) return "2000-02-29";
  return format_day(absl::CivilDay(dice.between(first_year, last_year),
                                   static_cast<int>(dice.between(1, 12)),
                                   static_cast<int>(dice.between(1, 28))));
}

void fill_purchases(Dice& dice, int64_t today, TestPerson& person) {
  const QuestionNames names;
  const auto one = [&](const std::vector<std::string>& list) {
    return list[static_cast<size_t>(dice.below(static_cast<int64_t>(list.size())))];
  };
  int64_t day = today + 2 - dice.below(30);  // a branch far east may be a day ahead
  for (int64_t left = dice.one_in(4) ? 0 : dice.between(1, 5); left > 0; --left) {
    const bool is_return = dice.one_in(8);
    person.days.push_back({day, is_return ? 0 : dice.between(1, 5) * 1000,
                           is_return ? -dice.between(1, 3000) : dice.between(0, 9000)});
    for (int64_t lines = is_return ? 0 : dice.between(1, 3); lines > 0; --lines) {
      TestSaleLine line{day,
                        one(names.branches),
                        one(names.skus),
                        dice.one_in(4) ? std::string() : one(names.categories),
                        dice.one_in(4) ? std::string() : one(names.brands),
                        dice.between(1, 4) * 500,
                        0,
                        dice.one_in(10)};
      if (dice.one_in(4)) line.returned_milli = dice.between(1, line.quantity_milli / 500) * 500;
      person.lines.push_back(line);
    }
    day -= dice.between(1, 45);
  }
  for (int64_t left = dice.below(3); left > 0; --left) {
    const int64_t usable = today + 1 - dice.below(4);
    person.lots.push_back({dice.between(0, 3) * 1000, usable,
                           dice.one_in(2) ? std::optional<int64_t>()
                                          : std::optional<int64_t>(today - 1 + dice.below(3))});
  }
}

int64_t net_spend_of(const TestPerson& person) {
  int64_t spend_minor = 0;
  for (const TestDay& day : person.days) spend_minor += day.spend_minor;
  return spend_minor;
}

std::string member_sql(const TestPerson& person) {
  const std::vector<int64_t> days = purchase_days_of(person);
  const auto end = [&](bool last) -> std::optional<int64_t> {
    if (days.empty()) return std::nullopt;
    return last ? days.back() : days.front();
  };
  const auto since = [](bool is) { return is ? std::string("1") : std::string("NULL"); };
  const std::string id = number(person.member_id);
  return insert(
      "members",
      "member_id, snapshot, changed_us, met_time_us, met_day, enrolled_time_us, enrolled_day,"
      " sale_count, purchase_days, first_purchase_day, last_purchase_day, net_spend_sum_minor,"
      " stage, tier_id, merged_into, merge_count, archive_us, refuse_us",
      {id, "1", id, "1", number(person.met_day), since(person.has_signed_up),
       since(person.has_signed_up), number(static_cast<int64_t>(days.size())),
       number(static_cast<int64_t>(days.size())), text(end(false)), text(end(true)),
       number(net_spend_of(person)), number(person.stage), text(person.tier_id),
       person.merged_into == 0 ? "NULL" : number(person.merged_into),
       person.merged_into == 0 ? "0" : "1", since(person.is_archived), since(person.refuses)});
}

std::string details_sql(const TestPerson& person) {
  const std::string id = number(person.member_id);
  std::string sql = insert(
      "member_details",
      "member_id, first_name, last_name, birth_date, anniversary_date, gender, family_status,"
      " city, language_code, preferred_channel",
      {id, text(person.first_name), text(person.last_name), text(person.birth_date),
       text(person.anniversary_date), number(person.gender), number(person.family_status),
       text(person.city), text(person.language_code), number(person.preferred_channel)});
  const auto add_key = [&](int kind, const std::string& value, int position) {
    absl::StrAppend(&sql, insert("member_keys", "kind, value, member_id, position, shown",
                                 {number(kind), text(value), id, number(position), text(value)}));
  };
  add_key(2, absl::StrCat("c", id), 1);
  if (person.has_phone) add_key(1, absl::StrCat("+97250", id), 2);
  if (person.has_email) add_key(4, absl::StrCat("m", id, "@example.com"), 3);
  absl::StrAppend(
      &sql, insert("member_origins",
                   "member_id, branch_us, branch_id, source_us, source_kind, source_name",
                   {id, number(person.branch_us), text(person.branch_id), text(person.source_us),
                    number(person.source_kind), text(person.source_name)}));
  for (const std::string& tag : person.tags) {
    absl::StrAppend(&sql, insert("member_tags", "member_id, tag", {id, text(tag)}));
  }
  for (const auto& [field, value] : person.custom_values) {
    absl::StrAppend(&sql, insert("member_custom_values", "member_id, field_id, value",
                                 {id, text(field), text(value)}));
  }
  int64_t position = 0;
  for (const TestConsent& consent : person.consents) {
    absl::StrAppend(
        &sql, insert("member_consents",
                     "member_id, position, channel, granted, wording, occurred_us, place",
                     {id, number(++position), number(consent.channel), consent.granted ? "1" : "0",
                      "'v1'", number(consent.occurred_us), "''"}));
  }
  return sql;
}

std::string purchases_sql(const TestPerson& person) {
  const std::string id = number(person.member_id);
  std::string sql;
  for (const TestDay& day : person.days) {
    absl::StrAppend(
        &sql, insert("member_days", "member_id, day, units_milli, spend_minor",
                     {id, number(day.day), number(day.units_milli), number(day.spend_minor)}));
  }
  int64_t sale_id = 0;
  for (const TestSaleLine& line : person.lines) {
    const std::string sale = number(person.member_id * 100 + ++sale_id);
    absl::StrAppend(
        &sql,
        insert("sales",
               "member_id, sale_id, register_id, receipt, branch_id, business_day,"
               " effective_time_us, occurred_us, received_us, program_version, facts_snapshot,"
               " line_count, value_minor, paid_net_minor, units_milli, spend_minor, content",
               {id, sale, "'r1'", text(sale), text(line.branch_id), number(line.day), "1", "1", "1",
                "0", "0", "1", "0", "0", "0", "0", "X''"}),
        insert("sale_lines",
               "member_id, sale_id, line_no, line_id, sku, category, brand, quantity_milli,"
               " unit_price_minor, value_minor, paid_net_minor, is_deposit, returned_milli,"
               " refunded_minor, business_day",
               {id, sale, "1", "'1'", text(line.sku), text(line.category), text(line.brand),
                number(line.quantity_milli), "1", "1", "0", line.is_deposit ? "1" : "0",
                number(line.returned_milli), "0", number(line.day)}));
  }
  int64_t lot_number = 0;
  for (const TestLot& lot : person.lots) {
    const std::string granted = number(lot.left_milli + 1000);
    absl::StrAppend(
        &sql, insert("points_lots",
                     "member_id, lot_number, source, usable_day, expire_day,"
                     " granted_milli, left_milli, held_milli, spent_milli,"
                     " expired_milli, reversed_milli, deficit_paid_milli",
                     {id, number(++lot_number), "'t'", number(lot.usable_day), text(lot.expire_day),
                      granted, number(lot.left_milli), "500", "500", "0", "0", "0"}));
  }
  return sql;
}

// What the lost one brings to the one they are part of.
void join(const TestPerson& lost, TestPerson& kept) {
  const auto fill = [](auto& known, const auto& other) {
    if (known == std::decay_t<decltype(known)>()) known = other;
  };
  kept.met_day = std::min(kept.met_day, lost.met_day);
  kept.has_signed_up |= lost.has_signed_up;
  fill(kept.first_name, lost.first_name);
  fill(kept.last_name, lost.last_name);
  fill(kept.birth_date, lost.birth_date);
  fill(kept.anniversary_date, lost.anniversary_date);
  fill(kept.gender, lost.gender);
  fill(kept.family_status, lost.family_status);
  fill(kept.city, lost.city);
  fill(kept.language_code, lost.language_code);
  fill(kept.preferred_channel, lost.preferred_channel);
  kept.has_phone |= lost.has_phone;
  kept.has_email |= lost.has_email;
  if (lost.branch_us < kept.branch_us) {
    kept.branch_us = lost.branch_us;
    kept.branch_id = lost.branch_id;
  }
  if (lost.source_us && (!kept.source_us || *lost.source_us < *kept.source_us)) {
    kept.source_us = lost.source_us;
    kept.source_kind = lost.source_kind;
    kept.source_name = lost.source_name;
  }
  kept.tags.insert(kept.tags.end(), lost.tags.begin(), lost.tags.end());
  for (const auto& value : lost.custom_values) {
    const bool is_known =
        std::any_of(kept.custom_values.begin(), kept.custom_values.end(),
                    [&](const auto& known) { return known.first == value.first; });
    if (!is_known) kept.custom_values.push_back(value);
  }
  kept.other_consents.push_back(lost.consents);
  kept.lines.insert(kept.lines.end(), lost.lines.begin(), lost.lines.end());
}

}  // namespace

std::vector<int64_t> purchase_days_of(const TestPerson& person) {
  std::vector<int64_t> days;
  for (const TestDay& day : person.days) {
    if (day.units_milli > 0) days.push_back(day.day);
  }
  std::sort(days.begin(), days.end());
  return days;
}

TestPerson random_person(Dice& dice, int64_t member_id, int64_t today) {
  const QuestionNames names;
  const auto maybe = [&](const std::vector<std::string>& list) {
    if (dice.one_in(3)) return std::string();
    return list[static_cast<size_t>(dice.below(static_cast<int64_t>(list.size())))];
  };
  TestPerson person;
  person.member_id = member_id;
  person.met_day = today - dice.below(200);
  person.has_signed_up = dice.one_in(2);
  person.refuses = dice.one_in(6);
  person.is_archived = dice.one_in(6);
  person.stage = static_cast<int>(dice.between(1, 6));
  person.tier_id = maybe(names.tiers);
  person.first_name = maybe({"דנה", "Avi"});
  person.last_name = maybe({"כהן"});
  if (!dice.one_in(4)) person.birth_date = date_in(dice, 1960, 2027);
  if (!dice.one_in(2)) person.anniversary_date = date_in(dice, 1990, 2025);
  person.gender = static_cast<int>(dice.below(4));
  person.family_status = static_cast<int>(dice.below(5));
  person.city = maybe({"Tel Aviv", "TEL AVIV ", "חיפה", "Eilat"});
  person.language_code = maybe(names.languages);
  person.preferred_channel = static_cast<int>(dice.below(3));
  person.has_phone = dice.one_in(2);
  person.has_email = dice.one_in(3);
  person.branch_us = dice.between(1, 1000);
  person.branch_id = maybe(names.branches);
  if (dice.one_in(2)) {
    person.source_us = dice.between(1, 1000);
    person.source_kind = dice.any_of<int>({v1::SOURCE_KIND_CAMPAIGN, v1::SOURCE_KIND_EVENT});
    person.source_name = maybe(names.sources);
  }
  for (const std::string& tag : names.tags) {
    if (dice.one_in(4)) person.tags.push_back(tag);
  }
  const std::string color = maybe(names.text_values);
  if (!color.empty()) person.custom_values.emplace_back(kColorField, color);
  if (dice.one_in(2)) {
    person.custom_values.emplace_back(
        kShoeField, absl::StrCat(dice.between(-5, 50), dice.one_in(2) ? ".5" : ""));
  }
  for (int64_t left = dice.below(4); left > 0; --left) {
    person.consents.push_back(
        {static_cast<int>(dice.between(1, 4)), !dice.one_in(3), dice.between(1, 5)});
  }
  fill_purchases(dice, today, person);
  return person;
}

void write_people(TestClub& test, const std::vector<TestPerson>& people) {
  std::string sql;
  for (const TestPerson& person : people) {
    absl::StrAppend(&sql, member_sql(person), details_sql(person), purchases_sql(person));
  }
  for (const TestPerson& person : people) {
    if (person.merged_into == 0) continue;
    const std::string ids =
        absl::StrCat(person.member_id, ", 1, ", person.merged_into, ", 'r', 1, 1, ");
    absl::StrAppend(&sql,
                    "INSERT INTO merges (lost_id, position, kept_id, request_id, merge_us,"
                    " merge_day, undo_request_id) VALUES (",
                    ids, "'');");
  }
  test.tamper(sql);
}

std::vector<TestPerson> whole_people(const std::vector<TestPerson>& people) {
  const auto find = [](std::vector<TestPerson>& list, int64_t member_id) {
    return std::find_if(list.begin(), list.end(),
                        [&](const TestPerson& person) { return person.member_id == member_id; });
  };
  std::vector<TestPerson> all = people;
  std::vector<TestPerson> whole;
  for (const TestPerson& person : people) {
    if (person.merged_into == 0) whole.push_back(person);
  }
  // By whose row merges are read: the kept one's, then the lost one's id.
  std::vector<TestPerson> lost;
  for (const TestPerson& person : people) {
    if (person.merged_into != 0) lost.push_back(person);
  }
  std::sort(lost.begin(), lost.end(), [](const TestPerson& a, const TestPerson& b) {
    return std::pair(a.merged_into, a.member_id) < std::pair(b.merged_into, b.member_id);
  });
  for (const TestPerson& person : lost) {
    int64_t kept_id = person.merged_into;
    while (find(all, kept_id)->merged_into != 0) kept_id = find(all, kept_id)->merged_into;
    join(person, *find(whole, kept_id));
  }
  return whole;
}

}  // namespace moadon
