#include "plugin/register/till/ask_answer.h"

#include "tests/catch.h"

namespace moadon {

TEST_CASE("an answer becomes the part of an enrolment that carries it") {
  const auto answer = [](const char* field, const char* text) {
    return member_with_answer(field, text).value_or(Json()).dump();
  };
  CHECK(answer("first_name", "Dana") == R"({"first_name":"Dana"})");
  CHECK(answer("email", "d@x.il") == R"({"keys":[{"email":"d@x.il"}]})");
  CHECK(answer("phone", "054-1") == R"({"keys":[{"phone":"054-1"}]})");
  CHECK(answer("birth_date", "1.12.1990") == R"({"birth_date":"1990-12-01"})");
  CHECK(answer("birth_date", "1/2/1990") == R"({"birth_date":"1990-02-01"})");
  CHECK(answer("anniversary_date", "1990-12-31") == R"({"anniversary_date":"1990-12-31"})");
  CHECK(answer("gender", "Woman") == R"({"gender":"GENDER_FEMALE"})");
  CHECK(answer("family_status", "נשואה") == R"({"family_status":"FAMILY_STATUS_COUPLE"})");
  CHECK(answer("preferred_channel", "SMS") == R"({"preferred_channel":"CONTACT_CHANNEL_SMS"})");
  CHECK(answer("custom.shoe", "42") == R"({"custom_values":[{"field_id":"shoe","value":"42"}]})");
}

TEST_CASE("what is no answer is none") {
  CHECK(!member_with_answer("first_name", ""));
  CHECK(!member_with_answer("gender", "tall"));
  CHECK(!member_with_answer("birth_date", "1.12"));
  CHECK(!member_with_answer("birth_date", "1.12.90"));
  CHECK(!member_with_answer("birth_date", "one.two.1990"));
}

}  // namespace moadon
