// Texts that are well-formed and meant ill: numbers that overflow, nesting without end, noise.
#include <fenv.h>

#include <random>
#include <string>
#include <vector>

#include "tests/abi/abi_host.h"
#include "tests/catch.h"

namespace moadon::abi_test {
namespace {

struct Fixture {
  Fixture() { directory.start_agent(); }
  AgentDirectory directory;
};

// What open says of a configuration; nothing stays open.
std::string reason_of_opening(const std::string& config) {
  moadon_pos* handle = nullptr;
  const char* error = nullptr;
  if (moadon_pos_open(config.c_str(), &handle, &error) == MOADON_POS_OK) {
    moadon_pos_close(handle);
    return "";
  }
  const nlohmann::json json = nlohmann::json::parse(error);
  moadon_pos_release(error);
  return json.at("reason");
}

std::string nested(const std::string& begin, std::size_t size) {
  std::string text;
  while (text.size() + begin.size() <= size) text += begin;
  return text;
}

std::string noise(std::mt19937& random, std::size_t size) {
  std::uniform_int_distribution<int> byte(1, 255);
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>(byte(random));
  return text;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a host whose processor traps on floating-point exceptions") {
  const std::vector<std::string> figures = {
      "1e400", "-1e400", "1e-400", "0.1", "1E999", "4.9e-324", "123456789012345678901234567890"};
  const std::string config = directory.config().dump();
  CHECK(in_child([&] {
          ::feclearexcept(FE_ALL_EXCEPT);
          ::feenableexcept(FE_ALL_EXCEPT);
          for (const std::string& figure : figures) {
            const std::string start = R"({"agent_dir": "/a", "register_id": "R1", )";
            for (const std::string member :
                 {R"("start_agent": )" + figure, R"("agent_arguments": [)" + figure + "]"}) {
              const std::string reason = reason_of_opening(start + member + "}");
              if (reason != "REASON_FIELD_INVALID" && reason != "REASON_MALFORMED") return 1;
            }
          }
          const Handle handle(nlohmann::json::parse(config));
          if (handle.call("Empty", R"({"quantity": 1e400})").status != MOADON_POS_OK) return 2;
          const Result figured = handle.call("Figures");
          if (figured.status != MOADON_POS_ERROR || figured.reason().empty()) return 3;
          if (::fegetexcept() != FE_ALL_EXCEPT) return 4;
          return ::fetestexcept(FE_ALL_EXCEPT) == 0 ? 0 : 5;
        }) == 0);
}

TEST_CASE("a host finds its floating-point flags as it left them") {
  CHECK(in_child([] {
          ::feclearexcept(FE_ALL_EXCEPT);
          ::feraiseexcept(FE_DIVBYZERO);
          reason_of_opening(R"({"agent_dir": 1e400})");
          return ::fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO ? 0 : 1;
        }) == 0);
}

TEST_CASE("a configuration nested without end is refused") {
  const auto [begin, reason] = GENERATE(table<std::string, std::string>({
      {"[", "REASON_MALFORMED"},
      {"{\"a\":", "REASON_MALFORMED"},
      {"[{\"agent_dir\":", "REASON_MALFORMED"},
  }));
  CHECK(reason_of_opening(nested(begin, MOADON_POS_CONFIG_MAX_BYTES)) == reason);
  CHECK(reason_of_opening(nested(begin, MOADON_POS_CONFIG_MAX_BYTES + 1)) != "");
  const std::size_t depth = MOADON_POS_CONFIG_MAX_BYTES / 2 - 64;
  const std::string closed = std::string(depth, '[') + std::string(depth, ']');
  CHECK(reason_of_opening(closed) == "REASON_MALFORMED");
  CHECK(reason_of_opening(R"({"agent_arguments": )" + closed + "}") == "REASON_FIELD_MISSING");
  CHECK(reason_of_opening(R"({"agent_dir": "/a", "register_id": "R1", "agent_arguments": )" +
                          closed + "}") == "REASON_FIELD_INVALID");
}

TEST_CASE_METHOD(Fixture, "noise in every argument is refused and leaves the handle good") {
  const unsigned seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : 1;
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> size(1, 300);
  const Handle handle(directory.config());
  for (int i = 0; i < 2000; ++i) {
    CHECK(reason_of_opening(noise(random, size(random))) != "");
    const char* text = nullptr;
    // Seven bytes of noise and one that no UTF-8 text has.
    const std::string request = noise(random, 7) + '\xFF';
    REQUIRE(moadon_pos_call(handle.get(), "Empty", request.c_str(), 1000, &text) ==
            MOADON_POS_ERROR);
    CHECK(std::string(text).find("REASON_TEXT_INVALID") != std::string::npos);
    moadon_pos_release(text);
    REQUIRE(moadon_pos_call(handle.get(), ('\x80' + noise(random, 7)).c_str(), "{}", 1000, &text) ==
            MOADON_POS_ERROR);
    CHECK(std::string(text).find("REASON_TEXT_INVALID") != std::string::npos);
    moadon_pos_release(text);
  }
  CHECK(handle.call("Counts").json["calls"] == 1);
}

}  // namespace moadon::abi_test
