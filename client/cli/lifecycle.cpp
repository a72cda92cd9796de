#include "client/cli/lifecycle.h"

#include <algorithm>
#include <optional>

#include "client/cli/as_of.h"
#include "client/cli/call_table.h"
#include "client/cli/call_words.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/stage_names.h"
#include "client/cli/value_tables.h"
#include "moadon/v1/lifecycle_service.grpc.pb.h"
#include "moadon/v1/value_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kCallsPage = 1000;
constexpr int kScoresPage = 5000;

CLI::App* add_noun(CLI::App& app) {
  CLI::App* const noun =
      app.add_subcommand("lifecycle", "Whom to call, and what members are worth");
  noun->require_subcommand(1);
  return noun;
}

absl::Status fill_stages(const std::vector<std::string>& codes, v1::ListCallsRequest& request) {
  for (const std::string& code : codes) {
    const std::optional<v1::Stage> stage = stage_of(code);
    if (!stage) {
      return as_usage(refuse(
          v1::REASON_FIELD_INVALID, "no such stage: " + code,
          {{"field", "--stage"}, {"limit", "potential interested new active loyal churning"}}));
    }
    request.add_stages(*stage);
  }
  return absl::OkStatus();
}

absl::Status check_date(const std::string& date, absl::string_view option) {
  if (date.empty()) return absl::OkStatus();
  const absl::StatusOr<v1::AsOf> parsed = parse_as_of(date);
  if (parsed.ok() && parsed->has_date()) return absl::OkStatus();
  return as_usage(refuse(v1::REASON_FIELD_INVALID, "not a date: " + date,
                         {{"field", option}, {"limit", "YYYY-MM-DD"}}));
}

}  // namespace

LifecycleCommands::LifecycleCommands(CLI::App& app, Action& chosen)
    : noun_(add_noun(app)), fit_(*noun_, chosen) {
  using Verb = absl::StatusOr<int> (LifecycleCommands::*)(Session&) const;
  const auto add = [&](const char* name, const char* purpose, Verb verb) {
    CLI::App* const added = noun_->add_subcommand(name, purpose);
    added->callback([this, &chosen, verb] {
      chosen = [this, verb](Session& session) { return (this->*verb)(session); };
    });
    return added;
  };
  CLI::App* const list =
      add("list", "Who is worth a call today, and why", &LifecycleCommands::list);
  list->add_option("--stage", stages_, "Of this stage; may be repeated; default: churning")
      ->allow_extra_args(false);
  list->add_option("--sort", sort_, "value: who spent most; fresh: who has just gone quiet")
      ->check(CLI::IsMember({"value", "fresh"}));
  list->add_option("--limit", limit_, "At most so many; 0: all")->check(CLI::NonNegativeNumber);
  list->add_flag("--csv", csv_, "As a file");

  CLI::App* const scores = add("scores", "Fifths of the club by recency, frequency and money",
                               &LifecycleCommands::scores);
  scores->add_flag("--members", every_member_, "Every member with the scores");
  scores->add_flag("--csv", csv_, "Every member with the scores, as a file");

  CLI::App* const cohorts =
      add("cohorts", "What each joining quarter spent since", &LifecycleCommands::cohorts);
  cohorts->add_flag("--csv", csv_, "As a file");

  CLI::App* const value =
      add("value", "Members' share of sales, and points owed", &LifecycleCommands::value);
  value->add_option("--from", from_date_, "First date, YYYY-MM-DD; default: a year's worth");
  value->add_option("--until", until_date_, "Last date, YYYY-MM-DD; default: today");
}

absl::StatusOr<int> LifecycleCommands::list(Session& session) const {
  v1::ListCallsRequest request;
  if (const absl::Status filled = fill_stages(stages_, request); !filled.ok()) return filled;
  request.set_order(sort_ == "fresh" ? v1::CALL_ORDER_FRESH : v1::CALL_ORDER_VALUE);
  const Money money = session.json() ? Money{} : session.money();
  CallTable table(session, money, csv_ ? CallTable::Form::kCsv : CallTable::Form::kTable);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "calls");
  std::int64_t left = limit_;
  do {
    request.set_page_size(
        static_cast<int>(limit_ == 0 ? kCallsPage : std::min<std::int64_t>(left, kCallsPage)));
    const auto page = session.call(&v1::LifecycleService::Stub::ListCalls, request, kLongDeadline);
    if (!page.ok()) return page.status();
    for (const v1::Call& call : page->calls()) {
      json ? json->add(call) : table.add(call, call_reason(session, call, money));
    }
    left -= page->calls_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && (limit_ == 0 || left > 0));
  json ? json->finish() : table.finish();
  if (!json && !request.page_token().empty()) {
    session.words() << session.say({"There are more; see --limit.", "יש עוד; ראו --limit."})
                    << '\n';
  }
  return kExitDone;
}

absl::StatusOr<int> LifecycleCommands::scores(Session& session) const {
  if (every_member_ || csv_) return list_scores(session);
  const auto counted =
      session.call(&v1::ValueService::Stub::CountScores, v1::CountScoresRequest(), kLongDeadline);
  if (!counted.ok()) return counted.status();
  if (session.json()) {
    session.out() << to_json(*counted) << '\n';
  } else {
    print_scores(session, *counted, session.money());
  }
  return kExitDone;
}

absl::StatusOr<int> LifecycleCommands::list_scores(Session& session) const {
  v1::ListScoresRequest request;
  request.set_page_size(kScoresPage);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "members");
  ScoreTable table(session, session.json() || csv_ ? Money{} : session.money(), csv_);
  const absl::Status walked = session.call_pages(
      &v1::ValueService::Stub::ListScores, request,
      [&](const v1::ListScoresResponse& page) {
        for (const v1::MemberScores& member : page.members()) {
          json ? json->add(member) : table.add(member);
        }
        return absl::OkStatus();
      },
      kLongDeadline);
  if (!walked.ok()) return walked;
  json ? json->finish() : table.finish();
  return kExitDone;
}

absl::StatusOr<int> LifecycleCommands::cohorts(Session& session) const {
  const auto cohorts =
      session.call(&v1::ValueService::Stub::GetCohorts, v1::GetCohortsRequest(), kLongDeadline);
  if (!cohorts.ok()) return cohorts.status();
  if (session.json()) {
    session.out() << to_json(*cohorts) << '\n';
  } else if (csv_) {
    print_cohorts_csv(session, *cohorts);
  } else {
    print_cohorts(session, *cohorts, session.money());
  }
  return kExitDone;
}

absl::StatusOr<int> LifecycleCommands::value(Session& session) const {
  absl::Status dates = check_date(from_date_, "--from");
  dates.Update(check_date(until_date_, "--until"));
  if (!dates.ok()) return dates;
  v1::GetValueRequest request;
  request.set_from_date(from_date_);
  request.set_until_date(until_date_);
  const auto value = session.call(&v1::ValueService::Stub::GetValue, request, kLongDeadline);
  if (!value.ok()) return value.status();
  if (session.json()) {
    session.out() << to_json(*value) << '\n';
  } else {
    print_value(session, *value, session.money());
  }
  return kExitDone;
}

}  // namespace moadon::cli
