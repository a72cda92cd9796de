// Parts of club-wide limits in the hands of registers. What is set aside for a register counts as
// used wherever facts are issued; what the club really used says use_store.h alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/quote.pb.h"
#include "server/operations/club_view.h"
#include "server/storage/slice_store.h"
#include "sqlite/connection.h"

namespace moadon {

// A part of a limit; each of the two counts where the benefit has such a limit.
struct SliceParts {
  int64_t amount_minor = 0;
  int64_t use_count = 0;
};
using ReportedSlices = std::map<std::string, SliceParts>;  // by benefit

// Sets aside for a register what it has now, as it says (no more than it was given), or what it is
// offered, whichever is more; answers what it may have from now on: for each benefit with a
// club-wide limit in the program in force its part of what the club has left,
//   (limit - used - set aside for other registers) / (2 x live registers), rounded down,
// of a budget no more than the register may lose at all. When it has less the next time, less is
// set aside. The caller is a live register. On the writer's thread.
absl::StatusOr<std::vector<storage::SliceRow>> take_slices(sqlite::Connection& connection,
                                                           const ClubView& view,
                                                           const RegisterView& at,
                                                           const ReportedSlices& reported,
                                                           int64_t now_us);

// A sale that its register priced without the server is recorded: what the verdict took of slices
// is used now, and not set aside any more.
absl::Status use_slices(sqlite::Connection& connection, const std::string& register_id,
                        const v1::Quote& verdict, const v1::Program& program);

}  // namespace moadon
