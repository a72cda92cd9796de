#include <sstream>

#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/programs.h"
#include "client/cli/stages.h"
#include "client/cli/totals.h"
#include "moadon/v1/admin_service.pb.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

TEST_CASE("stages print as six integers, absent ones as zero") {
  v1::CountStagesResponse counts;
  v1::StageCount& loyal = *counts.add_stages();
  loyal.set_stage(v1::STAGE_LOYAL);
  loyal.set_member_count(12);
  CHECK(stages_json(counts) ==
        R"({"potential":0,"interested":0,"new":0,"active":0,"loyal":12,"churning":0})");
}

TEST_CASE("totals print as ten integers in their order") {
  v1::GetTotalsResponse totals;
  totals.set_sales_count(6919);
  totals.set_gross_minor(24409194);
  totals.set_members_net_spend_minor(9'007'199'254'740'993);
  totals.set_members_count(2357);
  CHECK(totals_json(totals) ==
        R"({"sales":6919,"sale_lines":0,"gross_minor":24409194,"returns":0,"return_lines":0,)"
        R"("returned_minor":0,"unlinked_returned_minor":0,"members_with_sale":0,)"
        R"("purchase_days":0,"members_net_spend_minor":9007199254740993})");
}

TEST_CASE("a list is one object, and nothing before its first item") {
  std::ostringstream out;
  JsonList list(out, "branches");
  CHECK(out.str().empty());
  v1::RevokeBranchRequest item;
  item.set_branch_id("a");
  list.add(item);
  list.add(item);
  list.finish();
  CHECK(out.str() == R"({"branches":[{"branch_id":"a"},{"branch_id":"a"}],"next_page_token":""})"
                     "\n");
  std::ostringstream empty;
  JsonList(empty, "branches").finish();
  CHECK(empty.str() == "{\"branches\":[],\"next_page_token\":\"\"}\n");
}

TEST_CASE("the template is a program that reads back as itself") {
  const v1::Program program = program_template({.time_zone = "UTC"});
  v1::Program read;
  REQUIRE(from_json(to_readable_json(program), read).ok());
  CHECK(read.SerializeAsString() == program.SerializeAsString());
  CHECK(read.time_zone() == "UTC");
  CHECK(read.stages().has_loyal_spend_minor());
}

TEST_CASE("what is not a program is malformed") {
  v1::Program program;
  CHECK(reason_of(from_json("{\"nonsense\": 1}", program)) == v1::REASON_MALFORMED);
  CHECK(reason_of(from_json("", program)) == v1::REASON_MALFORMED);
}

TEST_CASE("exit codes tell slips, silence and refusals apart") {
  CHECK(exit_code_of(refuse(v1::REASON_SERVER_UNREACHABLE, "")) == kExitUnreachable);
  CHECK(exit_code_of(refuse(v1::REASON_MEMBER_UNKNOWN, "")) == kExitRefused);
  CHECK(exit_code_of(as_usage(refuse(v1::REASON_FIELD_INVALID, ""))) == kExitUsage);
  CHECK(exit_code_of(absl::InternalError("")) == kExitRefused);
}

}  // namespace
}  // namespace moadon::cli
