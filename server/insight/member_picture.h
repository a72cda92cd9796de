// All that a question of a group may ask of one member.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/profile.pb.h"

namespace moadon {

// What is read together, as bits of a set. The standing is always there.
enum class PicturePart : uint32_t {
  kProfile = 1,
  kKeys = 2,
  kConsents = 4,
  kTags = 8,
  kCustomValues = 16,
  kFirstContact = 32,
  kDays = 64,
  kPoints = 128,
  kLines = 256,
};
using PictureParts = uint32_t;
constexpr PictureParts bits(PicturePart part) { return static_cast<PictureParts>(part); }

// What is kept of some days, or ever.
struct DaysSum {
  int64_t day_count = 0;    // purchase days
  int64_t spend_minor = 0;  // net; may be below zero

  bool operator==(const DaysSum&) const = default;
};

// The newest word about a channel.
struct ChannelWord {
  int64_t occurred_us = 0;
  bool granted = false;
};
// By v1.ContactChannel.
using ChannelWords = std::array<std::optional<ChannelWord>, v1::ContactChannel_ARRAYSIZE>;

// A member now. Lists of the question's own are in the order of its slots (asked_question.h). Only
// what `parts` names has been read.
struct MemberPicture {
  PictureParts parts = 0;

  // Standing.
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  std::string tier_id;
  int64_t met_day = 0;
  bool has_signed_up = false;
  bool refuses = false;
  bool is_archived = false;
  DaysSum ever;
  std::optional<int64_t> first_purchase_day;
  std::optional<int64_t> last_purchase_day;

  // Profile; empty and 0: not known.
  std::string first_name;
  std::string last_name;
  std::string birth_date;
  std::string anniversary_date;
  int gender = 0;
  int family_status = 0;
  std::string city;         // as given
  std::string folded_city;  // as compared
  std::string language_code;
  int preferred_channel = 0;

  // Keys.
  bool has_phone = false;
  bool has_email = false;

  ChannelWords consents;
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> custom_values;  // field, value

  // First contact: with any branch, and with a source.
  std::optional<int64_t> branch_us;
  std::string branch_id;
  std::optional<int64_t> source_us;
  int source_kind = 0;
  std::string source_name;

  std::vector<DaysSum> last_days;     // by slot
  int64_t points_milli = 0;           // that can be spent today
  std::vector<int64_t> bought_milli;  // by slot
};

}  // namespace moadon
