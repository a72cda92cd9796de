// A club with every kind of promise, for tests: a program with benefits, rights, points and tiers,
// and a history in which each of them is used, held, returned and decided about.
#pragma once

#include <string>

#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/program.pb.h"
#include "server/operations/test_club.h"

namespace moadon {

// One point per 1.00, good for 60 days; 100 points pay 1.00. Silver from 100.00 in 90 days, with a
// gift of points; gold from three purchase days and 500.00 in the year, with a right. Ten percent
// off tea for members; a coupon that milk earns and that takes 5.00 off.
v1::Program promising_program();

v1::MemberFacts facts_of(TestClub& test, const std::string& member_id);
// What an agent would send with a sale of the member who was just identified.
v1::RecordContext priced_for(TestClub& test, const std::string& member_id);

// A promising club in which member c1 has done everything, c2 little, and nobody something; today
// is 2026-03-20. Verify has found it in order.
void fill_with_promises(TestClub& test);

}  // namespace moadon
