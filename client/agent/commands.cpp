#include "client/agent/commands.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/agent/journal.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "sqlite/data_lock.h"

namespace moadon::agent {
namespace {

constexpr char kEnrollmentWord[] = "enrolment";  // in place of a receipt

absl::StatusOr<std::string> read_token(const std::string& token_file) {
  std::string line;
  if (token_file == "-") {
    std::getline(std::cin, line);
  } else {
    std::ifstream file(token_file);
    if (!file) {
      return refuse(v1::REASON_FIELD_INVALID, absl::StrCat("cannot read ", token_file),
                    {{"field", "token-file"}});
    }
    std::getline(file, line);
  }
  return std::string(absl::StripAsciiWhitespace(line));
}

std::string time_text(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

// An enrolment has no receipt; an entry of which nothing is left has no time either.
bool is_enrollment(const v1::PendingEntry& entry) {
  return entry.receipt().empty() && entry.has_commit_time();
}

void print_json(const std::string& register_id, const v1::PendingEntry& entry) {
  nlohmann::ordered_json json = {{"register_id", register_id},
                                 {"sequence", absl::StrCat(entry.sequence())},
                                 {"receipt", entry.receipt()},
                                 {"commit_time", time_text(entry.commit_time())}};
  if (is_enrollment(entry)) json["kind"] = kEnrollmentWord;
  if (entry.has_refusal()) {
    json["reason"] = v1::Reason_Name(entry.refusal().reason());
    json["message"] = entry.message();
  }
  std::cout << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void print_line(const std::string& register_id, const v1::PendingEntry& entry) {
  std::cout << register_id << '\t' << entry.sequence() << '\t'
            << (is_enrollment(entry) ? kEnrollmentWord : entry.receipt()) << '\t'
            << time_text(entry.commit_time());
  if (entry.has_refusal()) {
    std::cout << '\t' << v1::Reason_Name(entry.refusal().reason()) << '\t' << entry.message();
  }
  std::cout << '\n';
}

}  // namespace

absl::Status add_register(const AgentDirectory& directory, const std::string& register_id,
                          const std::string& token_file) {
  const absl::StatusOr<std::string> token = read_token(token_file);
  if (!token.ok()) return token.status();
  return directory.add_register(register_id, *token);
}

absl::Status print_pending(const AgentDirectory& directory, bool as_json) {
  std::error_code unknown;
  if (!std::filesystem::exists(directory.journal_path(), unknown)) {
    return absl::NotFoundError(
        absl::StrCat("there is no journal in ", directory.path(),
                     ": no agent has run there yet, or it is another directory"));
  }
  const auto backlogs = read_backlogs(directory.journal_path());
  if (!backlogs.ok()) return backlogs.status();
  int64_t count = 0;
  for (const RegisterBacklog& backlog : *backlogs) {
    for (const v1::PendingEntry& entry : backlog.entries) {
      ++count;
      if (as_json) {
        print_json(backlog.register_id, entry);
      } else {
        print_line(backlog.register_id, entry);
      }
    }
  }
  std::cerr << count << " not delivered\n";
  return absl::OkStatus();
}

absl::Status rejoin(const AgentDirectory& directory, const std::string& register_id) {
  const absl::StatusOr<sqlite::DataLock> lock = sqlite::DataLock::acquire(directory.path());
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::AlreadyExistsError(
        absl::StrCat("stop the agent first: ", lock.status().message()));
  }
  if (!lock.ok()) return lock.status();
  absl::StatusOr<std::string> key = directory.journal_key();
  if (!key.ok()) return key.status();
  auto journal =
      Journal::open(directory.journal_path(), *std::move(key), [](const absl::Status&) {});
  if (!journal.ok()) return journal.status();
  absl::Status renamed = (*journal)->rejoin(register_id);
  if (renamed.ok()) renamed = (*journal)->store_block(register_id, absl::OkStatus());
  if (renamed.ok()) std::cerr << register_id << " delivers again at the next start\n";
  return renamed;
}

}  // namespace moadon::agent
