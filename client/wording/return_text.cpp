#include "client/wording/return_text.h"

namespace moadon::wording {

std::string unseen_return_text(absl::string_view language_code) {
  if (language_code == "he") {
    return "אין כרגע תקשורת, ואי אפשר לקבל החזרה לפי קבלה שאינה שמורה בקופה הזאת; "
           "אפשר לחזור מאוחר יותר.";
  }
  return "There is no connection now, and a return by a receipt that this register does not keep "
         "cannot be taken; please come back later.";
}

}  // namespace moadon::wording
