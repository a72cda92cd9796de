// Measures a running club and prints one figure a line, as samples.h says. What to measure comes as
// one JSON object on stdin, from run.py, which starts the club.
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/bench/identify.h"
#include "tests/bench/members.h"
#include "tests/bench/plugin.h"
#include "tests/bench/record.h"

namespace moadon::bench {
namespace {

// The members whose sales are recorded.
constexpr int kMaxBuyers = 20'000;

void measure(const nlohmann::json& plan) {
  const int member_count = plan.at("members");
  const Connections server(plan.at("server"), plan.at("token"));
  const Connections echo(plan.at("echo"), plan.at("token"));
  if (!plan.at("is_made")) {
    std::cerr << "enrolling " << member_count << " members" << std::endl;
    enroll_members(server, member_count);
  }
  // Before anybody else asks for a member.
  std::cerr << "measuring identify-type calls" << std::endl;
  measure_identify(server, echo,
                   {.member_count = member_count,
                    .rounds = plan.at("rounds"),
                    .round_length = std::chrono::milliseconds(plan.at("round_ms"))});
  if (plan.at("plugin_calls") > 0) {
    std::cerr << "measuring plugin calls" << std::endl;
    measure_plugin({.library = plan.at("plugin"),
                    .agent_dir = plan.at("agent_dir"),
                    .register_id = plan.at("plugin_register"),
                    .member_count = member_count,
                    .calls = plan.at("plugin_calls")});
  }
  SaleMaker sales(find_members(server, member_count, kMaxBuyers));
  std::cerr << "measuring recorded sales" << std::endl;
  measure_record(server, sales,
                 {.server_database = plan.at("server_database"),
                  .copy = plan.at("copy"),
                  .register_id = plan.at("register"),
                  .rounds = plan.at("rounds"),
                  .sales_per_round = plan.at("sales_per_round")});
}

}  // namespace
}  // namespace moadon::bench

int main() {
  try {
    moadon::bench::measure(nlohmann::json::parse(std::cin));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "bench_load: " << failure.what() << std::endl;
    return 1;
  }
}
