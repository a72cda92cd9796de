// The program as a pipe: one request per line in, one reply per line out. For tests, scripts and
// languages that would rather start a program than load a library.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "plugin/register/club.h"

namespace moadon {

// Opens the line of a register.
using OpenClub = std::function<PluginClub::Opened(const std::string& register_id)>;

// Reads lines `{"method": "Quote", "request": {...}}` until the end of `in`; each may carry
// "register" (else `default_register`) and "timeout_ms" (else 10000). Writes and flushes for each
// line, in order,
// `{"response": {...}}` or `{"error": {"code", "reason", "message", "values"}}`. A line that cannot
// be read is answered REASON_MALFORMED. Empty lines are skipped.
void run_json_mode(std::istream& in, std::ostream& out, const OpenClub& open_club,
                   const std::string& default_register);

}  // namespace moadon
