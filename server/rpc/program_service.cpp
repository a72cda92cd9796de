#include "moadon/v1/program.pb.h"
#include "server/operations/check_program.h"
#include "server/operations/publish_program.h"
#include "server/operations/read_programs.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_program_service(Methods& methods, Club& club) {
  methods.add_write<v1::PublishProgramRequest, v1::PublishProgramResponse>(
      "/moadon.v1.ProgramService/PublishProgram",
      [&club](const Caller&, const auto& request, auto answer) {
        publish_program(club, request.program(), std::move(answer));
      });
  methods.add_read<v1::GetProgramRequest, v1::GetProgramResponse>(
      "/moadon.v1.ProgramService/GetProgram", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return get_program(club, request); });
  methods.add_read<v1::CheckProgramRequest, v1::CheckProgramResponse>(
      "/moadon.v1.ProgramService/CheckProgram", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return check_program(club, request); });
  methods.add_read<v1::ListProgramsRequest, v1::ListProgramsResponse>(
      "/moadon.v1.ProgramService/ListPrograms", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return list_programs(club, request); });
}

}  // namespace moadon::rpc
