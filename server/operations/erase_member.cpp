#include "server/operations/erase_member.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/decision.h"
#include "server/operations/erased_key.h"
#include "server/operations/hand_over_people.h"
#include "server/operations/impersonal.h"
#include "server/operations/member_change.h"
#include "server/operations/member_id.h"
#include "server/operations/member_message.h"
#include "server/operations/whole_person.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_erasure_store.h"
#include "server/storage/merge_store.h"
#include "sqlite/file_search.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxActorBytes = 64;
// Nobody writes while those who read the old data are waited for.
constexpr int kReadersWaitMs = 1'000;

absl::Status check_request(const v1::EraseMemberRequest& request) {
  absl::Status status =
      check_text(request.member_id(), kMaxIdBytes, Presence::kRequired, "member_id");
  status.Update(check_text(request.actor(), kMaxActorBytes, Presence::kRequired, "actor"));
  return status;
}

// What the transaction leaves to those who clean up after it.
struct Erasure {
  v1::EraseMemberResponse response;
  // To be found nowhere in the file. Of a member who was erased before, perhaps by a call that did
  // not get to the end, nobody knows any more.
  std::vector<std::string> texts;
  // Remembered answers about these may tell of them.
  absl::flat_hash_set<int64_t> told_by;
  bool was_erased = false;
};

// The member and everybody who is part of them.
absl::StatusOr<std::vector<storage::MemberRow>> whole_family(sqlite::Connection& connection,
                                                             const storage::MemberRow& member) {
  std::vector<storage::MemberRow> family = {member};
  for (size_t i = 0; i < family.size(); ++i) {
    const auto lost_ids = storage::list_merged_into(connection, family[i].member_id);
    if (!lost_ids.ok()) return lost_ids.status();
    for (const int64_t lost_id : *lost_ids) {
      const auto lost = storage::find_member(connection, lost_id);
      if (!lost.ok()) return lost.status();
      if (*lost) family.push_back(**lost);
    }
  }
  return family;
}

// Everybody who was ever one with the member, or with somebody who was: answers about them may name
// the member.
absl::StatusOr<std::set<int64_t>> partners_of(sqlite::Connection& connection, int64_t member_id) {
  std::set<int64_t> partners{member_id};
  std::vector<int64_t> open{member_id};
  const auto reach = [&](int64_t id) {
    if (partners.insert(id).second) open.push_back(id);
  };
  while (!open.empty()) {
    const int64_t id = open.back();
    open.pop_back();
    const auto as_lost = storage::list_merges_of_lost(connection, id);
    if (!as_lost.ok()) return as_lost.status();
    for (const storage::MergeRow& merge : *as_lost) reach(merge.kept_id);
    const auto as_kept = storage::list_merges_into(connection, id);
    if (!as_kept.ok()) return as_kept.status();
    for (const storage::MergeRow& merge : *as_kept) reach(merge.lost_id);
  }
  partners.erase(member_id);
  return partners;
}

bool is_of_two(storage::DecisionKind kind) {
  return kind == storage::DecisionKind::kMerge || kind == storage::DecisionKind::kUndoMerge;
}

