// A file read whole: plain, or gzip by its first bytes.
#pragma once

#include <optional>
#include <string>

namespace moadon {

// The text of `path`. On failure nothing, and `problem` says why. Files over 4 GiB are refused.
std::optional<std::string> read_file_text(const std::string& path, std::string& problem);

}  // namespace moadon
