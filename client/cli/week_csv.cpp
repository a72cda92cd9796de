#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/csv.h"
#include "client/cli/source_names.h"
#include "client/cli/stage_names.h"
#include "client/cli/week_tables.h"

namespace moadon::cli {
namespace {

using Counts = google::protobuf::RepeatedField<std::int64_t>;

std::string target_code(v1::TargetKind kind) {
  switch (kind) {
    case v1::TARGET_KIND_LIST_SIZE:
      return "list_size";
    case v1::TARGET_KIND_MET_PER_WEEK:
      return "met_per_week";
    case v1::TARGET_KIND_MET_PER_MONTH:
      return "met_per_month";
    case v1::TARGET_KIND_FIRST_PURCHASES_PER_WEEK:
      return "first_purchases_per_week";
    case v1::TARGET_KIND_FIRST_PURCHASES_PER_MONTH:
      return "first_purchases_per_month";
    default:
      return "";
  }
}

// Lines of one week.
class WeekLines final {
 public:
  WeekLines(std::ostream& out, const std::string& start_date)
      : out_(out), start_date_(start_date) {}

  void add(const std::string& table, const std::string& name, const std::string& to,
           std::int64_t count) {
    out_ << csv_record({start_date_, table, name, to, absl::StrCat(count)}) << '\n';
  }

  void add_stages(const std::string& table, const Counts& counts) {
    for (int i = 0; i < counts.size(); ++i) add(table, stage_code(kStages[i]), "", counts[i]);
  }

 private:
  std::ostream& out_;
  const std::string& start_date_;
};

void print_table(std::ostream& out, const v1::WeekTable& week) {
  WeekLines lines(out, week.start_date());
  lines.add_stages("start", week.start_counts());
  lines.add_stages("end", week.end_counts());
  for (int from = 0; from < week.flows_size(); ++from) {
    const Counts& to_counts = week.flows(from).to_counts();
    for (int to = 0; to < to_counts.size(); ++to) {
      lines.add("flow", stage_code(kStages[from]), stage_code(kStages[to]), to_counts[to]);
    }
  }
  lines.add_stages("met", week.met_counts());
  lines.add_stages("merged", week.merged_counts());
  lines.add_stages("unmerged", week.unmerged_counts());
  lines.add("week", "met", "", week.met_count());
  lines.add("week", "sign_ups", "", week.sign_up_count());
  lines.add("week", "first_purchases", "", week.first_purchase_count());
  lines.add("week", "won_back", "", week.won_back_count());
  lines.add("week", "lost", "", week.lost_count());
}

void print_part(WeekLines& lines, const std::string& table, const std::string& name,
                const v1::WeekPart& part) {
  lines.add(table, name, "start", part.start_count());
  lines.add(table, name, "end", part.end_count());
  lines.add(table, name, "met", part.met_count());
  lines.add(table, name, "first_purchases", part.first_purchase_count());
  lines.add(table, name, "won_back", part.won_back_count());
  lines.add(table, name, "lost", part.lost_count());
}

}  // namespace

void print_week_csv(std::ostream& out, const v1::GetWeekResponse& week) {
  out << "week_start,table,name,to,count\n";
  for (const v1::WeekTable* const table :
       {&week.week(), &week.week_before(), &week.year_before()}) {
    print_table(out, *table);
  }
  WeekLines lines(out, week.week().start_date());
  for (const v1::WeekPart& part : week.by_branch()) {
    print_part(lines, "branch", part.branch_id(), part);
  }
  for (const v1::WeekPart& part : week.by_source()) {
    const std::string kind = source_code(part.source().kind());
    const std::string& name = part.source().name();
    print_part(lines, "source", name.empty() ? kind : absl::StrCat(kind, ":", name), part);
  }
  for (const v1::TargetStanding& target : week.targets()) {
    const std::string kind = target_code(target.kind());
    lines.add("target", kind, "target", target.target());
    lines.add("target", kind, "reached", target.reached());
  }
  lines.add("late", "facts", "", week.late_fact_count());
}

}  // namespace moadon::cli
