#pragma once

#include "plugin/register/till/texts.h"

namespace moadon {

inline constexpr Texts kHebrewTexts = {
    .right_to_left = true,
    .help =
        "  קוד                        יחידה אחת\n"
        "  3x קוד, 0.347x קוד         כמה יחידות, או שקיל\n"
        "  3 x 12.50 קוד תיאור        עם מחיר ותיאור\n"
        "  טלפון N, כרטיס N, חבר N    מי קונה (חבר: כל מה שנסרק)\n"
        "  ספרות N                    מי קונה, לפי 4 עד 10 ספרות אחרונות\n"
        "  צרף פרטי משפחה             צירוף הלקוח/ה שלא נמצא/ה\n"
        "  תשובה טקסט                 מה שנאמר כשנשאלה שאלה\n"
        "  ללא                        המשך ללא חבר/ת מועדון\n"
        "  הצג, בטל 2, בטל            הסל; בלי שורה 2; ביטול הסל\n"
        "  סהכ                        המחיר הסופי\n"
        "  קופון קוד                  קוד שהלקוח/ה מציג/ה\n"
        "  נקודות 200, נקודות         תשלום בנקודות (לבד: כל מה שאפשר)\n"
        "  מתנה 50                    תשלום ביתרת מתנה\n"
        "  מזומן 50, מזומן, אשראי     תשלום\n"
        "  החזרה קבלה קופה            החזרת מוצרים (קופה: אם אחרת)\n"
        "  קבלה מספר קופה             הדפסת העתק\n"
        "  מצב, יציאה\n"
        "  מוצר שהקוד שלו הוא מילה כזאת: 1x קוד",
    .welcome = "קופה {}. לעזרה: ?",
    .prompt = "> ",
    .return_prompt = "החזרה> ",
    .price_question = "מחיר של {}? (ותיאור) ",
    .not_understood = "לא הובן: {}. לעזרה: ?",
    .no_price = "אין מחיר, לא נוסף.",
    .basket_empty = "הסל ריק.",
    .basket_cancelled = "הסל בוטל.",
    .line_cancelled = "השורה בוטלה.",
    .no_such_line = "אין שורה כזאת.",
    .basket_open = "קודם יש לסיים או לבטל את הסל.",
    .running_total = "סה\"כ עד כה {}",
    .own_prices = "המועדון אינו עונה: מחירי מחירון.",
    .not_enough = "לא מספיק: חסר {}.",
    .sale_waits = "קבלה {} שמורה כאן ותישלח.",
    .waiting_gone = "מה שנשמר כאן נשלח.",
    .waiting_left = "קבלות שמורות כאן שטרם נשלחו: {}",
    .not_kept = "אזהרה: אי אפשר לשמור מכירות בדיסק של מחשב זה: {}",
    .member_is = "חבר/ת מועדון: {}",
    .member_stage = "שלב: {}",
    .member_points = "נקודות: {}",
    .member_gone = "לא חבר/ת מועדון.",
    .join_offer = "לצירוף: צרף פרטי משפחה",
    .nobody_to_join = "קודם יש להקיש טלפון או כרטיס.",
    .joined = "ברוכים הבאים למועדון!",
    .ask = "לשאול: {} (תשובה ומה שנאמר)",
    .answer_thanks = "תודה, נרשם.",
    .nothing_asked = "לא נשאלה שאלה.",
    .answer_unclear = "זו אינה תשובה לשאלה.",
    .key_kept = "ללא חיבור, יתעדכן. הקנייה נשמרת לזכות חבר/ת המועדון.",
    .receipt_is_return = "קבלה זו היא החזרה.",
    .nothing_left = "לא נותר מה להחזיר.",
    .units_left = "נותרו {}",
    .taken_back = "מוחזר: {} {}",
    .too_many = "נותרו רק {}.",
    .nothing_taken = "לא נבחרה שורה.",
    .return_cancelled = "ההחזרה בוטלה.",
    .input_ended = "הסל לא שולם ונמחק.",
    .not_applied = "  לא {}: {}",
    .points_to_earn = "נקודות לצבירה: {}",
    .points_can_pay = "אפשר לשלם בנקודות: {} ({})",
    .points_pay = "תשלום בנקודות: {} ({})",
    .no_points_to_pay = "אי אפשר לשלם כאן בנקודות.",
    .gift_balance_pays = "תשלום ביתרת מתנה: {}",
    .next_tier = "עד לדרגה {}: {}",
    .purchase_days = "{} ימי קנייה",
    .right_granted = "ללקוח/ה: {}",
    .give_along = "לצרף מתנה: {}",
    .code_taken = "קוד {} נקלט.",
    .nothing_held = "ללא חיבור: בלי נקודות וקופונים.",
    .online = "מחובר",
    .offline_since = "ללא חיבור מאז {}, יתעדכן",
    .offline_always = "ללא חיבור, יתעדכן",
    .undelivered = "טרם נמסרו: {}",
    .program = "גרסת תקנון: {}",
    .agent = "גרסת סוכן: {}",
    .register_word = "קופה",
    .cashier = "קופאי/ת",
    .receipt = "קבלה",
    .return_receipt = "החזרה",
    .of_receipt = "של קבלה",
    .copy = "העתק",
    .discount = "הנחה",
    .total = "סה\"כ",
    .saved = "חסכת",
    .to_pay = "לתשלום",
    .cash = "מזומן",
    .card = "כרטיס אשראי",
    .other_tender = "אחר",
    .gift_balance = "יתרת מתנה",
    .points_back = "נקודות שהוחזרו",
    .cash_rounding = "עיגול מזומן",
    .given = "התקבל",
    .change = "עודף",
    .credit = "זיכוי",
    .vat_included = "כולל מע\"מ",
    .member = "חבר/ת מועדון",
    .not_member = "לא חבר/ת מועדון",
    .offline = "ללא חיבור, יתעדכן",
    .stage_potential = "פוטנציאלי",
    .stage_interested = "מתעניין",
    .stage_new = "חדש",
    .stage_active = "פעיל",
    .stage_loyal = "נאמן",
    .stage_churning = "נוטש",
    .member_unknown = "לא חבר/ת מועדון.",
    .key_ambiguous = "כמה חברים מסתיימים כך: יש לבקש את המספר המלא.",
    .key_taken = "המספר שייך לחבר/ת מועדון אחר/ת.",
    .server_unreachable = "ללא חיבור, יתעדכן.",
    .agent_unreachable = "תוכנת המועדון במחשב זה אינה עונה.",
    .too_slow = "המועדון לא ענה בזמן.",
    .busy = "המועדון עמוס, נסו שוב.",
    .disk_failed = "תקלה בדיסק של מחשב זה: יש לפנות לתמיכה.",
    .program_missing = "תקנון המועדון טרם הגיע לכאן.",
    .receipt_unknown = "אין קבלה כזאת.",
    .receipt_reused = "מספר הקבלה שייך למכירה אחרת.",
    .points_short = "נותרו פחות נקודות: סה\"כ מחדש.",
    .right_not_left = "הקופון נוצל במקום אחר: סה\"כ מחדש.",
    .return_exceeds_sold = "יותר ממה שנמכר בקבלה ונותר אצל הלקוח/ה.",
    .line_unknown = "אין שורה כזאת בקבלה.",
    .token_unknown = "המועדון אינו מכיר קופה זו.",
    .token_revoked = "ההרשאה של קופה זו בוטלה: יש לפנות לבעלים.",
    .journal_forked = "הדיסק של קופה זו הוא העתק: יש לפנות לתמיכה.",
    .journal_altered = "הרישום של הקבלה הזאת ניזוק: יש לפנות לתמיכה.",
    .journal_full = "אין מקום בדיסק של הקופה, והדבר לא נשמר: יש לפנות לתמיכה.",
    .sale_not_here = "אין תקשורת, ואי אפשר לקבל כעת החזרה לפי קבלה שאינה כאן.",
    .key_wrong = "מספר או כתובת לא תקינים, יש לבדוק.",
    .field_wrong = "לא התקבל: {}",
    .amount_wrong = "סכום או כמות גדולים מדי.",
    .too_large = "יותר מדי שורות.",
    .other_refusal = "סירוב ({}): {}",
};

}  // namespace moadon
