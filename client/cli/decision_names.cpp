#include "client/cli/decision_names.h"

namespace moadon::cli {
namespace {

Text label_of(v1::Gender gender) {
  switch (gender) {
    case v1::GENDER_FEMALE:
      return {"woman", "אישה"};
    case v1::GENDER_MALE:
      return {"man", "גבר"};
    case v1::GENDER_OTHER:
      return {"other", "אחר"};
    default:
      return {"", ""};
  }
}

Text label_of(v1::FamilyStatus status) {
  switch (status) {
    case v1::FAMILY_STATUS_SINGLE:
      return {"single", "רווקות"};
    case v1::FAMILY_STATUS_COUPLE:
      return {"couple", "זוגיות"};
    case v1::FAMILY_STATUS_DIVORCED:
      return {"divorced", "גירושין"};
    case v1::FAMILY_STATUS_WIDOWED:
      return {"widowed", "אלמנות"};
    default:
      return {"", ""};
  }
}

Text label_of(v1::SignKind kind) {
  switch (kind) {
    case v1::SIGN_KIND_ENQUIRY:
      return {"asked something", "פנייה"};
    case v1::SIGN_KIND_QUOTE:
      return {"asked for a price", "בקשה להצעת מחיר"};
    case v1::SIGN_KIND_BASKET:
      return {"left a basket", "סל שנעזב"};
    case v1::SIGN_KIND_SIGN_UP:
      return {"signed up", "הצטרפות למועדון"};
    case v1::SIGN_KIND_VISIT:
      return {"visited the site", "ביקור באתר"};
    default:
      return {"-", "-"};
  }
}

Text label_of(v1::ContactChannel channel) {
  switch (channel) {
    case v1::CONTACT_CHANNEL_SMS:
      return {"text messages", "הודעות טקסט"};
    case v1::CONTACT_CHANNEL_EMAIL:
      return {"email", "דוא\"ל"};
    case v1::CONTACT_CHANNEL_PHONE:
      return {"phone", "טלפון"};
    case v1::CONTACT_CHANNEL_POST:
      return {"post", "דואר"};
    default:
      return {"-", "-"};
  }
}

Text label_of(v1::DecisionKind kind) {
  switch (kind) {
    case v1::DECISION_KIND_POINTS:
      return {"points by hand", "נקודות ידנית"};
    case v1::DECISION_KIND_RIGHT:
      return {"a right by hand", "זכות ידנית"};
    case v1::DECISION_KIND_TIER_LOCK:
      return {"tier kept by hand", "דרגה נעולה ידנית"};
    case v1::DECISION_KIND_NOTE:
      return {"note", "הערה"};
    case v1::DECISION_KIND_REFUSES:
      return {"wants no services", "אינו מעוניין בשירותים"};
    case v1::DECISION_KIND_WANTS:
      return {"wants services again", "מעוניין שוב בשירותים"};
    case v1::DECISION_KIND_MERGE:
      return {"merged", "איחוד חברים"};
    case v1::DECISION_KIND_UNDO_MERGE:
      return {"merge undone", "ביטול איחוד"};
    case v1::DECISION_KIND_KEEP:
      return {"reviewed: keep", "נבדק: להשאיר"};
    case v1::DECISION_KIND_CONTACT:
      return {"reviewed: contact", "נבדק: ליצור קשר"};
    case v1::DECISION_KIND_ARCHIVE:
      return {"reviewed: archive", "נבדק: לארכיון"};
    case v1::DECISION_KIND_ERASE:
      return {"details erased", "הפרטים נמחקו"};
    default:
      return {"-", "-"};
  }
}

}  // namespace

std::string gender_label(v1::Gender gender, Language language) {
  return std::string(label_of(gender).in(language));
}

std::string family_label(v1::FamilyStatus status, Language language) {
  return std::string(label_of(status).in(language));
}

std::string sign_label(v1::SignKind kind, Language language) {
  return std::string(label_of(kind).in(language));
}

std::string channel_label(v1::ContactChannel channel, Language language) {
  return std::string(label_of(channel).in(language));
}

std::string decision_label(v1::DecisionKind kind, Language language) {
  return std::string(label_of(kind).in(language));
}

}  // namespace moadon::cli
