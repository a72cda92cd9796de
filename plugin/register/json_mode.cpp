#include "plugin/register/json_mode.h"

#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

namespace moadon {
namespace {

constexpr int kTimeoutMs = 10'000;
// No message of the interface nests deeper than a handful; anything much deeper is an attack on the
// stack.
constexpr int kNestingMax = 100;

Refusal malformed(const std::string& message) {
  return {"invalid_argument", "REASON_MALFORMED", message, Json::object()};
}

// One line of input, understood.
struct Request {
  std::string method;
  Json body = Json::object();
  std::string register_id;
  int timeout_ms = kTimeoutMs;
};

std::optional<Json> parse_line(const std::string& line) {
  bool too_deep = false;
  Json parsed = Json::parse(
      line,
      [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kNestingMax;
        return !too_deep;
      },
      false);
  if (too_deep || !parsed.is_object()) return std::nullopt;
  return parsed;
}

// Reads `line` into `request`, or says what is wrong with it.
std::optional<Refusal> read_request(const std::string& line, Request& request) {
  const std::optional<Json> parsed = parse_line(line);
  if (!parsed) return malformed("the line is not one JSON object");
  const Json& method = part_of(*parsed, "method");
  if (!method.is_string()) return malformed("\"method\" is not a text");
  request.method = method.get<std::string>();
  if (request.method.find('\0') != std::string::npos) return malformed("\"method\" is not a name");
  request.body = part_of(*parsed, "request");
  if (!request.body.is_object()) return malformed("\"request\" is not an object");
  if (parsed->contains("register")) {
    if (!parsed->at("register").is_string()) return malformed("\"register\" is not a text");
    request.register_id = text_of(*parsed, "register");
  }
  if (parsed->contains("timeout_ms")) {
    const Json& timeout = parsed->at("timeout_ms");
    if (!timeout.is_number_integer() || timeout < 1 || timeout > MOADON_POS_TIMEOUT_MAX_MS) {
      return malformed("\"timeout_ms\" is not a whole number from 1 to 600000");
    }
    request.timeout_ms = timeout.get<int>();
  }
  return std::nullopt;
}

// The lines opened so far, one per register.
class Lines final {
 public:
  explicit Lines(const OpenClub& open_club) : open_club_(open_club) {}

  Answer call(const Request& request) {
    auto found = clubs_.find(request.register_id);
    if (found == clubs_.end()) {
      PluginClub::Opened opened = open_club_(request.register_id);
      if (opened.club == nullptr) return {false, Json::object(), std::move(opened.refusal)};
      found = clubs_.emplace(request.register_id, std::move(opened.club)).first;
    }
    return found->second->call(request.method, request.body, request.timeout_ms);
  }

 private:
  const OpenClub& open_club_;
  std::map<std::string, std::unique_ptr<PluginClub>> clubs_;
};

}  // namespace

void run_json_mode(std::istream& in, std::ostream& out, const OpenClub& open_club,
                   const std::string& default_register) {
  Lines lines(open_club);
  std::string line;
  while (std::getline(in, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    Request request;
    request.register_id = default_register;
    Answer answer;
    if (std::optional<Refusal> problem = read_request(line, request)) {
      answer.refusal = std::move(*problem);
    } else {
      answer = lines.call(request);
    }
    const Json reply = answer.ok ? Json{{"response", std::move(answer.response)}}
                                 : Json{{"error", refusal_json(answer.refusal)}};
    out << json_line(reply) << '\n' << std::flush;
  }
}

}  // namespace moadon
