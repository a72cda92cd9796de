#include "server/operations/take_leases.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "rules/calendar.h"
#include "rules/field_checks.h"
#include "rules/refusal.h"
#include "server/operations/lease_candidates.h"
#include "server/operations/lease_journal.h"
#include "server/operations/lease_slices.h"
#include "server/operations/lease_turn.h"
#include "server/operations/member_id.h"
#include "server/operations/member_rights.h"
#include "server/operations/note_chain.h"
#include "server/operations/writer_state.h"
#include "server/storage/journal_place_store.h"
#include "server/storage/lease_store.h"
#include "server/storage/slice_store.h"

namespace moadon {
namespace {

absl::Status check_right(const v1::LeasedRight& right, const FieldPath& at) {
  if (right.member_id().empty()) return missing(at.at("member_id"));
  return right.grant_id().empty() ? missing(at.at("grant_id")) : absl::OkStatus();
}

absl::Status check_slice(const v1::BudgetSlice& slice, const FieldPath& at) {
  if (slice.benefit_id().empty()) return missing(at.at("benefit_id"));
  if (slice.amount_minor() < 0) return invalid(at.at("amount_minor"), "0 or more");
  return slice.use_count() < 0 ? invalid(at.at("use_count"), "0 or more") : absl::OkStatus();
}

absl::Status check_request(const v1::TakeLeasesRequest& request, const ClubView& view) {
  if (request.turn() < 1) return invalid(FieldPath("turn"), "1 or more");
  if (request.previous_turn() < 0 || request.previous_turn() >= request.turn()) {
    return invalid(FieldPath("previous_turn"), "0 or more, and less than turn");
  }
  const FieldPath journal_id("journal_id");
  if (request.journal_id().empty()) return missing(journal_id);
  if (request.journal_id().size() != storage::kJournalIdBytes) {
    return invalid(journal_id, "16 bytes");
  }
  const FieldPath kept("kept");
  const FieldPath slices("slices");
  absl::Status status = check_count(request.kept_size(), kMaxKeptRights, kept);
  status.Update(check_count(request.slices_size(), kMaxKeptSlices, slices));
  if (!status.ok()) return status;
  for (int i = 0; i < request.kept_size(); ++i) {
    status.Update(check_right(request.kept(i), kept.at(i)));
  }
  for (int i = 0; i < request.slices_size(); ++i) {
    status.Update(check_slice(request.slices(i), slices.at(i)));
  }
  if (status.ok() && !view.has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  return status;
}

// Ids that nobody was ever given name nothing.
absl::flat_hash_set<int64_t> kept_grants(const v1::TakeLeasesRequest& request) {
  absl::flat_hash_set<int64_t> grants;
  for (const v1::LeasedRight& right : request.kept()) {
    if (const auto grant_id = grant_id_of(right.grant_id()); grant_id) grants.insert(*grant_id);
  }
  return grants;
}

ReportedSlices reported_slices(const v1::TakeLeasesRequest& request) {
  ReportedSlices reported;
  for (const v1::BudgetSlice& slice : request.slices()) {
    SliceParts& parts = reported[slice.benefit_id()];
    parts.amount_minor = std::max(parts.amount_minor, slice.amount_minor());
    parts.use_count = std::max(parts.use_count, slice.use_count());
  }
  return reported;
}

// A turn in the form in which the writer takes it.
struct Turn {
  TurnName name;
  absl::flat_hash_set<int64_t> kept;
  ReportedSlices slices;
  std::vector<LeaseCandidate> candidates;
};

v1::TakeLeasesResponse response_of(const std::vector<storage::LeaseRow>& leases,
                                   const std::vector<storage::SliceRow>& slices, int64_t now_us) {
  v1::TakeLeasesResponse response;
  for (const storage::LeaseRow& lease : leases) {
    if (lease.is_called_back) continue;
    v1::LeasedRight& right = *response.add_rights();
    right.set_member_id(member_id_text(lease.member_id));
    right.set_grant_id(grant_id_text(lease.grant_id));
    *right.mutable_end_time() = timestamp_of(lease.end_us);
  }
  for (const storage::SliceRow& row : slices) {
    v1::BudgetSlice& slice = *response.add_slices();
    slice.set_benefit_id(row.benefit_id);
    slice.set_amount_minor(row.amount_minor);
    slice.set_use_count(row.use_count);
    *slice.mutable_end_time() = timestamp_of(row.end_us);
  }
  *response.mutable_server_time() = timestamp_of(now_us);
  return response;
}

absl::StatusOr<v1::TakeLeasesResponse> what_stands(sqlite::Connection& connection,
                                                   const std::string& register_id, int64_t now_us) {
  const auto leases = storage::list_leases(connection, register_id);
  if (!leases.ok()) return leases.status();
  const auto slices = storage::list_slices(connection, register_id);
  if (!slices.ok()) return slices.status();
  return response_of(*leases, *slices, now_us);
}

absl::StatusOr<v1::TakeLeasesResponse> take(sqlite::Connection& connection, WriterState& state,
                                            const Turn& turn) {
  const ClubView& view = *state.view();
  const int64_t now_us = state.now_us();
  const std::string& register_id = turn.name.register_id;
  const RegisterView* const at = view.register_of_id(register_id);
  if (at == nullptr || at->is_revoked) {
    return refuse(v1::REASON_TOKEN_REVOKED, "The register was revoked.");
  }
  const absl::StatusOr<TurnStanding> standing = turn_standing(connection, turn.name);
  if (!standing.ok()) return standing.status();
  if (*standing == TurnStanding::kForked) return journal_forked(register_id);
  if (*standing == TurnStanding::kRepeated) return what_stands(connection, register_id, now_us);
  const absl::Status kept = keep_new_turn(connection, turn.name, now_us);
  if (!kept.ok()) return kept;
  const LeaseTerms terms{static_cast<size_t>(lease_limit(view, *at, now_us)),
                         lease_time_us(view, now_us), now_us};
  const auto leases = turn_leases(connection, register_id, terms, turn.kept, turn.candidates);
  if (!leases.ok()) return leases.status();
  const auto slices = take_slices(connection, view, *at, turn.slices, now_us);
  if (!slices.ok()) return slices.status();
  return response_of(*leases, *slices, now_us);
}

// A turn that is not new looks for nothing.
absl::StatusOr<std::vector<LeaseCandidate>> look_for(Club& club, const RegisterView& at,
                                                     const TurnName& name) {
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<TurnStanding> standing = turn_standing(**reader, name);
  if (!standing.ok()) return standing.status();
  if (*standing != TurnStanding::kNew) return std::vector<LeaseCandidate>();
  // The view is taken after the snapshot, so that it knows every register in it.
  const ClubViewPtr view = club.view();
  return lease_candidates(**reader, *view, at, club.clock().now_us());
}

}  // namespace

void take_leases(Club& club, const RegisterView& at, const v1::TakeLeasesRequest& request,
                 Answer<v1::TakeLeasesResponse> answer) {
  absl::Status form = check_request(request, *club.view());
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  if (at.replays_history) {
    std::move(answer)(response_of({}, {}, club.clock().now_us()));
    return;
  }
  TurnName name{at.register_id, request.journal_id(), request.turn(), request.previous_turn()};
  auto candidates = look_for(club, at, name);
  if (!candidates.ok()) {
    std::move(answer)(candidates.status());
    return;
  }
  club.write<v1::TakeLeasesResponse>(
      [turn = Turn{std::move(name), kept_grants(request), reported_slices(request),
                   *std::move(candidates)}](sqlite::Connection& connection, WriterState& state) {
        return take(connection, state, turn);
      },
      std::move(answer));
}

}  // namespace moadon
