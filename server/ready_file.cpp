#include "server/ready_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace moadon {

absl::Status write_ready_file(const std::string& path, const ReadyNote& note) {
  nlohmann::ordered_json json;
  json["grpc"] = note.grpc;
  json["http"] = note.http;
  json["pid"] = note.pid;
  const std::string written = absl::StrCat(path, ".new");
  {
    std::ofstream file(written, std::ios::trunc);
    file << json.dump() << "\n";
    file.flush();
    if (!file.good()) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", written));
  }
  if (std::rename(written.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

void remove_ready_file(const std::string& path) { unlink(path.c_str()); }

}  // namespace moadon
