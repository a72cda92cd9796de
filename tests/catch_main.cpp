// The main of every unit test. With MOADON_LONG=1 each rapidcheck property runs 20,000 cases
// instead of 100, unless RC_PARAMS says otherwise.
#include <cstdlib>
#include <string_view>

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

int main(int argc, char** argv) {
  const char* length = std::getenv("MOADON_LONG");
  if (length != nullptr && std::string_view(length) == "1") {
    setenv("RC_PARAMS", "max_success=20000", 0);
  }
  return Catch::Session().run(argc, argv);
}
