#include "server/operations/read_programs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/page_token.h"

namespace moadon {
namespace {

constexpr int kDefaultPrograms = 20;
constexpr int kMaxPrograms = 100;
// What answers hold of programs, which may have a megabyte each: one at least, and no more once
// they are larger than this.
constexpr size_t kEnoughBytes = 4 << 20;

}  // namespace

absl::StatusOr<v1::GetProgramResponse> get_program(Club& club,
                                                   const v1::GetProgramRequest& request) {
  const ClubViewPtr view = club.view();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  const v1::Program* program = request.version() == 0 ? &view->program_at(club.clock().now_us())
                                                      : view->program(request.version());
  if (program == nullptr) {
    return refuse(v1::REASON_PROGRAM_UNKNOWN, "no such program version",
                  {{"version", absl::StrCat(request.version())}});
  }
  v1::GetProgramResponse response;
  *response.mutable_program() = *program;
  return response;
}

absl::StatusOr<v1::ListProgramsResponse> list_programs(Club& club,
                                                       const v1::ListProgramsRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultPrograms, kMaxPrograms);
  if (!page_size.ok()) return page_size.status();
  constexpr absl::string_view kCall = "programs";
  int64_t after_version = 0;
  if (!request.page_token().empty()) {
    const auto parts = page_token_parts(kCall, request.page_token(), 1);
    if (!parts.ok()) return parts.status();
    const absl::StatusOr<int64_t> number = page_token_number(parts->front());
    if (!number.ok()) return number.status();
    if (*number < 0) return invalid_page_token();
    after_version = *number;
  }
  const ClubViewPtr view = club.view();
  const int64_t newest = static_cast<int64_t>(view->programs().size());
  const int64_t end = std::min(newest, after_version + *page_size);
  v1::ListProgramsResponse response;
  int64_t last = after_version;
  for (size_t bytes = 0; last < end && bytes < kEnoughBytes;) {
    const v1::Program& program = *view->program(++last);
    bytes += program.ByteSizeLong();
    *response.add_programs() = program;
  }
  if (last < newest) response.set_next_page_token(page_token(kCall, {absl::StrCat(last)}));
  return response;
}

absl::StatusOr<v1::FetchProgramsResponse> fetch_programs(Club& club,
                                                         const v1::FetchProgramsRequest& request) {
  if (request.after_version() < 0) {
    return refuse(v1::REASON_FIELD_INVALID, "after_version must be 0 or more",
                  {{"field", "after_version"}, {"limit", "0 or more"}});
  }
  const ClubViewPtr view = club.view();
  v1::FetchProgramsResponse response;
  size_t bytes = 0;
  for (int64_t version = request.after_version();
       version < static_cast<int64_t>(view->programs().size()) &&
       response.programs_size() < kMaxProgramsPerFetch && bytes < kEnoughBytes;
       ++version) {
    *response.add_programs() = view->programs()[version];
    bytes += view->programs()[version].ByteSizeLong();
  }
  return response;
}

}  // namespace moadon
