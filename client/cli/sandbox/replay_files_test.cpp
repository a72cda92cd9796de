#include "client/cli/sandbox/replay_files.h"

#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "client/cli/exit_codes.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

// A directory that goes with the test.
class TemporaryDirectory final {
 public:
  TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "moadon-cli-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

constexpr const char* kSales =
    "register,receipt,description\n"
    "R2,1,\"two\nlines, R9,\"\n"
    "R1,2,plain\n"
    "R2,3,plain";

TEST_CASE("registers are read from a plain file") {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("a.csv")) << kSales;
  const auto registers = registers_in(directory.file("a.csv"));
  REQUIRE(registers.ok());
  CHECK(*registers == std::set<std::string>{"R1", "R2"});
}

TEST_CASE("registers are read from a gzip file") {
  const TemporaryDirectory directory;
  const gzFile file = gzopen(directory.file("a.csv.gz").c_str(), "wb");
  gzputs(file, kSales);
  gzclose(file);
  const auto registers = registers_in(directory.file("a.csv.gz"));
  REQUIRE(registers.ok());
  CHECK(*registers == std::set<std::string>{"R1", "R2"});
}

TEST_CASE("the column may stand anywhere, behind a byte order mark too") {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("a.csv")) << "\xEF\xBB\xBFreceipt,register\n1,R7\n";
  std::ofstream(directory.file("b.csv")) << "\xEF\xBB\xBFregister,receipt\nR7,1\n";
  CHECK(*registers_in(directory.file("a.csv")) == std::set<std::string>{"R7"});
  CHECK(*registers_in(directory.file("b.csv")) == std::set<std::string>{"R7"});
}

TEST_CASE("a file that is not sales is a slip of the caller") {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("empty.csv"));
  std::ofstream(directory.file("other.csv")) << "a,b\n1,2\n";
  for (const char* name : {"missing.csv", "empty.csv", "other.csv"}) {
    INFO(name);
    const auto registers = registers_in(directory.file(name));
    REQUIRE_FALSE(registers.ok());
    CHECK(exit_code_of(registers.status()) == kExitUsage);
  }
}

}  // namespace
}  // namespace moadon::cli
