#include "client/agent/program_fetch.h"

#include <vector>

namespace moadon::agent {
namespace {

constexpr int kMaxPages = 1000;  // of at most 100 versions

}  // namespace

absl::Status fetch_programs(AskPrograms ask, Journal& journal, ProgramShelf& shelf) {
  for (int page = 0; page < kMaxPages; ++page) {
    v1::FetchProgramsRequest request;
    request.set_after_version(shelf.newest_version());
    const absl::StatusOr<v1::FetchProgramsResponse> answer = ask(request);
    if (!answer.ok()) return answer.status();
    std::vector<v1::Program> fetched;
    for (const v1::Program& program : answer->programs()) {
      if (program.version() > request.after_version()) fetched.push_back(program);
    }
    if (fetched.empty()) return absl::OkStatus();
    absl::Status stored = journal.store_programs(fetched);
    if (!stored.ok()) return stored;
    shelf.add(fetched);
  }
  return absl::OkStatus();
}

}  // namespace moadon::agent
