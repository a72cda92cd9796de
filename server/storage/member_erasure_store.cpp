#include "server/storage/member_erasure_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/storage/member_details_store.h"

namespace moadon::storage {
namespace {

// Longer texts may be split over pages of the file; their ends are not.
constexpr size_t kMaxWholeBytes = 128;
constexpr size_t kEndBytes = 64;

// An id as it stands in a record: big-endian.
std::string bytes_of(int64_t id) {
  std::string bytes(sizeof(id), '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<uint64_t>(id) >> (8 * (bytes.size() - 1 - i)));
  }
  return bytes;
}

// A record of member_keys holds value, member, position, shown, ending in this order, one of its
// index over endings ending, kind, value.
void add_key(std::vector<std::string>& texts, const KeyRow& key, int64_t member_id) {
  const std::string ending = key.ending.value_or("");
  for (const std::string& text : {key.value, key.shown, ending}) {
    if (text.size() >= kMinTellingBytes) add_sought_text(texts, text);
  }
  texts.push_back(absl::StrCat(key.value, bytes_of(member_id)));
  texts.push_back(absl::StrCat(key.shown, ending));
}

}  // namespace

void add_sought_text(std::vector<std::string>& texts, absl::string_view text) {
  if (text.size() <= kMaxWholeBytes) {
    texts.emplace_back(text);
    return;
  }
  texts.emplace_back(text.substr(0, kEndBytes));
  texts.emplace_back(text.substr(text.size() - kEndBytes));
}

constexpr Sql kListMergedInto{
    "SELECT lost_id FROM merges WHERE kept_id = $1 AND undo_us IS NULL ORDER BY lost_id"};

absl::StatusOr<std::vector<int64_t>> list_merged_into(Connection& connection, int64_t member_id) {
  return query_all(
      connection, kListMergedInto, [](Statement& row) { return row.int64(0); }, member_id);
}

constexpr Sql kListTexts{
    "SELECT value FROM member_custom_values WHERE member_id = $1"
    " UNION ALL SELECT note FROM member_notes WHERE member_id = $1"
    " UNION ALL SELECT tag FROM member_tags WHERE member_id = $1"
    " UNION ALL SELECT note FROM decisions WHERE member_id = $1"
    " UNION ALL SELECT note FROM tier_locks WHERE member_id = $1"
    " UNION ALL SELECT note FROM member_reviews WHERE member_id = $1"};

absl::StatusOr<std::vector<std::string>> list_personal_texts(Connection& connection,
                                                             int64_t member_id) {
  const auto keys = list_keys(connection, member_id);
  if (!keys.ok()) return keys.status();
  const auto details = find_details(connection, member_id);
  if (!details.ok()) return details.status();
  const auto written = query_all(
      connection, kListTexts, [](Statement& row) { return std::string(row.text(0)); }, member_id);
  if (!written.ok()) return written.status();
  std::vector<std::string> texts;
  for (const KeyRow& key : *keys) add_key(texts, key, member_id);
  if (*details) {
    const DetailsRow& row = **details;
    for (const std::string& text :
         {row.first_name, row.last_name, row.birth_date, row.anniversary_date, row.city}) {
      add_sought_text(texts, text);
    }
    add_sought_text(texts, absl::StrCat(row.first_name, row.last_name));
  }
  for (const std::string& text : *written) add_sought_text(texts, text);
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

constexpr Sql kIsSaid{
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM member_details WHERE first_name = $1 OR last_name = $1"
    " OR city = $1 OR birth_date = $1 OR anniversary_date = $1 OR first_name || last_name = $1)"
    " OR EXISTS (SELECT 1 FROM member_tags WHERE tag = $1)"
    " OR EXISTS (SELECT 1 FROM member_custom_values WHERE value = $1)"
    " OR EXISTS (SELECT 1 FROM member_notes WHERE note = $1)"
    " OR EXISTS (SELECT 1 FROM decisions WHERE note = $1)"
    " OR EXISTS (SELECT 1 FROM tier_locks WHERE note = $1)"
    " OR EXISTS (SELECT 1 FROM member_reviews WHERE note = $1) THEN 1 ELSE 0 END"};

absl::StatusOr<bool> is_said_of_somebody(Connection& connection, absl::string_view text) {
  return query_bool(connection, kIsSaid, text);
}

constexpr Sql kDeleteKeys{"DELETE FROM member_keys WHERE member_id = $1"};
constexpr Sql kDeleteDetails{"DELETE FROM member_details WHERE member_id = $1"};
constexpr Sql kDeleteConsents{"DELETE FROM member_consents WHERE member_id = $1"};
constexpr Sql kDeleteValues{"DELETE FROM member_custom_values WHERE member_id = $1"};
constexpr Sql kDeleteConfirmations{"DELETE FROM member_confirmations WHERE member_id = $1"};
constexpr Sql kDeleteAsks{"DELETE FROM member_asks WHERE member_id = $1"};
constexpr Sql kDeleteNotes{"DELETE FROM member_notes WHERE member_id = $1"};
constexpr Sql kDeleteTags{"DELETE FROM member_tags WHERE member_id = $1"};
constexpr Sql kBlankDecisions{"UPDATE decisions SET note = '' WHERE member_id = $1"};
constexpr Sql kBlankLocks{"UPDATE tier_locks SET note = '' WHERE member_id = $1"};
constexpr Sql kBlankReviews{"UPDATE member_reviews SET note = '' WHERE member_id = $1"};
constexpr Sql kForgetContacts{
    "UPDATE members SET key_kinds = 0, last_ask_us = NULL WHERE member_id = $1"};

absl::Status delete_personal_rows(Connection& connection, int64_t member_id) {
  for (const Sql& sql : {kDeleteKeys, kDeleteDetails, kDeleteConsents, kDeleteValues,
                         kDeleteConfirmations, kDeleteAsks, kDeleteNotes, kDeleteTags,
                         kBlankDecisions, kBlankLocks, kBlankReviews, kForgetContacts}) {
    const absl::Status done = execute(connection, sql, member_id);
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

constexpr Sql kListAnswers{
    "SELECT request_id, kind, answer FROM decisions WHERE member_id = $1 ORDER BY request_id"};

absl::StatusOr<std::vector<AnswerRow>> list_answers(Connection& connection, int64_t member_id) {
  return query_all(
      connection, kListAnswers,
      [](Statement& row) {
        return AnswerRow{std::string(row.text(0)), static_cast<DecisionKind>(row.int64(1)),
                         std::string(row.blob(2))};
      },
      member_id);
}

constexpr Sql kKeepAnswer{"UPDATE decisions SET answer = $2 WHERE request_id = $1"};

absl::Status keep_answer(Connection& connection, const AnswerRow& row) {
  return execute(connection, kKeepAnswer, row.request_id, Blob{row.answer});
}

constexpr Sql kBlankReason{"UPDATE decisions SET note = '' WHERE request_id = $1"};

absl::Status blank_reason(Connection& connection, absl::string_view request_id) {
  return execute(connection, kBlankReason, request_id);
}

constexpr Sql kListVerdictFacts{
    "SELECT sale_id, facts FROM sale_verdicts WHERE member_id = $1 ORDER BY sale_id"};

absl::StatusOr<std::vector<VerdictFactsRow>> list_verdict_facts(Connection& connection,
                                                                int64_t member_id) {
  return query_all(
      connection, kListVerdictFacts,
      [](Statement& row) {
        return VerdictFactsRow{row.int64(0), std::string(row.blob(1))};
      },
      member_id);
}

constexpr Sql kKeepVerdictFacts{
    "UPDATE sale_verdicts SET facts = $3 WHERE member_id = $1 AND sale_id = $2"};

absl::Status keep_verdict_facts(Connection& connection, int64_t member_id,
                                const VerdictFactsRow& row) {
  return execute(connection, kKeepVerdictFacts, member_id, row.sale_id, Blob{row.facts});
}

constexpr Sql kKeepErasedKey{
    "INSERT INTO erased_keys (digest, member_id, erase_us) VALUES ($1, $2, $3)"
    " ON CONFLICT (digest) DO UPDATE SET member_id = $2, erase_us = $3"};

absl::Status keep_erased_key(Connection& connection, absl::string_view digest,
                             const ErasedKeyRow& row) {
  return execute(connection, kKeepErasedKey, Blob{digest}, row.member_id, row.erase_us);
}

constexpr Sql kFindErasedKey{"SELECT member_id, erase_us FROM erased_keys WHERE digest = $1"};

absl::StatusOr<std::optional<ErasedKeyRow>> find_erased_key(Connection& connection,
                                                            absl::string_view digest) {
  return query_one(
      connection, kFindErasedKey,
      [](Statement& row) {
        return ErasedKeyRow{row.int64(0), row.int64(1)};
      },
      Blob{digest});
}

constexpr Sql kDeleteErasedKey{"DELETE FROM erased_keys WHERE digest = $1"};

absl::Status delete_erased_key(Connection& connection, absl::string_view digest) {
  return execute(connection, kDeleteErasedKey, Blob{digest});
}

}  // namespace moadon::storage
