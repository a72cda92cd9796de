// One run of the command line: where the server is, who asks, in which language, and where words
// and data go.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "client/cli/amounts.h"
#include "client/cli/language.h"
#include "client/lib/client.h"
#include "google/protobuf/timestamp.pb.h"
#include "moadon/v1/program.pb.h"
#include "rules/refusal.h"

namespace moadon::cli {

// The options that every command takes. The environment gives the defaults.
struct GlobalOptions {
  std::string server;
  std::string token_file;
  std::string token;  // MOADON_TOKEN; a --token-file on the command line wins
  ClientTlsFiles tls;
  Language language = Language::kEnglish;
  std::string chosen_language;  // "he", "en"; empty: not said, so LANG decides
  bool json = false;
};

// How the club's money is written.
struct Money {
  std::string currency_code;  // empty: not known
  std::string text(std::int64_t amount_minor) const {
    return format_amount(amount_minor, minor_digits(currency_code));
  }
  // With the currency's sign: "₪3,200.00".
  std::string with_sign(std::int64_t amount_minor) const;
};

// What the commands run with. Connects with the first call. Used from one thread.
class Session final {
 public:
  Session(GlobalOptions options, std::ostream& out, std::ostream& words);

  bool json() const { return options_.json; }
  Language language() const { return options_.language; }
  const GlobalOptions& options() const { return options_; }

  std::string say(const Text& text) const { return std::string(text.in(options_.language)); }
  // A value inside words; see left_to_right.
  std::string plain(std::string_view value) const { return left_to_right(value, language()); }

  // A date YYYY-MM-DD, a count, basis points as percent, and a number of days, as the language
  // writes them; ready to stand inside words, as plain() is.
  std::string date(std::string_view date) const;
  std::string count(std::int64_t count) const;
  std::string share(std::int64_t share_bps) const;
  std::string days(std::int64_t days) const;
  // The date of an instant, and its date and time of day, in `zone`, which is the club's.
  std::string date_of(const google::protobuf::Timestamp& time, absl::TimeZone zone) const;
  std::string moment(const google::protobuf::Timestamp& time, absl::TimeZone zone) const;

  std::ostream& out() { return out_; }      // data
  std::ostream& words() { return words_; }  // everything else

  // One RPC; method as client/lib takes it.
  template <typename Method, typename Request>
  auto call(Method method, const Request& request, absl::Duration deadline = kDefaultDeadline)
      -> decltype(std::declval<const Client&>().call(method, request)) {
    if (absl::Status connected = connect(); !connected.ok()) return connected;
    return client_->call(method, request, {.deadline = deadline});
  }

  // All pages of a list, from the first; `each` takes a response and returns a status. A server
  // that gives the same page token twice is refused, so the walk ends.
  template <typename Method, typename Request, typename Each>
  absl::Status call_pages(Method method, Request request, Each each,
                          absl::Duration deadline = kDefaultDeadline) {
    for (;;) {
      const auto page = call(method, request, deadline);
      if (!page.ok()) return page.status();
      if (absl::Status taken = each(*page); !taken.ok()) return taken;
      if (page->next_page_token().empty()) return absl::OkStatus();
      if (page->next_page_token() == request.page_token()) {
        return refuse(v1::REASON_INTERNAL, "the server gave the same page twice");
      }
      request.set_page_token(page->next_page_token());
    }
  }

  // The next call connects anew: at once, where a channel that lost its server would first wait.
  void disconnect() { client_.reset(); }

  // The club's money, and its zone; no currency, and UTC, when the server has no program or does
  // not answer.
  Money money();
  absl::TimeZone zone();

 private:
  absl::Status connect();
  const v1::Program& program();

  GlobalOptions options_;
  std::ostream& out_;
  std::ostream& words_;
  std::optional<Client> client_;
  std::optional<v1::Program> program_;  // as it was when first asked for
};

// What a command does once the line is parsed: an exit code, or a refusal.
using Action = std::function<absl::StatusOr<int>(Session&)>;

// Prints `status` as words, or with --json as the error object, and returns its exit code.
int report_refusal(Session& session, const absl::Status& status);

}  // namespace moadon::cli
