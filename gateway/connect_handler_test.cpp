// The protocol: what goes in and out of one call.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gateway/testing/echo_server.h"
#include "gateway/testing/http_client.h"
#include "tests/catch.h"

namespace moadon::gateway_testing {
namespace {

using nlohmann::json;

constexpr char kEchoPath[] = "/moadon.gateway_testing.EchoService/Echo";

std::string reason_in(const HttpResult& result) {
  const json error = json::parse(result.body, nullptr, false);
  return error.is_object() ? error.value("reason", "") : "";
}

void check_refused(const HttpResult& result, int status, const std::string& reason) {
  INFO(result.body);
  CHECK(result.status == status);
  CHECK(reason_in(result) == reason);
  CHECK(result.headers.at("content-type") == "application/json");
}

TEST_CASE("a JSON call comes back in Hebrew, with proto names, zeros and 64-bit strings") {
  EchoServer server;
  HttpClient client(server.port());
  const auto result = client.call(
      "Echo", R"({"text":"שלום עולם","amount_minor":"9007199254740993","lines":[{"sku":"א"}]})");
  REQUIRE(result.status == 200);
  CHECK(result.headers.at("content-type") == "application/json");
  CHECK(result.headers.at("cache-control") == "no-store");
  const json request = json::parse(result.body)["request"];
  CHECK(request["text"] == "שלום עולם");
  CHECK(request["amount_minor"] == "9007199254740993");
  CHECK(request["delay_ms"] == 0);
  CHECK(request["lines"][0]["sku"] == "א");
  CHECK(request["lines"][0]["quantity_milli"] == "0");
}

TEST_CASE("both spellings of a name are read") {
  EchoServer server;
  HttpClient client(server.port());
  for (const char* name : {"amount_minor", "amountMinor"}) {
    const auto result = client.call("Echo", absl::StrCat(R"({")", name, R"(": 5})"));
    REQUIRE(result.status == 200);
    CHECK(json::parse(result.body)["request"]["amount_minor"] == "5");
  }
}

TEST_CASE("a binary call comes back binary") {
  EchoServer server;
  HttpClient client(server.port());
  EchoRequest request;
  request.set_text("שלום");
  request.set_amount_minor(-7);
  const auto result = client.request("POST", kEchoPath, "Content-Type: application/proto\r\n",
                                     request.SerializeAsString());
  REQUIRE(result.status == 200);
  CHECK(result.headers.at("content-type") == "application/proto");
  EchoResponse response;
  REQUIRE(response.ParseFromString(result.body));
  CHECK(response.request().text() == "שלום");
  CHECK(response.request().amount_minor() == -7);
}

TEST_CASE("token, request id and deadline travel on; without them there are defaults") {
  EchoServer server;
  HttpClient client(server.port());
  auto result = client.call("Echo", "{}",
                            "Authorization: Bearer abc\r\nX-Request-Id: r-1\r\n"
                            "Connect-Protocol-Version: 1\r\nConnect-Timeout-Ms: 5000\r\n");
  REQUIRE(result.status == 200);
  json response = json::parse(result.body);
  CHECK(response["authorization"] == "Bearer abc");
  CHECK(response["request_id"] == "r-1");
  // gRPC rounds a deadline up to about three digits on its way.
  CHECK(result.headers.at("x-request-id") == "r-1");
  CHECK(std::stoll(response["deadline_ms"].get<std::string>()) <= 5100);
  CHECK(std::stoll(response["deadline_ms"].get<std::string>()) > 3000);

  result = client.call("Echo", "{}");
  response = json::parse(result.body);
  CHECK(response["authorization"] == "");
  CHECK(response["request_id"] == result.headers.at("x-request-id"));
  CHECK(response["request_id"].get<std::string>().size() == 16);
  CHECK(std::stoll(response["deadline_ms"].get<std::string>()) > 25000);
  CHECK(std::stoll(response["deadline_ms"].get<std::string>()) <= 30600);
}

TEST_CASE("a call that outlives its deadline is answered 504") {
  EchoServer server;
  HttpClient client(server.port());
  check_refused(client.call("Echo", R"({"delay_ms":2000})", "Connect-Timeout-Ms: 50\r\n"), 504,
                "REASON_DEADLINE_EXCEEDED");
}

TEST_CASE("a service's refusal keeps its reason, values and Hebrew text") {
  EchoServer server;
  HttpClient client(server.port());
  const auto result = client.call("Refuse", "{}");
  check_refused(result, 400, "REASON_RETURN_EXCEEDS_SOLD");
  const json error = json::parse(result.body);
  CHECK(error["code"] == "failed_precondition");
  CHECK(error["message"] == "נמכרו רק 2 יחידות");
  CHECK(error["values"]["sku"] == "חלב 3%");
  CHECK(error["values"]["sold_milli"] == "2000");
  CHECK(error["details"][0]["type"] == "moadon.v1.ErrorDetail");
}

TEST_CASE("an error without a reason gets one, under the HTTP code of the Connect protocol") {
  EchoServer server;
  HttpClient client(server.port());
  const auto fail = [&](int code) {
    return client.call("Fail", absl::StrCat(R"({"amount_minor":)", code, "}"));
  };
  check_refused(fail(grpc::UNAVAILABLE), 503, "REASON_STOPPING");
  check_refused(fail(grpc::UNKNOWN), 500, "REASON_INTERNAL");
  check_refused(fail(grpc::RESOURCE_EXHAUSTED), 429, "REASON_TOO_LARGE");
  check_refused(fail(grpc::UNAUTHENTICATED), 401, "REASON_TOKEN_UNKNOWN");
  check_refused(fail(grpc::PERMISSION_DENIED), 403, "REASON_NOT_ALLOWED");
  check_refused(fail(grpc::UNIMPLEMENTED), 501, "REASON_METHOD_UNKNOWN");
}

TEST_CASE("JSON that is not exactly the request is refused, saying where") {
  EchoServer server;
  HttpClient client(server.port());
  const auto value = [&](const std::string& body, const std::string& name) {
    const auto result = client.call("Echo", body);
    check_refused(result, 400, "REASON_MALFORMED");
    UNSCOPED_INFO(result.body);
    return json::parse(result.body)["values"].value(name, "");
  };
  CHECK(value(R"({"lines":[{},{"skew":"x"}]})", "field") == "lines[1].skew");
  CHECK(value(R"({"txt":"x"})", "field") == "txt");
  CHECK(value(R"({"amount_minor":"x"})", "field") == "amount_minor");
  CHECK(value(R"({"amount_minor":99999999999999999999})", "field") == "amount_minor");
  CHECK(value(R"({"amount_minor":1.5})", "field") == "amount_minor");
  CHECK(value(R"({"text":"a","text":"b"})", "field") == "text");
  CHECK(value(R"({"text" "b"})", "position") == "11");
  for (const char* body : {"", "[]", "null", "7", "{", "{}x", "{'text':'x'}", "{text:1}",
                           "{\"text\":\"x\",}", "{\"text\":\"\xff\"}", "{\"text\":\"\xd7\"}",
                           R"({"text":"\ud800"})", "{\"text\":\"a\nb\"}", "[7"}) {
    INFO(body);
    CHECK_FALSE(value(body, "position").empty());
  }
}

TEST_CASE("deep nesting is refused and does not hurt") {
  EchoServer server;
  HttpClient client(server.port());
  for (const int depth : {65, 100000}) {
    std::string objects;
    for (int i = 0; i < depth; ++i) objects += R"({"nested":)";
    check_refused(client.call("Echo", objects), 400, "REASON_MALFORMED");
    const std::string arrays = R"({"lines":)" + std::string(depth, '[');
    check_refused(client.call("Echo", arrays), 400, "REASON_MALFORMED");
  }
  CHECK(client.call("Echo", R"({"nested":{"nested":{"text":"x"}}})").status == 200);
}

TEST_CASE("bytes that are not the request are refused") {
  EchoServer server;
  HttpClient client(server.port());
  const auto post = [&](absl::string_view body) {
    return client.request("POST", kEchoPath, "Content-Type: application/proto\r\n", body);
  };
  check_refused(post("\x0a\xff\xff"), 400, "REASON_MALFORMED");
  check_refused(post("\x0a\x02\xff\xfe"), 400, "REASON_MALFORMED");
  CHECK(post("").status == 200);
}

TEST_CASE("what is not served is refused with the right HTTP code") {
  EchoServer server;
  HttpClient client(server.port());
  const auto post = [&](absl::string_view path, absl::string_view headers) {
    return client.request("POST", path, headers, "{}");
  };
  constexpr char kJsonType[] = "Content-Type: application/json\r\n";
  for (const char* path : {"/", "/x", "/moadon.gateway_testing.EchoService/Nothing",
                           "/moadon.gateway_testing.EchoService/Watch", "//healthz",
                           "/moadon.gateway_testing.EchoService/Echo/",
                           "/moadon.gateway_testing.EchoService/Echo?x=1"}) {
    INFO(path);
    HttpClient fresh(server.port());
    check_refused(fresh.request("POST", path, kJsonType, "{}"), 404, "REASON_METHOD_UNKNOWN");
  }
  check_refused(client.request("GET", kEchoPath, "", ""), 405, "REASON_METHOD_UNKNOWN");
  check_refused(HttpClient(server.port()).request("PUT", kEchoPath, kJsonType, "{}"), 405,
                "REASON_METHOD_UNKNOWN");
  check_refused(post(kEchoPath, "Content-Type: text/plain\r\n"), 415, "REASON_METHOD_UNKNOWN");
  check_refused(HttpClient(server.port()).request("POST", kEchoPath, "", "{}"), 415,
                "REASON_METHOD_UNKNOWN");
  check_refused(HttpClient(server.port()).call("Echo", "{}", "Content-Encoding: gzip\r\n"), 415,
                "REASON_METHOD_UNKNOWN");
  check_refused(HttpClient(server.port()).call("Echo", "{}", "Connect-Protocol-Version: 2\r\n"),
                400, "REASON_VERSION_MISMATCH");
  check_refused(HttpClient(server.port()).call("Echo", "{}", "Connect-Timeout-Ms: 1e3\r\n"), 400,
                "REASON_FIELD_INVALID");
  check_refused(HttpClient(server.port()).call("Echo", "{}", "Authorization: \xd7\xa9\r\n"), 400,
                "REASON_TEXT_INVALID");
}

TEST_CASE("health is answered without a token") {
  EchoServer server;
  HttpClient client(server.port());
  const auto result = client.request("GET", "/healthz", "", "");
  CHECK(result.status == 200);
  CHECK(result.body == "ok");
}

}  // namespace
}  // namespace moadon::gateway_testing
