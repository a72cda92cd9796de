// The main of every unit test. What is random in one follows from Catch2's seed, which is printed,
// and is MOADON_TEST_SEED where that is set. With MOADON_LONG=1 each rapidcheck property runs
// 20,000 cases instead of 100. RC_PARAMS, where set, has the last word on properties.
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

namespace {

// 0 is no seed to Catch2.
unsigned chosen_seed(unsigned of_command_line) {
  const char* const asked = std::getenv("MOADON_TEST_SEED");
  unsigned seed = of_command_line;
  if (asked != nullptr) seed = static_cast<unsigned>(std::strtoull(asked, nullptr, 10));
  return seed != 0 ? seed : std::random_device{}() | 1U;
}

void seed_properties(unsigned seed) {
  const char* const length = std::getenv("MOADON_LONG");
  const bool is_long = length != nullptr && std::string_view(length) == "1";
  const std::string settings =
      "seed=" + std::to_string(seed) + (is_long ? " max_success=20000" : "");
  setenv("RC_PARAMS", settings.c_str(), 0);
}

}  // namespace

int main(int argc, char** argv) {
  Catch::Session session;
  const int status = session.applyCommandLine(argc, argv);
  if (status != 0) return status;
  const unsigned seed = chosen_seed(session.configData().rngSeed);
  session.configData().rngSeed = seed;
  seed_properties(seed);
  std::cout << "seed " << seed << " (repeat with MOADON_TEST_SEED=" << seed << ")" << std::endl;
  return session.run();
}
