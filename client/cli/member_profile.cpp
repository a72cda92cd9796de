#include "client/cli/member_profile.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "client/cli/as_of.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/member_lookup.h"
#include "client/cli/member_story.h"
#include "client/cli/question_words.h"
#include "moadon/v1/member_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr ValueWord kSignWords[] = {{"enquiry", v1::SIGN_KIND_ENQUIRY},
                                    {"quote", v1::SIGN_KIND_QUOTE},
                                    {"basket", v1::SIGN_KIND_BASKET},
                                    {"visit", v1::SIGN_KIND_VISIT}};

// The value of a word, or a usage refusal that names the option. An empty word is 0.
absl::StatusOr<int> value_given(absl::Span<const ValueWord> words, const std::string& word,
                                const char* option) {
  if (word.empty()) return 0;
  if (const std::optional<int> value = value_of(words, word); value) return *value;
  const std::string limit = list_of(words);
  return as_usage(refuse(v1::REASON_FIELD_INVALID, absl::StrCat(option, ": ", word),
                         {{"field", option}, {"limit", limit}}));
}

// "shoe_size=42"
absl::StatusOr<v1::CustomValue> custom_value(const std::string& text) {
  const size_t sign = text.find('=');
  if (sign == std::string::npos || sign == 0) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID, absl::StrCat("--field: ", text),
                           {{"field", "--field"}, {"limit", "FIELD=VALUE"}}));
  }
  v1::CustomValue value;
  value.set_field_id(text.substr(0, sign));
  value.set_value(text.substr(sign + 1));
  return value;
}

template <typename Response>
absl::StatusOr<int> show(Session& session, const absl::StatusOr<Response>& response) {
  if (!response.ok()) return response.status();
  if (session.json()) {
    session.out() << to_json(*response) << '\n';
  } else {
    print_standing(session, response->member(), session.money());
  }
  return kExitDone;
}

CLI::Option* add_list(CLI::App& verb, const char* name, std::vector<std::string>& values,
                      const char* purpose) {
  return verb.add_option(name, values, purpose)->allow_extra_args(false);
}

}  // namespace

MemberProfileCommands::MemberProfileCommands(CLI::App& members, Action& chosen)
    : members_(members), chosen_(chosen) {
  using Self = MemberProfileCommands;
  CLI::App* const lead = add_verb("lead", "Somebody who may become a customer", &Self::lead);
  add_keys(*lead);
  add_source(*lead);
  add_given_consents(*lead);
  add_list(*lead, "--sign", signs_, "enquiry, quote, basket or visit; may be repeated");

  CLI::App* const enroll = add_verb("enroll", "Somebody signs up to the club", &Self::enroll);
  add_keys(*enroll);
  add_source(*enroll);
  add_details(*enroll);
  add_given_consents(*enroll);

  CLI::App* const interest =
      add_member_verb("interest", "A member showed interest", &Self::interest);
  add_list(*interest, "--sign", signs_, "enquiry, quote, basket or visit; may be repeated")
      ->required();
  interest->add_option("--at", at_, "When, RFC 3339; default: now");
  interest->add_option("--branch", branch_id_, "At which branch");
  add_source(*interest);

  CLI::App* const update =
      add_member_verb("update", "Set details and tags; \"\" forgets a detail", &Self::update);
  update->add_option("--first-name", first_name_, "Given name");
  update->add_option("--last-name", last_name_, "Family name");
  add_details(*update);
  add_list(*update, "--add-tag", add_tags_, "A mark to add; may be repeated");
  add_list(*update, "--remove-tag", remove_tags_, "A mark to remove; may be repeated");
  add_list(*update, "--confirm", confirmed_, "A detail that is still so; may be repeated");
  update->add_option("--actor", actor_, "By whom");

  CLI::App* const consent =
      add_member_verb("consent", "A consent, given or withdrawn", &Self::consent);
  consent->add_option("--channel", channel_, "sms, email, phone or post")->required();
  consent->add_flag("--withdraw", withdraws_, "Withdrawn, instead of given");
  consent->add_option("--wording", wording_, "What was agreed to: its text or version");
  consent->add_option("--place", place_, "Branch or page where it was said");
  consent->add_option("--at", at_, "When, RFC 3339; default: now");
}

CLI::App* MemberProfileCommands::add_verb(const char* name, const char* purpose, Verb verb) {
  CLI::App* const added = members_.add_subcommand(name, purpose);
  added->callback([this, added, verb] {
    given_ = added;
    chosen_ = [this, verb](Session& session) { return (this->*verb)(session); };
  });
  return added;
}

