#include "client/cli/group_file.h"

#include "absl/strings/str_cat.h"
#include "client/cli/csv.h"
#include "client/cli/question_words.h"
#include "client/cli/stage_names.h"

namespace moadon::cli {

std::string group_file_record(const v1::GroupMember& member) {
  std::string consents;
  for (const int channel : member.consents()) {
    if (!consents.empty()) consents.push_back(' ');
    consents.append(word_of(channel_words(), channel));
  }
  return csv_record({member.member_id(), member.first_name(), member.last_name(), member.phone(),
                     member.email(), member.card(), stage_code(member.stage()), member.tier_id(),
                     absl::StrCat(member.purchase_day_count()), member.last_purchase_date(),
                     absl::StrCat(member.net_spend_minor()), consents});
}

}  // namespace moadon::cli
