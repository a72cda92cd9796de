// Any bytes as a sale, its return and a program: refused or worked out, never a crash, never an
// amount out of its limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rules/check.h"
#include "rules/money.h"
#include "rules/pricing.h"
#include "rules/program.h"
#include "rules/returns.h"
#include "rules/stage.h"

namespace moadon {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void try_basket(const v1::Sale& sale, const v1::Program& program) {
  const Occasion occasion{"B1", absl::CivilDay(2026, 1, 1), 0};
  const absl::StatusOr<v1::Quote> priced =
      Pricing(program).quote(basket_of(sale), v1::MemberFacts(), occasion);
  if (!priced.ok()) return;
  require(priced->total_minor() >= 0 && priced->total_minor() <= kMaxSumMinor);
  int64_t sum_minor = 0;
  for (const v1::QuotedLine& line : priced->lines()) sum_minor += line.paid_net_minor();
  require(sum_minor == priced->total_minor());
}

void try_returns(const v1::Sale& sale, const v1::Return& returned) {
  const std::vector<SoldLine> sold = sold_lines_of(sale);
  const std::vector<ReturnedLine> lines = returned_lines_of(returned);
  const ReturnsOfSale result = resolve_returns(sold, std::vector{lines, lines});
  for (size_t i = 0; i < sold.size(); ++i) {
    require(result.kept[i].quantity_milli >= 0);
    require(result.kept[i].quantity_milli <= sold[i].quantity_milli);
    require(result.kept[i].refund_minor >= 0);
  }
}

void try_stages(const v1::Program& program, size_t seed) {
  MemberTimeline member;
  member.met_day = absl::CivilDay(2026, 1, 1);
  for (int i = 0; i < 8; ++i) {
    const absl::CivilDay day = member.met_day + static_cast<int64_t>(seed * (i + 1) % 400);
    member.facts.push_back({day, day, 1000, static_cast<int64_t>(seed % 1000)});
  }
  const StageVersions versions = {{absl::CivilDay::min(), 1, stage_numbers_of(program)}};
  const absl::CivilDay end = member.met_day + 800;
  require(stage_path(member, versions, end).at_end.stage == stage_at(member, versions, end).stage);
}

}  // namespace
}  // namespace moadon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace moadon;
  const int length = static_cast<int>(size);
  v1::Program program;
  const bool is_program = program.ParseFromArray(data, length) && check_program(program).ok();
  if (is_program) try_stages(program, size);
  v1::Sale sale;
  if (!sale.ParseFromArray(data, length)) return 0;
  try_basket(sale, is_program ? program : v1::Program());
  v1::Return returned;
  if (check_sale(sale).ok() && returned.ParseFromArray(data, length) &&
      check_return(returned).ok()) {
    try_returns(sale, returned);
  }
  return 0;
}