CLI::App* MemberProfileCommands::add_member_verb(const char* name, const char* purpose, Verb verb) {
  CLI::App* const added = add_verb(name, purpose, verb);
  CLI::Option* const key = added->add_option("KEY", key_, "Phone, card, wallet code or email");
  added->add_option("--id", member_id_, "The member's id instead of a key")->excludes(key);
  return added;
}

void MemberProfileCommands::add_keys(CLI::App& verb) {
  add_list(verb, "--phone", phones_, "A phone number; may be repeated");
  add_list(verb, "--email", emails_, "An email address; may be repeated");
  add_list(verb, "--card", cards_, "A card's number; may be repeated");
  add_list(verb, "--wallet", wallets_, "A code of a phone wallet; may be repeated");
  verb.add_option("--first-name", first_name_, "Given name");
  verb.add_option("--last-name", last_name_, "Family name");
  verb.add_option("--at", at_, "When, RFC 3339; default: now");
}

void MemberProfileCommands::add_source(CLI::App& verb) {
  verb.add_option("--source", source_, "What brought them in: " + list_of(source_words()));
  verb.add_option("--source-name", source_name_, "Which page, campaign or event");
}

void MemberProfileCommands::add_details(CLI::App& verb) {
  verb.add_option("--birth-date", birth_date_, "YYYY-MM-DD");
  verb.add_option("--anniversary-date", anniversary_date_, "YYYY-MM-DD");
  verb.add_option("--gender", gender_, list_of(gender_words()));
  verb.add_option("--family", family_, list_of(family_words()));
  verb.add_option("--city", city_, "Where they live");
  verb.add_option("--language-code", language_code_, "BCP 47, such as he");
  verb.add_option("--prefers", prefers_, "How they like to be reached: sms, email, phone or post");
  add_list(verb, "--field", fields_, "FIELD=VALUE of the owner's fields; may be repeated");
}

void MemberProfileCommands::add_given_consents(CLI::App& verb) {
  CLI::Option* const given =
      add_list(verb, "--consent", consents_, "A channel agreed to; may be repeated");
  verb.add_option("--wording", wording_, "What was agreed to: its text or version")->needs(given);
  verb.add_option("--place", place_, "Branch or page where it was said")->needs(given);
}

absl::Status MemberProfileCommands::fill_time(google::protobuf::Timestamp* time) const {
  const absl::StatusOr<v1::AsOf> at = parse_as_of(at_);
  if (!at.ok() || !at->has_instant()) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID, absl::StrCat("--at: ", at_),
                           {{"field", "--at"}, {"limit", "2026-01-31T09:00:00Z"}}));
  }
  *time = at->instant();
  return absl::OkStatus();
}

absl::Status MemberProfileCommands::fill_source(v1::Source* source) const {
  const absl::StatusOr<int> kind = value_given(source_words(), source_, "--source");
  if (!kind.ok()) return kind.status();
  source->set_kind(static_cast<v1::SourceKind>(*kind));
  source->set_name(source_name_);
  return absl::OkStatus();
}

template <typename Message>
absl::Status MemberProfileCommands::add_signs(Message& message) const {
  for (const std::string& word : signs_) {
    const absl::StatusOr<int> kind = value_given(kSignWords, word, "--sign");
    if (!kind.ok()) return kind.status();
    message.add_signs()->set_kind(static_cast<v1::SignKind>(*kind));
  }
  return absl::OkStatus();
}

template <typename Request>
absl::Status MemberProfileCommands::fill_person(Request& request) const {
  for (const std::string& phone : phones_) request.add_keys()->set_phone(phone);
  for (const std::string& email : emails_) request.add_keys()->set_email(email);
  for (const std::string& card : cards_) request.add_keys()->set_card(card);
  for (const std::string& wallet : wallets_) request.add_keys()->set_wallet(wallet);
  request.set_first_name(first_name_);
  request.set_last_name(last_name_);
  for (const std::string& word : consents_) {
    const absl::StatusOr<int> channel = value_given(channel_words(), word, "--consent");
    if (!channel.ok()) return channel.status();
    v1::Consent& consent = *request.add_consents();
    consent.set_channel(static_cast<v1::ContactChannel>(*channel));
    consent.set_granted(true);
    consent.set_wording(wording_);
    consent.set_place(place_);
  }
  if (is_given("--at")) {
    const absl::Status timed = fill_time(request.mutable_occurred_at());
    if (!timed.ok()) return timed;
  }
  return fill_source(request.mutable_source());
}

