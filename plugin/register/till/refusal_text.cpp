#include "plugin/register/till/refusal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace moadon {
namespace {

struct Sentence {
  std::string_view reason;
  const char* Texts::*text;
};

constexpr Sentence kSentences[] = {{"REASON_MEMBER_UNKNOWN", &Texts::member_unknown},
                                   {"REASON_KEY_AMBIGUOUS", &Texts::key_ambiguous},
                                   {"REASON_KEY_TAKEN", &Texts::key_taken},
                                   {"REASON_SERVER_UNREACHABLE", &Texts::server_unreachable},
                                   {"REASON_AGENT_UNREACHABLE", &Texts::agent_unreachable},
                                   {"REASON_STOPPING", &Texts::agent_unreachable},
                                   {"REASON_DEADLINE_EXCEEDED", &Texts::too_slow},
                                   {"REASON_BUSY", &Texts::busy},
                                   {"REASON_OUTCOME_UNKNOWN", &Texts::disk_failed},
                                   {"REASON_PROGRAM_MISSING", &Texts::program_missing},
                                   {"REASON_RECEIPT_UNKNOWN", &Texts::receipt_unknown},
                                   {"REASON_RECEIPT_REUSED", &Texts::receipt_reused},
                                   {"REASON_POINTS_SHORT", &Texts::points_short},
                                   {"REASON_RIGHT_NOT_LEFT", &Texts::right_not_left},
                                   {"REASON_RETURN_EXCEEDS_SOLD", &Texts::return_exceeds_sold},
                                   {"REASON_LINE_UNKNOWN", &Texts::line_unknown},
                                   {"REASON_TOKEN_UNKNOWN", &Texts::token_unknown},
                                   {"REASON_TOKEN_REVOKED", &Texts::token_revoked},
                                   {"REASON_JOURNAL_FORKED", &Texts::journal_forked},
                                   {"REASON_JOURNAL_ALTERED", &Texts::journal_altered},
                                   {"REASON_JOURNAL_FULL", &Texts::journal_full},
                                   {"REASON_SALE_NOT_HERE", &Texts::sale_not_here},
                                   {"REASON_AMOUNT_OUT_OF_RANGE", &Texts::amount_wrong},
                                   {"REASON_TOO_LARGE", &Texts::too_large}};

constexpr std::string_view kFieldReasons[] = {"REASON_FIELD_MISSING", "REASON_FIELD_INVALID",
                                              "REASON_TEXT_INVALID", "REASON_TIME_OUT_OF_RANGE"};

constexpr std::string_view kAbsences[] = {"REASON_AGENT_UNREACHABLE",
                                          "REASON_SERVER_UNREACHABLE",
                                          "REASON_STOPPING",
                                          "REASON_DEADLINE_EXCEEDED",
                                          "REASON_BUSY",
                                          "REASON_PROGRAM_MISSING",
                                          "REASON_OUTCOME_UNKNOWN",
                                          "REASON_INTERNAL",
                                          "REASON_TOKEN_UNKNOWN",
                                          "REASON_TOKEN_REVOKED",
                                          "REASON_VERSION_MISMATCH"};

template <typename List>
bool contains(const List& list, std::string_view reason) {
  return std::find(std::begin(list), std::end(list), reason) != std::end(list);
}

// What the cashier typed after "phone", "card" and their like: "key.phone", "keys[0]".
bool is_key(const std::string& field) {
  return field.rfind("key.", 0) == 0 || field.rfind("keys[", 0) == 0;
}

}  // namespace

std::string refusal_text(const Texts& texts, const Refusal& refusal) {
  const auto* found =
      std::find_if(std::begin(kSentences), std::end(kSentences),
                   [&](const Sentence& sentence) { return sentence.reason == refusal.reason; });
  if (found != std::end(kSentences)) return texts.*(found->text);
  if (contains(kFieldReasons, refusal.reason)) {
    const std::string field = text_of(refusal.values, "field");
    if (is_key(field)) return texts.key_wrong;
    return fmt::format(fmt::runtime(texts.field_wrong), field);
  }
  return fmt::format(fmt::runtime(texts.other_refusal), refusal.reason, refusal.message);
}

bool is_absence(const Refusal& refusal) { return contains(kAbsences, refusal.reason); }

}  // namespace moadon
