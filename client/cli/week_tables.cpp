#include "client/cli/week_tables.h"

#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/labels.h"
#include "client/cli/source_names.h"
#include "client/cli/stage_names.h"
#include "client/cli/table.h"

namespace moadon::cli {
namespace {

using Counts = google::protobuf::RepeatedField<std::int64_t>;

constexpr Text kAtStart = {"at the start", "בתחילתו"};
constexpr Text kAtEnd = {"at the end", "בסופו"};
constexpr Text kMetIn = {"first met", "היכרות ראשונה"};
constexpr Text kFirstPurchases = {"first purchases", "קניות ראשונות"};
constexpr Text kWonBack = {"won back", "חזרו"};
constexpr Text kLost = {"lost", "נטשו"};
constexpr int kFullBps = 10'000;

std::int64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::string span_text(Session& session, const v1::WeekTable& week) {
  return absl::StrCat(session.date(week.start_date()), session.say({" to ", " עד "}),
                      session.date(week.end_date()));
}

// A row of six counts and more, under a name.
std::vector<std::string> row_of(Session& session, std::string name, const Counts& counts) {
  std::vector<std::string> cells = {std::move(name)};
  for (const std::int64_t count : counts) cells.push_back(session.count(count));
  return cells;
}

// Where the members of each stage went; rows add up to the start, columns to the end.
void print_flows(Session& session, const v1::WeekTable& week) {
  const bool has_merges = sum(week.merged_counts()) + sum(week.unmerged_counts()) > 0;
  std::vector<Table::Column> columns = {{session.say({"from \\ to", "משלב \\ לשלב"})}};
  for (const v1::Stage stage : kStages) {
    columns.push_back({stage_label(stage, session.language()), Align::kRight});
  }
  if (has_merges) columns.push_back({session.say({"merged", "מוזגו"}), Align::kRight});
  columns.push_back({session.say(kAtStart), Align::kRight});
  Table table(std::move(columns));
  for (int from = 0; from < week.flows_size(); ++from) {
    auto cells = row_of(session, stage_label(kStages[from], session.language()),
                        week.flows(from).to_counts());
    if (has_merges) cells.push_back(session.count(week.merged_counts(from)));
    cells.push_back(session.count(week.start_counts(from)));
    table.add(std::move(cells));
  }
  const auto add_total = [&](const Text& name, const Counts& counts, std::string last) {
    auto cells = row_of(session, session.say(name), counts);
    if (has_merges) cells.push_back("");
    cells.push_back(std::move(last));
    table.add(std::move(cells));
  };
  add_total(kMetIn, week.met_counts(), "");
  if (has_merges) {
    add_total({"merge undone", "מיזוג בוטל"}, week.unmerged_counts(), "");
  }
  add_total(kAtEnd, week.end_counts(), session.count(sum(week.end_counts())));
  table.print(session.out());
}

// The week beside the one before and last year's.
void print_compared(Session& session, const v1::GetWeekResponse& response) {
  const std::vector<const v1::WeekTable*> weeks = {&response.week(), &response.week_before(),
                                                   &response.year_before()};
  Table table({{""},
               {session.say({"the week", "שבוע הדוח"}), Align::kRight},
               {session.say({"the week before", "השבוע הקודם"}), Align::kRight},
               {session.say({"a year ago", "לפני שנה"}), Align::kRight}});
  const auto add = [&](std::string name, const auto& count_of) {
    std::vector<std::string> cells = {std::move(name)};
    for (const v1::WeekTable* const week : weeks) cells.push_back(session.count(count_of(*week)));
    table.add(std::move(cells));
  };
  add(session.say(kMetIn), [](const v1::WeekTable& week) { return week.met_count(); });
  add(session.say({"signed up", "הצטרפו למועדון"}),
      [](const v1::WeekTable& week) { return week.sign_up_count(); });
  add(session.say(kFirstPurchases),
      [](const v1::WeekTable& week) { return week.first_purchase_count(); });
  add(session.say(kWonBack), [](const v1::WeekTable& week) { return week.won_back_count(); });
  add(session.say(kLost), [](const v1::WeekTable& week) { return week.lost_count(); });
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    add(stage_label(kStages[i], session.language()),
        [i](const v1::WeekTable& week) { return week.end_counts(static_cast<int>(i)); });
  }
  add(session.say({"members at the end", "חברים בסופו"}),
      [](const v1::WeekTable& week) { return sum(week.end_counts()); });
  table.print(session.out());
}

template <typename Parts, typename NameOf>
void print_parts(Session& session, const Text& heading, const Parts& parts, NameOf name_of) {
  if (parts.empty()) return;
  Table table({{session.say(heading)},
               {session.say(kAtStart), Align::kRight},
               {session.say(kAtEnd), Align::kRight},
               {session.say(kMetIn), Align::kRight},
               {session.say(kFirstPurchases), Align::kRight},
               {session.say(kWonBack), Align::kRight},
               {session.say(kLost), Align::kRight}});
  for (const v1::WeekPart& part : parts) {
    table.add({name_of(part), session.count(part.start_count()), session.count(part.end_count()),
               session.count(part.met_count()), session.count(part.first_purchase_count()),
               session.count(part.won_back_count()), session.count(part.lost_count())});
  }
  session.out() << '\n';
  table.print(session.out());
}

Text label_of(v1::TargetKind kind) {
  switch (kind) {
    case v1::TARGET_KIND_LIST_SIZE:
      return {"members on the list", "חברים ברשימה"};
    case v1::TARGET_KIND_MET_PER_WEEK:
      return {"people met in the week", "היכרויות בשבוע"};
    case v1::TARGET_KIND_MET_PER_MONTH:
      return {"people met in the month so far", "היכרויות בחודש עד כה"};
    case v1::TARGET_KIND_FIRST_PURCHASES_PER_WEEK:
      return {"first purchases in the week", "קניות ראשונות בשבוע"};
    case v1::TARGET_KIND_FIRST_PURCHASES_PER_MONTH:
      return {"first purchases in the month so far", "קניות ראשונות בחודש עד כה"};
    default:
      return {"-", "-"};
  }
}

void print_targets(Session& session, const v1::GetWeekResponse& week) {
  if (week.targets().empty()) return;
  Table table({{session.say({"target", "יעד"})},
               {session.say({"set", "נקבע"}), Align::kRight},
               {session.say({"reached", "הושג"}), Align::kRight},
               {"", Align::kRight}});
  for (const v1::TargetStanding& target : week.targets()) {
    table.add({session.say(label_of(target.kind())), session.count(target.target()),
               session.count(target.reached()),
               session.share(target.reached() * kFullBps / target.target())});
  }
  session.out() << '\n';
  table.print(session.out());
}

void print_late(Session& session, const v1::GetWeekResponse& week) {
  if (week.late_fact_count() == 0) return;
  session.out() << '\n'
                << session.say({"Since the week ended ", "מאז שהשבוע נגמר הגיעו "})
                << session.count(week.late_fact_count())
                << session.say({" facts about it or before it have arrived, the last of them on ",
                                " עובדות עליו או על מה שלפניו, האחרונה שבהן ב-"})
                << session.date_of(week.last_late_time(), session.zone())
                << session.say({": a table printed earlier may differ.",
                                ": טבלה שהודפסה קודם עשויה להיות שונה."})
                << '\n';
}

}  // namespace

void print_week(Session& session, const v1::GetWeekResponse& week) {
  session.out() << session.say({"Week of ", "השבוע "}) << span_text(session, week.week());
  if (week.is_running()) {
    session.out() << session.say({" (not over: counted to today)", " (לא נגמר: נספר עד היום)"});
  }
  session.out() << "\n\n";
  print_flows(session, week.week());
  session.out() << '\n';
  print_compared(session, week);
  print_parts(session, label::kBranch, week.by_branch(), [&](const v1::WeekPart& part) {
    return part.branch_id().empty() ? session.say({"none", "בלי סניף"})
                                    : session.plain(part.branch_id());
  });
  print_parts(session, {"source", "מקור"}, week.by_source(), [&](const v1::WeekPart& part) {
    return source_label(part.source(), session.language());
  });
  print_targets(session, week);
  print_late(session, week);
}

}  // namespace moadon::cli
