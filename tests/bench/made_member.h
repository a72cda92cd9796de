// One made person and their life as a customer: who they are, when they came, what they bought, how
// they went away and sometimes came back. A function of seed, number and the last day: the same in
// each run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moadon/v1/sale.pb.h"
#include "server/operations/member_origin.h"
#include "server/storage/member_details_store.h"

namespace moadon::bench {

inline constexpr int kMadeBranches = 5;
inline constexpr int kRegistersPerBranch = 2;
inline constexpr int kMadeRegisters = kMadeBranches * kRegistersPerBranch;
// A life may begin so many days before the last one.
inline constexpr int64_t kMadeDays = 4 * 365;

std::string branch_of(int branch);
std::string register_of(int register_index);
inline int branch_index_of(int register_index) { return register_index / kRegistersPerBranch; }

struct MadeSale {
  int register_index = 0;
  v1::Sale content;
  std::vector<v1::Return> returns;  // at the same register
};

struct MadeMember {
  std::vector<v1::Key> keys;
  storage::DetailsRow details;
  std::vector<storage::ConsentRow> consents;
  std::vector<std::string> tags;
  Contact sign_up;
  std::vector<MadeSale> sales;  // oldest first
};

// Member `number`, through `until_day`. Keys as member_numbers.h.
MadeMember make_member(uint64_t seed, int number, int64_t until_day);
// The `number`th sale of nobody.
MadeSale make_nobodys_sale(uint64_t seed, int number, int64_t until_day);

}  // namespace moadon::bench
