// Published program versions.
#pragma once

#include "moadon/v1/program.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

inline constexpr int kMaxProgramsPerFetch = 100;

// ProgramService.GetProgram and ListPrograms, SyncService.FetchPrograms, with their reasons.
// Answered from memory.
absl::StatusOr<v1::GetProgramResponse> get_program(Club& club,
                                                   const v1::GetProgramRequest& request);
absl::StatusOr<v1::ListProgramsResponse> list_programs(Club& club,
                                                       const v1::ListProgramsRequest& request);
absl::StatusOr<v1::FetchProgramsResponse> fetch_programs(Club& club,
                                                         const v1::FetchProgramsRequest& request);

}  // namespace moadon
