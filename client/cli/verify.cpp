#include "client/cli/verify.h"

#include "absl/strings/str_cat.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/progress_bar.h"
#include "client/cli/table.h"
#include "moadon/v1/admin_service.grpc.pb.h"

namespace moadon::cli {
namespace {

struct Findings {
  std::int64_t checked_count = 0;
  std::int64_t members_count = 0;
  std::vector<v1::Disagreement> disagreements;
};

absl::StatusOr<Findings> check_all(Session& session) {
  Findings findings;
  ProgressBar bar(session.say({"verifying", "בודק"}));
  const absl::Status walked = session.call_pages(
      &v1::AdminService::Stub::Verify, v1::VerifyRequest(),
      [&](const v1::VerifyResponse& page) {
        findings.checked_count += page.checked_count();
        findings.members_count = page.members_count();
        findings.disagreements.insert(findings.disagreements.end(), page.disagreements().begin(),
                                      page.disagreements().end());
        bar.show(findings.checked_count, findings.members_count);
        return absl::OkStatus();
      },
      kLongDeadline);
  if (!walked.ok()) return walked;
  return findings;
}

// The pages as one response.
void print_json(Session& session, const Findings& findings) {
  v1::VerifyResponse all;
  all.set_checked_count(findings.checked_count);
  all.set_members_count(findings.members_count);
  for (const v1::Disagreement& disagreement : findings.disagreements) {
    *all.add_disagreements() = disagreement;
  }
  session.out() << to_json(all) << '\n';
}

void print_words(Session& session, const Findings& findings) {
  const std::string count = session.plain(format_count(findings.checked_count));
  if (findings.disagreements.empty()) {
    session.out() << session.say({"everything agrees with the facts; members checked: ",
                                  "הכול מתיישב עם העובדות; חברים שנבדקו: "})
                  << count << '\n';
    return;
  }
  Table table({{session.say({"what", "מה"})},
               {session.say({"of", "של"})},
               {session.say({"as kept", "כפי שנשמר"})},
               {session.say({"recomputed", "לפי העובדות"})}});
  for (const v1::Disagreement& disagreement : findings.disagreements) {
    table.add({session.plain(disagreement.subject()), session.plain(disagreement.owner()),
               session.plain(disagreement.kept()), session.plain(disagreement.recomputed())});
  }
  table.print(session.out());
  session.words() << session.say({"disagreements: ", "אי-התאמות: "})
                  << session.plain(
                         format_count(static_cast<std::int64_t>(findings.disagreements.size())))
                  << session.say({"; members checked: ", "; חברים שנבדקו: "}) << count << '\n';
}

absl::StatusOr<int> run(Session& session) {
  const absl::StatusOr<Findings> findings = check_all(session);
  if (!findings.ok()) return findings.status();
  if (session.json()) {
    print_json(session, *findings);
  } else {
    print_words(session, *findings);
  }
  return findings->disagreements.empty() ? kExitDone : kExitRefused;
}

}  // namespace

VerifyCommand::VerifyCommand(CLI::App& app, Action& chosen) {
  CLI::App* const verb = app.add_subcommand("verify", "Recompute everything from the facts");
  verb->callback([&chosen] { chosen = run; });
}

}  // namespace moadon::cli
