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

}  // namespace moadon::cli::label
