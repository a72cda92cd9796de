// Questions over members that look random and have the form that the server takes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "moadon/v1/group_service.pb.h"
#include "rules/test_dice.h"

namespace moadon {

// Names that members of such a test's club have; some need quotes where they are written.
struct QuestionNames {
  std::vector<std::string> tiers = {"silver", "gold"};
  std::vector<std::string> cities = {"Tel Aviv", "חיפה", "eilat"};
  std::vector<std::string> branches = {"b1", "b2"};
  std::vector<std::string> sources = {"spring sale", "expo"};
  std::vector<std::string> tags = {"vip", "not \"so\" new", "and"};
  std::vector<std::string> languages = {"he", "en"};
  std::vector<std::string> text_values = {"red", "dark blue", "9"};
  std::vector<std::string> skus = {"A1", "A2", "B1", "B-2"};
  std::vector<std::string> prefixes = {"A", "B-"};
  std::vector<std::string> categories = {"bakery", "dairy", "לחם וחלה"};
  std::vector<std::string> brands = {"Roma", "No Name"};
};

inline constexpr char kColorField[] = "color";  // any text
inline constexpr char kShoeField[] = "shoe";    // a number

class RandomQuestion final {
 public:
  // `has_top`: whether a question about the best may be among them.
  RandomQuestion(Dice& dice, bool has_top) : dice_(dice), tops_left_(has_top ? 1 : 0) {}

  v1::Question make(int depth) {
    v1::Question question;
    if (depth > 1 && dice_.one_in(2)) {
      fill_joined(question, depth);
    } else {
      fill_single(question);
    }
    return question;
  }

 private:
  using Names = google::protobuf::RepeatedPtrField<std::string>;

  void fill_joined(v1::Question& question, int depth) {
    if (dice_.one_in(4)) {
      *question.mutable_not_() = make(depth - 1);
      return;
    }
    v1::QuestionList& list = dice_.one_in(2) ? *question.mutable_all() : *question.mutable_any();
    for (int64_t left = dice_.between(1, 3); left > 0; --left) {
      *list.add_questions() = make(depth - 1);
    }
  }

  const std::string& one(const std::vector<std::string>& names) {
    return names[static_cast<size_t>(dice_.below(static_cast<int64_t>(names.size())))];
  }
  void some(const std::vector<std::string>& names, Names& list) {
    for (int64_t left = dice_.between(1, 2); left > 0; --left) *list.Add() = one(names);
  }
  void maybe_some(const std::vector<std::string>& names, Names& list) {
    if (dice_.one_in(5)) some(names, list);
  }

  void fill_range(v1::Range& range, int64_t most) {
    const int64_t kind = dice_.below(4);
    const int64_t from = dice_.between(0, most);
    if (kind != 0) range.set_at_least(from);
    if (kind == 0) range.set_at_most(from);
    if (kind == 2) range.set_at_most(dice_.between(from, most));
    if (kind == 3) range.set_at_most(from);
  }

  int32_t last_days() { return static_cast<int32_t>(dice_.one_in(3) ? 0 : dice_.between(1, 120)); }

  void fill_bought(v1::BoughtQuestion& bought) {
    v1::ProductFilter filter;
    maybe_some(names_.skus, *filter.mutable_skus());
    maybe_some(names_.prefixes, *filter.mutable_sku_prefixes());
    maybe_some(names_.categories, *filter.mutable_categories());
    maybe_some(names_.brands, *filter.mutable_brands());
    maybe_some(names_.skus, *filter.mutable_excluded_skus());
    maybe_some(names_.prefixes, *filter.mutable_excluded_sku_prefixes());
    maybe_some(names_.categories, *filter.mutable_excluded_categories());
    maybe_some(names_.brands, *filter.mutable_excluded_brands());
    if (filter.ByteSizeLong() > 0) *bought.mutable_filter() = std::move(filter);
    bought.set_last_days(last_days());
    if (dice_.one_in(3)) fill_range(*bought.mutable_quantity_milli(), 6000);
    maybe_some(names_.branches, *bought.mutable_branch_ids());
  }

