// Taking out of the tables what says who a member is, and remembering their keys by digests only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/decision_store.h"
#include "server/storage/query.h"

namespace moadon::storage {

// Members who are part of another now.
absl::StatusOr<std::vector<int64_t>> list_merged_into(Connection& connection, int64_t member_id);

// Keys shorter than this stand in many places by chance: only together with what is beside them.
inline constexpr size_t kMinTellingBytes = 8;
// Adds a text to those that are looked for in the file's bytes: of a long one, which may be split
// over pages of the file, its beginning and its end.
void add_sought_text(std::vector<std::string>& texts, absl::string_view text);

// What of a member's personal rows would be found in the file's bytes, were they still there: keys,
// names, dates, notes.
absl::StatusOr<std::vector<std::string>> list_personal_texts(Connection& connection,
                                                             int64_t member_id);
// Whether a detail, tag, value, note or reason of any member is just this text.
absl::StatusOr<bool> is_said_of_somebody(Connection& connection, absl::string_view text);

// Removes keys, details, consents, values of the owner's fields, confirmations, asks, notes and
// tags, and blanks what was written as the reason of a decision, lock or review. The number of tags
// in the member's row is the caller's.
absl::Status delete_personal_rows(Connection& connection, int64_t member_id);

// A decision's answer, which may name people.
struct AnswerRow {
  std::string request_id;
  DecisionKind kind = DecisionKind::kPoints;
  std::string answer;
};

// Of decisions about a member.
absl::StatusOr<std::vector<AnswerRow>> list_answers(Connection& connection, int64_t member_id);
absl::Status keep_answer(Connection& connection, const AnswerRow& row);
absl::Status blank_reason(Connection& connection, absl::string_view request_id);

// The facts that a sale's verdict rests on.
struct VerdictFactsRow {
  int64_t sale_id = 0;
  std::string facts;  // v1.MemberFacts
};

absl::StatusOr<std::vector<VerdictFactsRow>> list_verdict_facts(Connection& connection,
                                                                int64_t member_id);
absl::Status keep_verdict_facts(Connection& connection, int64_t member_id,
                                const VerdictFactsRow& row);

// Whose key it was, and until when.
struct ErasedKeyRow {
  int64_t member_id = 0;
  int64_t erase_us = 0;
};

// `digest`: of the key as compared, keyed with the club's secret.
absl::Status keep_erased_key(Connection& connection, absl::string_view digest,
                             const ErasedKeyRow& row);
absl::StatusOr<std::optional<ErasedKeyRow>> find_erased_key(Connection& connection,
                                                            absl::string_view digest);
absl::Status delete_erased_key(Connection& connection, absl::string_view digest);

}  // namespace moadon::storage
