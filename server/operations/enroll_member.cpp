#include "server/operations/enroll_member.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/operations/claim_documents.h"
#include "server/operations/enrollment.h"
#include "server/operations/member_change.h"
#include "server/operations/member_message.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_details_store.h"

namespace moadon {
namespace {

struct Holder {
  std::optional<int64_t> member_id;
  std::vector<bool> holds;  // per key
};

absl::StatusOr<Holder> find_holder(sqlite::Connection& connection, const Enrollment& enrollment) {
  Holder holder;
  for (size_t i = 0; i < enrollment.keys.size(); ++i) {
    const storage::KeyRow& key = enrollment.keys[i];
    const auto found = storage::find_key_holder(connection, key.kind, key.value);
    if (!found.ok()) return found.status();
    holder.holds.push_back(found->has_value());
    if (!*found) continue;
    if (holder.member_id && *holder.member_id != **found) {
      return refuse(v1::REASON_KEY_TAKEN,
                    absl::StrCat(enrollment.fields[i], " belongs to another member"),
                    {{"field", enrollment.fields[i]}});
    }
    holder.member_id = **found;
  }
  return holder;
}

absl::StatusOr<storage::MemberRow> member_of(sqlite::Connection& connection, WriterState& state,
                                             const Holder& holder) {
  storage::MemberRow row;
  if (!holder.member_id) {
    row.member_id = state.new_id();
    return row;
  }
  const auto found = storage::find_member(connection, *holder.member_id);
  if (!found.ok()) return found.status();
  if (!*found) return absl::InternalError("a key's member is not there");
  return **found;
}

absl::StatusOr<bool> fill_details(sqlite::Connection& connection, int64_t member_id,
                                  const storage::DetailsRow& given) {
  const auto found = storage::find_details(connection, member_id);
  if (!found.ok()) return found.status();
  const storage::DetailsRow before = found->value_or(storage::DetailsRow{});
  storage::DetailsRow after = before;
  for (auto field : {&storage::DetailsRow::first_name, &storage::DetailsRow::last_name,
                     &storage::DetailsRow::birth_date, &storage::DetailsRow::anniversary_date}) {
    if ((after.*field).empty()) after.*field = given.*field;
  }
  if (after == before) return false;
  const absl::Status kept = storage::keep_details(connection, member_id, after);
  if (!kept.ok()) return kept;
  return true;
}

bool says_the_same(const storage::ConsentRow& a, const storage::ConsentRow& b) {
  return a.channel == b.channel && a.granted == b.granted && a.wording == b.wording &&
         a.place == b.place;
}

// Whether a consent is kept already. One without a time of its own repeats the newest of its
// channel when it says the same.
bool is_known(const storage::ConsentRow& consent, bool is_dated,
              const std::vector<storage::ConsentRow>& known) {
  if (is_dated) {
    return std::any_of(known.begin(), known.end(), [&](const storage::ConsentRow& row) {
      return says_the_same(row, consent) && row.occurred_us == consent.occurred_us;
    });
  }
  for (auto row = known.rbegin(); row != known.rend(); ++row) {
    if (row->channel == consent.channel) return says_the_same(*row, consent);
  }
  return false;
}

absl::StatusOr<bool> keep_consents(sqlite::Connection& connection, int64_t member_id,
                                   const Enrollment& enrollment) {
  auto known = storage::list_consents(connection, member_id);
  if (!known.ok()) return known.status();
  bool added = false;
  for (size_t i = 0; i < enrollment.consents.size(); ++i) {
    const storage::ConsentRow& consent = enrollment.consents[i];
    if (is_known(consent, enrollment.consent_is_dated[i], *known)) continue;
    known->push_back(consent);
    const absl::Status kept = storage::insert_consent(connection, member_id,
                                                      static_cast<int64_t>(known->size()), consent);
    if (!kept.ok()) return kept;
    added = true;
  }
  return added;
}

absl::Status keep_keys(sqlite::Connection& connection, int64_t member_id,
                       const Enrollment& enrollment, const Holder& holder) {
  const auto known = storage::list_keys(connection, member_id);
  if (!known.ok()) return known.status();
  int64_t position = static_cast<int64_t>(known->size());
  for (size_t i = 0; i < enrollment.keys.size(); ++i) {
    if (holder.holds[i]) continue;
    const absl::Status kept =
        storage::insert_key(connection, member_id, ++position, enrollment.keys[i]);
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

// The member's row as kept afterwards.
absl::StatusOr<storage::MemberRow> enroll(sqlite::Connection& connection, WriterState& state,
                                          const Enrollment& enrollment) {
  const absl::StatusOr<Holder> holder = find_holder(connection, enrollment);
  if (!holder.ok()) return holder.status();
  const absl::StatusOr<storage::MemberRow> row = member_of(connection, state, *holder);
  if (!row.ok()) return row.status();
  const int64_t member_id = row->member_id;

  MemberChange change(*row);
  change.met({enrollment.time_us, enrollment.day, enrollment.branch_id, {}});
  change.enrolled(enrollment.time_us, enrollment.day);
  for (size_t i = 0; i < enrollment.keys.size(); ++i) {
    if (holder->holds[i]) continue;
    change.touch();
    const absl::Status claimed = claim_documents(connection, state, enrollment.keys[i], change);
    if (!claimed.ok()) return claimed;
  }
  if (holder->member_id) {
    // A name or consent is written before the member's row, which must know of it.
    const absl::StatusOr<bool> named = fill_details(connection, member_id, enrollment.details);
    if (!named.ok()) return named.status();
    const absl::StatusOr<bool> agreed = keep_consents(connection, member_id, enrollment);
    if (!agreed.ok()) return agreed.status();
    if (*named || *agreed) change.touch();
  }
  absl::Status written = change.finish(connection, state);
  if (written.ok()) written = keep_keys(connection, member_id, enrollment, *holder);
  if (written.ok() && !holder->member_id) {
    written = fill_details(connection, member_id, enrollment.details).status();
    if (written.ok()) written = keep_consents(connection, member_id, enrollment).status();
  }
  if (!written.ok()) return written;
  return change.row();
}

template <typename Response, typename Make>
void enroll_and_answer(Club& club, const RegisterView* at, const v1::EnrollMemberRequest& request,
                       Make make, Answer<Response> answer) {
  absl::StatusOr<Enrollment> enrollment =
      prepare_enrollment(request, *club.view(), at, club.clock().now_us());
  if (!enrollment.ok()) {
    std::move(answer)(enrollment.status());
    return;
  }
  club.write<Response>(
      [enrollment = *std::move(enrollment), make](sqlite::Connection& connection,
                                                  WriterState& state) -> absl::StatusOr<Response> {
        const absl::StatusOr<storage::MemberRow> row = enroll(connection, state, enrollment);
        if (!row.ok()) return row.status();
        return make(connection, *row, Moment{*state.view(), state.now_us()});
      },
      std::move(answer));
}

}  // namespace

void enroll_member(Club& club, const v1::EnrollMemberRequest& request,
                   Answer<v1::EnrollMemberResponse> answer) {
  const auto make = [](sqlite::Connection& connection, const storage::MemberRow& row,
                       const Moment& moment) -> absl::StatusOr<v1::EnrollMemberResponse> {
    absl::StatusOr<v1::Member> member = member_message(connection, row, moment);
    if (!member.ok()) return member.status();
    v1::EnrollMemberResponse response;
    *response.mutable_member() = *std::move(member);
    return response;
  };
  enroll_and_answer<v1::EnrollMemberResponse>(club, nullptr, request, make, std::move(answer));
}

void enroll_member_at(Club& club, const RegisterView& at, const v1::EnrollMemberRequest& request,
                      Answer<v1::IdentifyResponse> answer) {
  const auto make = [](sqlite::Connection& connection, const storage::MemberRow& row,
                       const Moment& moment) { return identify_message(connection, row, moment); };
  enroll_and_answer<v1::IdentifyResponse>(club, &at, request, make, std::move(answer));
}

}  // namespace moadon
