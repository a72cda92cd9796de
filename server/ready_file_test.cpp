#include "server/ready_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/catch.h"

namespace moadon {
namespace {

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

TEST_CASE("the ready file says where the server listens, and goes with it") {
  std::string directory = (std::filesystem::temp_directory_path() / "ready_XXXXXX").string();
  REQUIRE(mkdtemp(directory.data()) != nullptr);
  const std::string path = directory + "/" + kReadyFileName;
  REQUIRE(write_ready_file(path, {"127.0.0.1:1", "127.0.0.1:2", 3}).ok());
  REQUIRE(write_ready_file(path, {"127.0.0.1:4", "127.0.0.1:5", 6}).ok());
  CHECK(content_of(path) == "{\"grpc\":\"127.0.0.1:4\",\"http\":\"127.0.0.1:5\",\"pid\":6}\n");
  remove_ready_file(path);
  remove_ready_file(path);
  CHECK(std::filesystem::is_empty(directory));
  std::filesystem::remove_all(directory);
  CHECK_FALSE(write_ready_file(path, {}).ok());
}

}  // namespace
}  // namespace moadon