template <typename Request>
absl::Status MemberProfileCommands::fill_details(Request& request) const {
  const absl::StatusOr<int> gender = value_given(gender_words(), gender_, "--gender");
  if (!gender.ok()) return gender.status();
  const absl::StatusOr<int> family = value_given(family_words(), family_, "--family");
  if (!family.ok()) return family.status();
  const absl::StatusOr<int> channel = value_given(channel_words(), prefers_, "--prefers");
  if (!channel.ok()) return channel.status();
  if (is_given("--birth-date")) request.set_birth_date(birth_date_);
  if (is_given("--anniversary-date")) request.set_anniversary_date(anniversary_date_);
  if (is_given("--gender")) request.set_gender(static_cast<v1::Gender>(*gender));
  if (is_given("--family")) request.set_family_status(static_cast<v1::FamilyStatus>(*family));
  if (is_given("--city")) request.set_city(city_);
  if (is_given("--language-code")) request.set_language_code(language_code_);
  if (is_given("--prefers")) {
    request.set_preferred_channel(static_cast<v1::ContactChannel>(*channel));
  }
  for (const std::string& text : fields_) {
    const absl::StatusOr<v1::CustomValue> value = custom_value(text);
    if (!value.ok()) return value.status();
    *request.add_custom_values() = *value;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> MemberProfileCommands::member_id(Session& session) const {
  const auto found = look_up_member(session, key_, member_id_);
  if (!found.ok()) return found.status();
  return found->member().member_id();
}

absl::StatusOr<int> MemberProfileCommands::lead(Session& session) const {
  v1::CaptureLeadRequest request;
  absl::Status filled = fill_person(request);
  if (filled.ok()) filled = add_signs(request);
  if (!filled.ok()) return filled;
  const auto captured = session.call(&v1::MemberService::Stub::CaptureLead, request);
  if (captured.ok() && captured->was_known()) {
    session.words() << session.say({"known before", "היה/הייתה במועדון קודם"}) << '\n';
  }
  return show(session, captured);
}

absl::StatusOr<int> MemberProfileCommands::enroll(Session& session) const {
  v1::EnrollMemberRequest request;
  absl::Status filled = fill_person(request);
  if (filled.ok()) filled = fill_details(request);
  if (!filled.ok()) return filled;
  return show(session, session.call(&v1::MemberService::Stub::EnrollMember, request));
}

absl::StatusOr<int> MemberProfileCommands::interest(Session& session) const {
  v1::RecordInterestRequest request;
  if (const absl::Status added = add_signs(request); !added.ok()) return added;
  for (v1::SignOfInterest& sign : *request.mutable_signs()) {
    sign.set_branch_id(branch_id_);
    absl::Status filled = fill_source(sign.mutable_source());
    if (filled.ok() && is_given("--at")) filled = fill_time(sign.mutable_occurred_at());
    if (!filled.ok()) return filled;
  }
  const absl::StatusOr<std::string> id = member_id(session);
  if (!id.ok()) return id.status();
  request.set_member_id(*id);
  return show(session, session.call(&v1::MemberService::Stub::RecordInterest, request));
}

absl::StatusOr<int> MemberProfileCommands::update(Session& session) const {
  v1::UpdateMemberRequest request;
  if (const absl::Status filled = fill_details(request); !filled.ok()) return filled;
  if (is_given("--first-name")) request.set_first_name(first_name_);
  if (is_given("--last-name")) request.set_last_name(last_name_);
  for (const std::string& tag : add_tags_) request.add_add_tags(tag);
  for (const std::string& tag : remove_tags_) request.add_remove_tags(tag);
  for (const std::string& field : confirmed_) request.add_confirm_fields(field);
  request.set_actor(actor_);
  const absl::StatusOr<std::string> id = member_id(session);
  if (!id.ok()) return id.status();
  request.set_member_id(*id);
  return show(session, session.call(&v1::MemberService::Stub::UpdateMember, request));
}

absl::StatusOr<int> MemberProfileCommands::consent(Session& session) const {
  v1::RecordConsentRequest request;
  v1::Consent& consent = *request.add_consents();
  const absl::StatusOr<int> channel = value_given(channel_words(), channel_, "--channel");
  if (!channel.ok()) return channel.status();
  consent.set_channel(static_cast<v1::ContactChannel>(*channel));
  consent.set_granted(!withdraws_);
  consent.set_wording(wording_);
  consent.set_place(place_);
  if (is_given("--at")) {
    const absl::Status timed = fill_time(consent.mutable_occurred_at());
    if (!timed.ok()) return timed;
  }
  const absl::StatusOr<std::string> id = member_id(session);
  if (!id.ok()) return id.status();
  request.set_member_id(*id);
  return show(session, session.call(&v1::MemberService::Stub::RecordConsent, request));
}

}  // namespace moadon::cli
