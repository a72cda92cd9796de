// What registers can lose while they cannot reach the server, as a sentence for the owner.
#pragma once

#include <iosfwd>

#include "client/cli/session.h"
#include "moadon/v1/program.pb.h"

namespace moadon::cli {

// One line: how many registers, each how much at most, together how much at worst, after how many
// hours no more, and what of the server's that does not count. Without a server's answer nobody
// knows how many registers there are: then what each may lose. `program` must have no errors.
void print_offline_loss(Session& session, std::ostream& out, const v1::Program& program,
                        const v1::CheckProgramResponse& found);

// The sentence, by itself. `loss` null: how many registers there are is not known.
std::string offline_loss_text(const v1::Program& program, const v1::OfflineLoss* loss,
                              Language language);

}  // namespace moadon::cli
