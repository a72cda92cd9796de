// Asks the members of one span a question, reading of each no more than the answer needs.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/insight/asked_question.h"
#include "server/insight/picture_reader.h"
#include "server/operations/club_view.h"
#include "server/storage/group_scan.h"
#include "sqlite/connection.h"

namespace moadon {

// What all spans of one asking share; everything must outlive it.
struct Asking {
  const ClubView& view;
  int64_t now_us = 0;
  const AskedQuestion& question;
  const LostMembers& lost;
};

// Calls `see(row, fits)` for each member of the span who is not part of another one, in the order
// of ids, until it returns false. The row is of today: what the ageing job has yet to move is moved
// in it. On one connection, from one thread; holds one member at a time.
absl::Status ask_members(sqlite::Connection& connection, const Asking& asking,
                         storage::MemberSpan span,
                         absl::FunctionRef<bool(const storage::StandingRow&, bool)> see);

}  // namespace moadon
