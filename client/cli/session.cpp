#include "client/cli/session.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/exit_codes.h"
#include "client/cli/refusal_texts.h"
#include "client/wording/amounts.h"
#include "client/wording/dates.h"
#include "gateway/status.h"
#include "moadon/v1/program.grpc.pb.h"

namespace moadon::cli {
namespace {

absl::string_view language_code(Language language) {
  return language == Language::kHebrew ? "he" : "en";
}

absl::StatusOr<std::string> read_token(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID, "cannot read the token file " + path,
                           {{"field", "token-file"}, {"limit", "a file with one line"}}));
  }
  absl::StripAsciiWhitespace(&line);
  return line;
}

}  // namespace

std::string Money::with_sign(std::int64_t amount_minor) const {
  return wording::sum_text(amount_minor, currency_code);
}

Session::Session(GlobalOptions options, std::ostream& out, std::ostream& words)
    : options_(std::move(options)), out_(out), words_(words) {}

std::string Session::date(std::string_view date) const {
  return plain(wording::date_text({date.data(), date.size()}, language_code(language())));
}

std::string Session::count(std::int64_t count) const { return plain(wording::count_text(count)); }

std::string Session::share(std::int64_t share_bps) const {
  return plain(wording::share_text(share_bps));
}

std::string Session::date_of(const google::protobuf::Timestamp& time, absl::TimeZone zone) const {
  return date(absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(time.seconds()), zone));
}

std::string Session::moment(const google::protobuf::Timestamp& time, absl::TimeZone zone) const {
  return absl::StrCat(
      date_of(time, zone), " ",
      plain(absl::FormatTime("%H:%M", absl::FromUnixSeconds(time.seconds()), zone)));
}

// Not isolated: in Hebrew the number stands before its word as it should.
std::string Session::days(std::int64_t days) const {
  return wording::days_text(days, language_code(language()));
}

absl::Status Session::connect() {
  if (client_) return absl::OkStatus();
  std::string token = options_.token;
  if (!options_.token_file.empty()) {
    absl::StatusOr<std::string> read = read_token(options_.token_file);
    if (!read.ok()) return read.status();
    token = *std::move(read);
  }
  absl::StatusOr<Client> client =
      Client::connect({{.address = options_.server, .tls = options_.tls}, token});
  if (!client.ok()) return as_usage(client.status());
  client_ = *std::move(client);
  return absl::OkStatus();
}

const v1::Program& Session::program() {
  if (!program_) {
    const auto answer = call(&v1::ProgramService::Stub::GetProgram, v1::GetProgramRequest());
    program_ = answer.ok() ? answer->program() : v1::Program();
  }
  return *program_;
}

Money Session::money() { return {program().currency_code()}; }

absl::TimeZone Session::zone() {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!program().time_zone().empty()) absl::LoadTimeZone(program().time_zone(), &zone);
  return zone;
}

int report_refusal(Session& session, const absl::Status& status) {
  if (session.json()) {
    session.words() << error_json(status) << '\n';
    return exit_code_of(status);
  }
  v1::ErrorDetail detail = detail_of(status);
  if (detail.reason() == v1::REASON_UNSPECIFIED) detail.set_reason(v1::REASON_INTERNAL);
  session.words() << "moadon: " << refusal_text(detail, session.language()) << '\n';
  session.words() << "        " << v1::Reason_Name(detail.reason());
  if (!status.message().empty()) session.words() << ": " << status.message();
  session.words() << '\n';
  return exit_code_of(status);
}

}  // namespace moadon::cli
