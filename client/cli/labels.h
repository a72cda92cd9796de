// Words that more than one command prints.
#pragma once

#include "client/cli/language.h"

namespace moadon::cli::label {

inline constexpr Text kMember = {"member", "חבר"};
inline constexpr Text kKeys = {"keys", "מפתחות"};
inline constexpr Text kKey = {"key", "מפתח"};
inline constexpr Text kName = {"name", "שם"};
inline constexpr Text kStage = {"stage", "שלב"};
inline constexpr Text kSince = {"since", "מאז"};
inline constexpr Text kPurchaseDays = {"purchase days", "ימי קנייה"};
inline constexpr Text kLastPurchase = {"last purchase", "קנייה אחרונה"};
inline constexpr Text kNetSpend = {"net spend", "קניות נטו"};
inline constexpr Text kMet = {"met", "היכרות"};
inline constexpr Text kEnrolled = {"enrolled", "הצטרפות"};
inline constexpr Text kDate = {"date", "תאריך"};
inline constexpr Text kFrom = {"from", "משלב"};
inline constexpr Text kTo = {"to", "לשלב"};
inline constexpr Text kWhy = {"why", "מדוע"};
inline constexpr Text kRegister = {"register", "קופה"};
inline constexpr Text kBranch = {"branch", "סניף"};
inline constexpr Text kReceipt = {"receipt", "קבלה"};
inline constexpr Text kKind = {"kind", "סוג"};
inline constexpr Text kLines = {"lines", "שורות"};
inline constexpr Text kValue = {"value", "ערך"};
inline constexpr Text kPaidNet = {"paid net", "שולם נטו"};
inline constexpr Text kNotes = {"notes", "הערות"};
inline constexpr Text kSale = {"sale", "מכירה"};
inline constexpr Text kReturn = {"return", "החזרה"};
inline constexpr Text kWaiting = {"waits for its sale", "ממתינה למכירה"};
inline constexpr Text kRevoked = {"revoked", "בוטל"};
inline constexpr Text kZone = {"zone", "אזור זמן"};
inline constexpr Text kVersion = {"version", "גרסה"};
inline constexpr Text kTitle = {"title", "כותרת"};
inline constexpr Text kCurrency = {"currency", "מטבע"};

inline constexpr Text kTier = {"tier", "דרגה"};
inline constexpr Text kTierFrom = {"from tier", "מדרגה"};
inline constexpr Text kTierTo = {"to tier", "לדרגה"};
inline constexpr Text kUntil = {"until", "עד"};
inline constexpr Text kNote = {"note", "הערה"};
inline constexpr Text kActor = {"by", "על ידי"};
inline constexpr Text kRight = {"right", "זכות"};
inline constexpr Text kUsesLeft = {"uses left", "שימושים שנותרו"};
inline constexpr Text kAmountLeft = {"amount left", "יתרת השובר"};
inline constexpr Text kValidFrom = {"from", "מתאריך"};
inline constexpr Text kPoints = {"points", "נקודות"};
inline constexpr Text kPointsAvailable = {"points", "נקודות זמינות"};
inline constexpr Text kPointsPending = {"points pending", "נקודות בהמתנה"};
inline constexpr Text kPointsHeld = {"points held", "נקודות משוריינות"};
inline constexpr Text kPointsOwed = {"points owed", "נקודות בחוב"};
inline constexpr Text kBirthDate = {"born", "יום הולדת"};
inline constexpr Text kAnniversary = {"anniversary", "יום נישואין"};
inline constexpr Text kTags = {"tags", "תגיות"};

}  // namespace moadon::cli::label
