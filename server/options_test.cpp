#include "server/options.h"

#include <vector>

#include "tests/catch.h"

namespace moadon {
namespace {

ParsedOptions parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "moadond");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST_CASE("a data directory is all that must be given") {
  const ParsedOptions parsed = parse({"--data", "/club"});
  REQUIRE(parsed.options.has_value());
  CHECK(parsed.options->data_directory == "/club");
  CHECK(to_string(parsed.options->grpc) == "127.0.0.1:7070");
  CHECK(to_string(parsed.options->http) == "127.0.0.1:7071");
  CHECK(parse({}).exit_status == kExitUsage);
}

TEST_CASE("an address that others can reach needs mutual TLS or a word of consent") {
  for (const char* option : {"--listen", "--http"}) {
    INFO(option);
    CHECK(parse({"--data", "d", option, "0.0.0.0:0"}).exit_status == kExitUsage);
    CHECK(parse({"--data", "d", option, "[::]:0"}).exit_status == kExitUsage);
    CHECK(parse({"--data", "d", option, "0.0.0.0:0", "--insecure"}).options.has_value());
    CHECK(parse({"--data", "d", option, "0.0.0.0:0", "--tls-cert", "c", "--tls-key", "k",
                 "--tls-client-ca", "a"})
              .options.has_value());
  }
}

TEST_CASE("TLS files come together or not at all") {
  CHECK(parse({"--data", "d", "--tls-cert", "c", "--tls-key", "k"}).exit_status == kExitUsage);
  CHECK(parse({"--data", "d", "--tls-client-ca", "a"}).exit_status == kExitUsage);
}

TEST_CASE("what cannot be read is refused") {
  CHECK(parse({"--data", "d", "--listen", "nowhere"}).exit_status == kExitUsage);
  CHECK(parse({"--data", "d", "--log-level", "loud"}).exit_status == kExitUsage);
  CHECK(parse({"--data", "d", "--unheard-of"}).exit_status == kExitUsage);
}

}  // namespace
}  // namespace moadon