// Leaves the answers readable, and of decisions about two people no reason.
absl::Status clean_answers(sqlite::Connection& connection, int64_t member_id) {
  const auto answers = storage::list_answers(connection, member_id);
  if (!answers.ok()) return answers.status();
  for (const storage::AnswerRow& row : *answers) {
    absl::StatusOr<std::string> answer = impersonal_answer(row.kind, row.answer);
    if (!answer.ok()) return answer.status();
    absl::Status kept;
    if (*answer != row.answer) {
      kept = storage::keep_answer(connection, {row.request_id, row.kind, *std::move(answer)});
    }
    if (kept.ok() && is_of_two(row.kind)) kept = storage::blank_reason(connection, row.request_id);
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

absl::Status clean_verdicts(sqlite::Connection& connection, int64_t member_id) {
  const auto rows = storage::list_verdict_facts(connection, member_id);
  if (!rows.ok()) return rows.status();
  for (const storage::VerdictFactsRow& row : *rows) {
    v1::MemberFacts facts;
    if (!facts.ParseFromString(row.facts)) {
      return absl::InternalError("a verdict's facts cannot be read");
    }
    make_impersonal(facts);
    std::string bytes = facts.SerializeAsString();
    if (bytes == row.facts) continue;
    const absl::Status kept =
        storage::keep_verdict_facts(connection, member_id, {row.sale_id, std::move(bytes)});
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

absl::Status remember_keys(sqlite::Connection& connection, WriterState& state, int64_t member_id,
                           int64_t erase_us) {
  const auto keys = storage::list_keys(connection, member_id);
  if (!keys.ok()) return keys.status();
  for (const storage::KeyRow& key : *keys) {
    const absl::Status kept = storage::keep_erased_key(
        connection, erased_key_digest(*state.view(), key), {member_id, erase_us});
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

// One of a family; the row as kept afterwards.
absl::StatusOr<storage::MemberRow> erase_one(sqlite::Connection& connection, WriterState& state,
                                             const storage::MemberRow& row, int64_t erase_us,
                                             std::vector<std::string>& texts) {
  const int64_t member_id = row.member_id;
  const auto found = storage::list_personal_texts(connection, member_id);
  if (!found.ok()) return found.status();
  texts.insert(texts.end(), found->begin(), found->end());
  absl::Status erased = remember_keys(connection, state, member_id, erase_us);
  if (erased.ok()) erased = storage::delete_personal_rows(connection, member_id);
  if (erased.ok()) erased = clean_answers(connection, member_id);
  if (erased.ok()) erased = clean_verdicts(connection, member_id);
  if (!erased.ok()) return erased;
  const auto partners = partners_of(connection, member_id);
  if (!partners.ok()) return partners.status();
  for (const int64_t partner : *partners) {
    erased = clean_answers(connection, partner);
    // While they were one, facts of the partner had the member's birthday and tags.
    if (erased.ok()) erased = clean_verdicts(connection, partner);
    if (!erased.ok()) return erased;
  }
  MemberChange change(row);
  change.row_to_edit().tag_count = 0;
  change.row_to_edit().erase_us = erase_us;
  change.touch();
  erased = change.finish(connection, state);
  if (!erased.ok()) return erased;
  return change.row();
}

// Of an erased member's family: the reasons of what was decided since.
absl::Status forget_later_words(sqlite::Connection& connection, const storage::MemberRow& member) {
  const auto family = whole_family(connection, member);
  if (!family.ok()) return family.status();
  for (const storage::MemberRow& row : *family) {
    absl::Status forgotten = storage::delete_personal_rows(connection, row.member_id);
    if (forgotten.ok()) forgotten = clean_answers(connection, row.member_id);
    if (!forgotten.ok()) return forgotten;
  }
  return absl::OkStatus();
}

// The family and everybody who was ever one with somebody of it.
absl::Status add_told_by(sqlite::Connection& connection, const storage::MemberRow& member,
                         absl::flat_hash_set<int64_t>& told_by) {
  const auto family = whole_family(connection, member);
  if (!family.ok()) return family.status();
  for (const storage::MemberRow& row : *family) {
    const auto partners = partners_of(connection, row.member_id);
    if (!partners.ok()) return partners.status();
    told_by.insert(row.member_id);
    told_by.insert(partners->begin(), partners->end());
  }
  return absl::OkStatus();
}

// That it was done, by whom.
absl::Status write_down(sqlite::Connection& connection, WriterState& state,
                        const v1::EraseMemberRequest& request, int64_t member_id) {
  storage::DecisionRow decision;
  decision.kind = storage::DecisionKind::kErase;
  decision.request_id = absl::StrCat("erase/", member_id_text(state.new_id()));
  decision.actor = request.actor();
  return keep_made(connection, state, member_id, v1::EraseMemberResponse(), decision);
}

absl::Status erase(sqlite::Connection& connection, WriterState& state,
                   const v1::EraseMemberRequest& request, Erasure& erasure) {
  if (!state.view()->has_program()) {
    return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  }
  absl::StatusOr<storage::MemberRow> member = find_by_id(connection, request.member_id());
  if (!member.ok()) return member.status();
  const absl::Status stands_alone = check_not_merged(*member);
  if (!stands_alone.ok()) return stands_alone;
  erasure.was_erased = member->erase_us.has_value();
  if (!erasure.was_erased) {
    const auto family = whole_family(connection, *member);
    if (!family.ok()) return family.status();
    const int64_t erase_us = state.now_us();
    for (const storage::MemberRow& row : *family) {
      auto left = erase_one(connection, state, row, erase_us, erasure.texts);
      if (!left.ok()) return left.status();
      if (left->member_id == member->member_id) member = *std::move(left);
    }
    const absl::Status written = write_down(connection, state, request, member->member_id);
    if (!written.ok()) return written;
  } else {
    const absl::Status again = forget_later_words(connection, *member);
    if (!again.ok()) return again;
  }
  const absl::Status forgotten = forget_erased_in_queue(connection, state, erasure.texts);
  if (!forgotten.ok()) return forgotten;
  const absl::Status told = add_told_by(connection, *member, erasure.told_by);
  if (!told.ok()) return told;
  absl::StatusOr<v1::Member> message =
      member_message(connection, *member, Moment{*state.view(), state.now_us()});
  if (!message.ok()) return message.status();
  *erasure.response.mutable_member() = *std::move(message);
  return absl::OkStatus();
}

absl::Status empty_wal(sqlite::Connection& connection) {
  connection.set_busy_timeout(kReadersWaitMs);
  const absl::StatusOr<bool> is_empty = connection.empty_wal();
  connection.set_busy_timeout(sqlite::kBusyTimeoutMs);
  if (!is_empty.ok()) return is_empty.status();
  if (*is_empty) return absl::OkStatus();
  return refuse(v1::REASON_BUSY,
                "something else reads all data; the details are erased, but the"
                " files are not clean yet");
}

// Whether a text is in the file that no row of somebody else explains.
absl::StatusOr<bool> has_rest(sqlite::Connection& connection,
                              const std::vector<std::string>& texts) {
  const absl::StatusOr<std::vector<bool>> found = sqlite::find_in_file(connection, texts);
  if (!found.ok()) return found.status();
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!(*found)[i]) continue;
    const absl::StatusOr<bool> is_said = storage::is_said_of_somebody(connection, texts[i]);
    if (!is_said.ok()) return is_said.status();
    if (!*is_said) return true;
  }
  return false;
}

// Deleted rows are overwritten, but pages that SQLite split or rebuilt while the rows were alive
// may keep a copy in bytes that nothing uses (about one of 250 members, by experiment). Nobody
// writes meanwhile, so what is clean stays clean.
absl::Status clean_files(sqlite::Connection& connection, const Erasure& erasure) {
  const absl::Status emptied = empty_wal(connection);
  if (!emptied.ok()) return emptied;
  if (!erasure.was_erased) {
    const absl::StatusOr<bool> has_any = has_rest(connection, erasure.texts);
    if (!has_any.ok()) return has_any.status();
    if (!*has_any) return absl::OkStatus();
  }
  const absl::Status rewritten = connection.rewrite_file();
  return rewritten.ok() ? empty_wal(connection) : rewritten;
}

}  // namespace

void erase_member(Club& club, const v1::EraseMemberRequest& request,
                  Answer<v1::EraseMemberResponse> answer) {
  absl::Status form = check_request(request);
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  auto erasure = std::make_unique<Erasure>();
  Erasure* const filled = erasure.get();
  club.submit(
      [request, filled](sqlite::Connection& connection, WriterState& state) {
        return erase(connection, state, request, *filled);
      },
      [&club, erasure = std::move(erasure), answer = std::move(answer)](absl::Status done) mutable {
        if (!done.ok()) {
          std::move(answer)(std::move(done));
          return;
        }
        const Erasure* const erased = erasure.get();
        club.database().writer().submit_upkeep(
            [&club, erased](sqlite::Connection& connection) {
              const absl::Status forgotten = club.members().forget(erased->told_by);
              return forgotten.ok() ? clean_files(connection, *erased) : forgotten;
            },
            [erasure = std::move(erasure),
             answer = std::move(answer)](absl::Status cleaned) mutable {
              if (!cleaned.ok()) {
                std::move(answer)(std::move(cleaned));
              } else {
                std::move(answer)(std::move(erasure->response));
              }
            });
      });
}

}  // namespace moadon
