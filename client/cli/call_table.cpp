#include "client/cli/call_table.h"

#include <string>
#include <utility>
#include <vector>

#include "client/cli/csv.h"
#include "client/cli/labels.h"
#include "client/cli/stage_names.h"

namespace moadon::cli {
namespace {

constexpr const char* kHeading =
    "member_id,name,phone,email,may_phone,stage,stage_since_date,silent_days,rhythm_days_milli,own_"
    "gap_days_milli,"
    "purchase_days,net_spend_minor,last_year_spend_minor,why";

std::vector<Table::Column> columns(const Session& session) {
  return {{session.say(label::kMember)},
          {session.say(label::kName)},
          {session.say({"phone", "טלפון"})},
          {session.say({"email", "דוא\"ל"})},
          {session.say({"may phone", "מותר להתקשר"})},
          {session.say(label::kStage)},
          {session.say(label::kSince)},
          {session.say(label::kNetSpend), Align::kRight},
          {session.say(label::kWhy)}};
}

}  // namespace

CallTable::CallTable(Session& session, Money money, Form form)
    : session_(session), money_(std::move(money)), form_(form), table_(columns(session)) {}

void CallTable::add(const v1::Call& call, const std::string& why) {
  if (form_ == Form::kCsv) {
    add_record(call, why);
    return;
  }
  table_.add({session_.plain(call.member_id()), call.name(), session_.plain(call.phone()),
              session_.plain(call.email()),
              session_.say(call.may_phone() ? Text{"yes", "כן"} : Text{"no", "לא"}),
              stage_label(call.stage(), session_.language()),
              session_.date(call.stage_since_date()),
              session_.plain(money_.text(call.net_spend_minor())), why});
}

void CallTable::add_record(const v1::Call& call, const std::string& why) {
  if (!std::exchange(has_heading_, true)) session_.out() << kHeading << '\n';
  session_.out() << csv_record({call.member_id(), call.name(), call.phone(), call.email(),
                                call.may_phone() ? "yes" : "no", stage_code(call.stage()),
                                call.stage_since_date(), std::to_string(call.silent_days()),
                                std::to_string(call.rhythm_days_milli()),
                                std::to_string(call.own_gap_days_milli()),
                                std::to_string(call.purchase_day_count()),
                                std::to_string(call.net_spend_minor()),
                                std::to_string(call.last_year_spend_minor()), why})
                 << '\n';
}

void CallTable::finish() {
  if (form_ == Form::kTable) {
    table_.print(session_.out());
  } else if (!std::exchange(has_heading_, true)) {
    session_.out() << kHeading << '\n';
  }
}

}  // namespace moadon::cli
