#include "client/cli/stages.h"

#include "absl/strings/str_cat.h"
#include "client/cli/as_of.h"
#include "client/cli/exit_codes.h"
#include "client/cli/labels.h"
#include "client/cli/stage_names.h"
#include "client/cli/table.h"
#include "moadon/v1/report_service.grpc.pb.h"

namespace moadon::cli {
namespace {

std::int64_t count_of(const v1::CountStagesResponse& counts, v1::Stage stage) {
  for (const v1::StageCount& entry : counts.stages()) {
    if (entry.stage() == stage) return entry.member_count();
  }
  return 0;
}

}  // namespace

std::string stages_json(const v1::CountStagesResponse& counts) {
  std::string json = "{";
  for (const v1::Stage stage : kStages) {
    absl::StrAppend(&json, json.size() > 1 ? "," : "", "\"", stage_code(stage),
                    "\":", count_of(counts, stage));
  }
  return json + "}";
}

void print_stages(Session& session, const v1::CountStagesResponse& counts) {
  Table table({{session.say(label::kStage)},
               {session.say({"members on ", "חברים ב-"}) + session.plain(counts.as_of_date()),
                Align::kRight}});
  for (const v1::Stage stage : kStages) {
    table.add({stage_label(stage, session.language()),
               session.plain(format_count(count_of(counts, stage)))});
  }
  table.print(session.out());
}

StagesCommand::StagesCommand(CLI::App& app, Action& chosen) {
  CLI::App* const verb = app.add_subcommand("stages", "How many members are in each stage");
  verb->add_option("--as-of", as_of_, "A date (its end) or an RFC 3339 instant; default: now");
  verb->callback([this, &chosen] { chosen = [this](Session& session) { return run(session); }; });
}

absl::StatusOr<int> StagesCommand::run(Session& session) const {
  v1::CountStagesRequest request;
  if (!as_of_.empty()) {
    const absl::StatusOr<v1::AsOf> as_of = parse_as_of(as_of_);
    if (!as_of.ok()) return as_usage(as_of.status());
    *request.mutable_as_of() = *as_of;
  }
  const auto counts = session.call(&v1::ReportService::Stub::CountStages, request, kLongDeadline);
  if (!counts.ok()) return counts.status();
  if (session.json()) {
    session.out() << stages_json(*counts) << '\n';
  } else {
    print_stages(session, *counts);
  }
  return kExitDone;
}

}  // namespace moadon::cli
