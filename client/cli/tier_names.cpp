#include "client/cli/tier_names.h"

namespace moadon::cli {
namespace {

Text label_of(v1::TierReason reason) {
  switch (reason) {
    case v1::TIER_REASON_PURCHASE:
      return {"a purchase", "קנייה"};
    case v1::TIER_REASON_LAPSE:
      return {"below the bar through the days of grace", "מתחת לסף לאורך ימי החסד"};
    case v1::TIER_REASON_RETURN:
      return {"goods came back", "סחורה הוחזרה"};
    case v1::TIER_REASON_LOCK:
      return {"a lock began", "נעילה החלה"};
    case v1::TIER_REASON_PROGRAM:
      return {"another program version", "גרסה אחרת של התוכנית"};
    case v1::TIER_REASON_MERGE:
      return {"two members became one, or two again", "שני חברים אוחדו, או הופרדו"};
    default:
      return {"-", "-"};
  }
}

Text label_of(v1::PointsEntryKind kind) {
  switch (kind) {
    case v1::POINTS_ENTRY_KIND_EARN:
      return {"earned", "נצברו"};
    case v1::POINTS_ENTRY_KIND_SPEND:
      return {"spent", "מומשו"};
    case v1::POINTS_ENTRY_KIND_EXPIRE:
      return {"expired", "פג תוקפן"};
    case v1::POINTS_ENTRY_KIND_REVERSE:
      return {"taken back", "נלקחו בחזרה"};
    case v1::POINTS_ENTRY_KIND_GIVE_BACK:
      return {"given back", "הוחזרו"};
    case v1::POINTS_ENTRY_KIND_ADJUST:
      return {"by hand", "ידנית"};
    case v1::POINTS_ENTRY_KIND_HOLD:
      return {"held", "שוריינו"};
    case v1::POINTS_ENTRY_KIND_DEFICIT:
      return {"owed", "חוב"};
    case v1::POINTS_ENTRY_KIND_GIFT:
      return {"gift", "מתנה"};
    default:
      return {"-", "-"};
  }
}

}  // namespace

std::string tier_reason_label(v1::TierReason reason, Language language) {
  return std::string(label_of(reason).in(language));
}

std::string points_entry_label(v1::PointsEntryKind kind, Language language) {
  return std::string(label_of(kind).in(language));
}

}  // namespace moadon::cli
