#include "client/agent/settings.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "client/agent/agent_directory.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

using Json = nlohmann::json;

absl::Status malformed(absl::string_view field, absl::string_view must) {
  return refuse(v1::REASON_MALFORMED, absl::StrCat("agent.json: ", field, " must be ", must),
                {{"field", field}});
}

absl::Status invalid(absl::string_view field, absl::string_view problem) {
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat("agent.json: ", field, " ", problem),
                {{"field", field}});
}

absl::Status read_text(const Json& value, absl::string_view field, std::string& text) {
  if (!value.is_string()) return malformed(field, "a text");
  text = value.get<std::string>();
  return absl::OkStatus();
}

absl::Status read_tls(const Json& value, ClientTlsFiles& tls) {
  if (!value.is_object()) return malformed("tls", "an object");
  for (const auto& [name, member] : value.items()) {
    const std::string field = absl::StrCat("tls.", name);
    std::string* text = nullptr;
    if (name == "ca_file") text = &tls.ca_file;
    if (name == "certificate_file") text = &tls.certificate_file;
    if (name == "private_key_file") text = &tls.private_key_file;
    if (name == "server_name") text = &tls.server_name;
    if (text == nullptr) return invalid(field, "is not a member that exists");
    absl::Status read = read_text(member, field, *text);
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status read_origins(const Json& value, std::vector<std::string>& origins) {
  if (!value.is_array()) return malformed("allowed_origins", "a list of texts");
  for (const Json& origin : value) {
    absl::Status read = read_text(origin, "allowed_origins", origins.emplace_back());
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status read_port(const Json& value, std::uint16_t& port) {
  if (!value.is_number_integer()) return malformed("http_port", "a number");
  const auto number = value.get<int64_t>();
  if (number < 0 || number > std::numeric_limits<std::uint16_t>::max()) {
    return invalid("http_port", "must be within 0..65535");
  }
  port = static_cast<std::uint16_t>(number);
  return absl::OkStatus();
}

absl::Status read_journal_limit(const Json& value, int64_t& limit_mib) {
  if (!value.is_number_integer()) return malformed("journal_limit_mib", "a number");
  const auto number = value.get<int64_t>();
  if (number < kMinJournalLimitMib || number > kMaxJournalLimitMib) {
    return invalid("journal_limit_mib",
                   absl::StrCat("must be within ", kMinJournalLimitMib, "..", kMaxJournalLimitMib));
  }
  limit_mib = number;
  return absl::OkStatus();
}

absl::Status read_member(const std::string& name, const Json& value, Settings& settings) {
  if (name == "server") return read_text(value, name, settings.server.address);
  if (name == "tls") return read_tls(value, settings.server.tls);
  if (name == "http_port") return read_port(value, settings.http_port);
  if (name == "allowed_origins") return read_origins(value, settings.allowed_origins);
  if (name == "journal_limit_mib") return read_journal_limit(value, settings.journal_limit_mib);
  return invalid(name, "is not a member that exists");
}

}  // namespace

absl::StatusOr<Settings> read_settings(const std::string& path) {
  Settings settings;
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown) && !unknown) return settings;
  std::ifstream file(path);
  if (!file) return invalid("agent.json", "cannot be read");
  const Json json = Json::parse(file, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return malformed("agent.json", "a JSON object");
  for (const auto& [name, value] : json.items()) {
    absl::Status read = read_member(name, value, settings);
    if (!read.ok()) return read;
  }
  return settings;
}

absl::Status write_settings(const std::string& path, const Settings& settings) {
  Json json = {{"server", settings.server.address},
               {"http_port", settings.http_port},
               {"journal_limit_mib", settings.journal_limit_mib},
               {"allowed_origins", settings.allowed_origins}};
  const ClientTlsFiles& tls = settings.server.tls;
  if (tls.enabled()) {
    json["tls"] = {{"ca_file", tls.ca_file},
                   {"certificate_file", tls.certificate_file},
                   {"private_key_file", tls.private_key_file},
                   {"server_name", tls.server_name}};
  }
  // Text that is not UTF-8 is replaced rather than thrown at.
  return AgentDirectory::write_file(
      path, absl::StrCat(json.dump(2, ' ', false, Json::error_handler_t::replace), "\n"));
}

}  // namespace moadon::agent
