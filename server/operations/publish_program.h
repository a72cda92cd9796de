// Makes a program the next version, for ever.
#pragma once

#include "moadon/v1/program.pb.h"
#include "server/operations/club.h"

namespace moadon {

// ProgramService.PublishProgram, with its reasons. All members become due for ageing at its start.
void publish_program(Club& club, const v1::Program& program,
                     Answer<v1::PublishProgramResponse> answer);

// Whether publishing `program` would repeat the newest version: same content, and the same start or
// none named. Then it changes nothing.
bool is_newest_again(const v1::Program& program, const ClubView& view);

}  // namespace moadon
