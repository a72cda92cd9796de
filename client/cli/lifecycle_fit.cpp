#include "client/cli/lifecycle_fit.h"

#include "client/cli/exit_codes.h"
#include "client/cli/fit_report.h"
#include "client/cli/json_output.h"
#include "moadon/v1/lifecycle_service.grpc.pb.h"

namespace moadon::cli {

LifecycleFitCommand::LifecycleFitCommand(CLI::App& noun, Action& chosen) {
  CLI::App* const verb =
      noun.add_subcommand("fit", "Is the churn stage right, and which numbers would be better");
  verb->add_option("--until", until_date_,
                   "Stand at the end of this date, YYYY-MM-DD; default: as late as can be judged");
  verb->add_option("--horizon-days", horizon_days_,
                   "Who buys within so many days has come back; default: by the club's rhythm");
  verb->callback([this, &chosen] { chosen = [this](Session& session) { return run(session); }; });
}

absl::StatusOr<int> LifecycleFitCommand::run(Session& session) const {
  v1::FitLifecycleRequest request;
  request.set_calibration_end_date(until_date_);
  request.set_horizon_days(horizon_days_);
  if (!session.json()) {
    session.words() << session.say({"Reading all purchases; in a large club this takes a minute.",
                                    "קורא את כל הקניות; במועדון גדול זה לוקח כדקה."})
                    << '\n';
  }
  const auto fit = session.call(&v1::LifecycleService::Stub::FitLifecycle, request, kLongDeadline);
  if (!fit.ok()) return fit.status();
  if (session.json()) {
    session.out() << to_json(*fit) << '\n';
  } else {
    print_fit(session, *fit, session.money());
  }
  return kExitDone;
}

}  // namespace moadon::cli