  void fill_custom(v1::CustomQuestion& custom) {
    const bool is_number = dice_.one_in(2);
    custom.set_field_id(is_number ? kShoeField : kColorField);
    if (dice_.one_in(3)) return;
    if (is_number) return fill_range(*custom.mutable_number(), 50);
    some(names_.text_values, *custom.mutable_one_of()->mutable_names());
  }

  void fill_missing(v1::NameList& list) {
    some({"first_name", "last_name", "birth_date", "anniversary_date", "gender", "family_status",
          "city", "language_code", "preferred_channel", "phone", "email", "custom.color",
          "custom.shoe"},
         *list.mutable_names());
  }

  void fill_source(v1::SourceQuestion& source) {
    if (!dice_.one_in(3)) {
      source.set_kind(dice_.one_in(2) ? v1::SOURCE_KIND_CAMPAIGN : v1::SOURCE_KIND_EVENT);
    }
    if (dice_.one_in(2)) source.set_name(one(names_.sources));
  }

  void fill_single(v1::Question& question) {
    const int64_t kind = dice_.below(tops_left_ > 0 ? 28 : 27);
    kind < 14 ? fill_person(question, kind) : fill_purchases(question, kind - 14);
  }

  void fill_person(v1::Question& question, int64_t kind) {
    switch (kind) {
      case 0:
        return fill_range(*question.mutable_age_years(), 60);
      case 1:
        for (int64_t left = dice_.between(1, 2); left > 0; --left) {
          question.mutable_genders()->add_genders(static_cast<v1::Gender>(dice_.below(4)));
        }
        return;
      case 2:
        for (int64_t left = dice_.between(1, 2); left > 0; --left) {
          question.mutable_family_statuses()->add_family_statuses(
              static_cast<v1::FamilyStatus>(dice_.below(5)));
        }
        return;
      case 3:
        return some(names_.cities, *question.mutable_cities()->mutable_names());
      case 4:
        return some(names_.branches, *question.mutable_branches()->mutable_names());
      case 5:
        question.mutable_source();
        return fill_source(*question.mutable_source());
      case 6:
        return some(names_.tags, *question.mutable_tags()->mutable_names());
      case 7:
        return question.mutable_consent()->set_channel(
            static_cast<v1::ContactChannel>(dice_.below(5)));
      case 8:
        return fill_missing(*question.mutable_missing());
      case 9:
        return question.set_birthday_within_days(static_cast<int32_t>(dice_.below(200)));
      case 10:
        return question.set_anniversary_within_days(static_cast<int32_t>(dice_.below(200)));
      case 11:
        return fill_custom(*question.mutable_custom());
      case 12:
        return some(names_.languages, *question.mutable_languages()->mutable_names());
      default:
        return question.set_refuses_services(dice_.one_in(2));
    }
  }

  void fill_purchases(v1::Question& question, int64_t kind) {
    switch (kind) {
      case 0:
        for (int64_t left = dice_.between(1, 2); left > 0; --left) {
          question.mutable_stages()->add_stages(static_cast<v1::Stage>(dice_.between(1, 6)));
        }
        return;
      case 1:
        return some(names_.tiers, *question.mutable_tiers()->mutable_names());
      case 2:
        return question.set_has_tier(dice_.one_in(2));
      case 3:
        question.mutable_spend()->set_last_days(last_days());
        return fill_range(*question.mutable_spend()->mutable_spend_minor(), 20'000);
      case 4:
        question.mutable_purchase_days()->set_last_days(last_days());
        return fill_range(*question.mutable_purchase_days()->mutable_day_count(), 5);
      case 5:
        return fill_range(*question.mutable_rhythm_days(), 60);
      case 6:
        return fill_range(*question.mutable_silent_days(), 150);
      case 7:
      case 8:
        return fill_bought(*question.mutable_bought());
      case 9:
        return fill_range(*question.mutable_met_days_ago(), 200);
      case 10:
        return question.set_has_signed_up(dice_.one_in(2));
      case 11:
        return question.set_is_archived(dice_.one_in(2));
      case 12:
        return fill_range(*question.mutable_points_milli(), 5000);
      default:
        --tops_left_;
        question.mutable_top()->set_share_bps(static_cast<int32_t>(dice_.between(1, 10'000)));
        return question.mutable_top()->set_last_days(last_days());
    }
  }

  Dice& dice_;
  int tops_left_;
  const QuestionNames names_;
};

}  // namespace moadon
