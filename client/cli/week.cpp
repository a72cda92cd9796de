#include "client/cli/week.h"

#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/week_tables.h"
#include "moadon/v1/week_service.grpc.pb.h"

namespace moadon::cli {

WeekCommand::WeekCommand(CLI::App& app, Action& chosen) {
  CLI::App* const verb = app.add_subcommand("week", "Who came, who moved and who left in a week");
  verb->add_option("--of", date_, "A date in it, YYYY-MM-DD; default: the last week that is over");
  verb->add_option("--branch", branch_id_, "Only members first met at this store");
  verb->add_flag("--csv", csv_, "As CSV");
  verb->callback([this, &chosen] { chosen = [this](Session& session) { return run(session); }; });
}

absl::StatusOr<int> WeekCommand::run(Session& session) const {
  v1::GetWeekRequest request;
  request.set_date(date_);
  request.set_branch_id(branch_id_);
  const auto week = session.call(&v1::WeekService::Stub::GetWeek, request, kLongDeadline);
  if (!week.ok()) return week.status();
  if (session.json()) {
    session.out() << to_json(*week) << '\n';
  } else if (csv_) {
    print_week_csv(session.out(), *week);
  } else {
    print_week(session, *week);
  }
  return kExitDone;
}

}  // namespace moadon::cli
