#include "server/operations/add_register.h"

#include <utility>

#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/lease_turn.h"
#include "server/operations/tokens.h"
#include "server/operations/writer_state.h"
#include "server/storage/club_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxNameBytes = 100;

absl::Status check_register(const v1::Register& wanted) {
  absl::Status status = check_id(wanted.register_id(), "register.register_id");
  status.Update(check_id(wanted.branch_id(), "register.branch_id"));
  status.Update(check_text(wanted.name(), kMaxNameBytes, Presence::kOptional, "register.name"));
  return status;
}

absl::Status taken(const std::string& register_id, absl::string_view message) {
  return refuse(v1::REASON_ID_TAKEN, message, {{"register_id", register_id}});
}

absl::Status check_branch(const ClubView& view, const std::string& branch_id) {
  const v1::Branch* branch = view.branch(branch_id);
  if (branch != nullptr && !branch->has_revoke_time()) return absl::OkStatus();
  return refuse(v1::REASON_BRANCH_UNKNOWN,
                branch == nullptr ? "no such branch" : "the branch is revoked",
                {{"branch_id", branch_id}});
}

// Writes a new register, or another token for an existing one, and answers with the row as kept.
absl::StatusOr<storage::RegisterRow> keep(sqlite::Connection& connection,
                                          const v1::AddRegisterRequest& request,
                                          const std::string& hash) {
  const v1::Register& wanted = request.register_();
  const auto known = storage::find_register(connection, wanted.register_id());
  if (!known.ok()) return known.status();
  absl::Status written;
  if (!*known) {
    storage::RegisterRow row;
    row.register_.set_register_id(wanted.register_id());
    row.register_.set_branch_id(wanted.branch_id());
    row.register_.set_name(wanted.name());
    row.register_.set_replays_history(wanted.replays_history());
    row.token_hash = hash;
    written = storage::insert_register(connection, row);
  } else if (!request.new_token()) {
    return taken(wanted.register_id(), "the register exists: ask for a new token");
  } else if ((*known)->register_.branch_id() != wanted.branch_id() ||
             (*known)->register_.replays_history() != wanted.replays_history()) {
    return taken(wanted.register_id(), "the register exists with other properties");
  } else {
    written = storage::renew_register(connection, wanted.register_id(), hash);
    // Whoever holds the old token is let in no more, and a new agent counts its turns anew.
    if (written.ok()) written = free_leases_of(connection, wanted.register_id());
  }
  if (!written.ok()) return written;
  const auto kept = storage::find_register(connection, wanted.register_id());
  if (!kept.ok()) return kept.status();
  return **kept;
}

absl::StatusOr<v1::AddRegisterResponse> add(sqlite::Connection& connection, WriterState& state,
                                            const v1::AddRegisterRequest& request,
                                            const std::string& token) {
  absl::Status written = check_branch(*state.view(), request.register_().branch_id());
  if (!written.ok()) return written;
  const absl::StatusOr<storage::RegisterRow> row = keep(connection, request, token_hash(token));
  if (!row.ok()) return row.status();
  ClubViewBuilder after(*state.view());
  written = after.set_register(*row);
  if (!written.ok()) return written;
  state.stage(after.build());
  v1::AddRegisterResponse response;
  *response.mutable_register_() = row->register_;
  response.set_token(token);
  return response;
}

}  // namespace

void add_register(Club& club, const v1::AddRegisterRequest& request,
                  Answer<v1::AddRegisterResponse> answer) {
  absl::Status form = check_register(request.register_());
  absl::StatusOr<std::string> token = new_token();
  if (form.ok()) form = token.status();
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::AddRegisterResponse>(
      [request, token = *std::move(token)](sqlite::Connection& connection, WriterState& state) {
        return add(connection, state, request, token);
      },
      std::move(answer));
}

}  // namespace moadon
