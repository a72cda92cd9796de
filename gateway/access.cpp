#include "gateway/access.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

bool is_bare_ipv6(absl::string_view host) {
  return !absl::StartsWith(host, "[") && host.find(':') != host.rfind(':');
}

// Whether `host` ends in ":port"; the colons inside "[::1]" are not that.
bool names_port(absl::string_view host) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  return colon != absl::string_view::npos &&
         (bracket == absl::string_view::npos || colon > bracket);
}

}  // namespace

Access::Access(absl::string_view listen_address, std::uint16_t port,
               const std::vector<std::string>& hosts, const std::vector<std::string>& origins) {
  const std::string listened = is_bare_ipv6(listen_address) ? absl::StrCat("[", listen_address, "]")
                                                            : std::string(listen_address);
  for (const absl::string_view own :
       {absl::string_view("localhost"), absl::string_view("127.0.0.1"), absl::string_view("[::1]"),
        absl::string_view(listened)}) {
    hosts_.insert(absl::StrCat(absl::AsciiStrToLower(own), ":", port));
  }
  for (const std::string& host : hosts) {
    const std::string name = absl::AsciiStrToLower(host);
    hosts_.insert(name);
    if (!names_port(name)) hosts_.insert(absl::StrCat(name, ":", port));
  }
  for (const std::string& origin : origins) origins_.insert(absl::AsciiStrToLower(origin));
}

absl::Status Access::check(absl::string_view host, absl::string_view origin) const {
  if (!hosts_.contains(absl::AsciiStrToLower(host))) {
    return refuse(v1::REASON_ORIGIN_NOT_ALLOWED, "This host name is not served here.",
                  {{"field", "host"}, {"host", host}});
  }
  if (!origin.empty() && !origins_.contains(absl::AsciiStrToLower(origin))) {
    return refuse(v1::REASON_ORIGIN_NOT_ALLOWED, "Pages of this origin may not call.",
                  {{"field", "origin"}, {"origin", origin}});
  }
  return absl::OkStatus();
}

}  // namespace moadon
