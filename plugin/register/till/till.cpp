#include "plugin/register/till/till.h"

#include <optional>
#include <string>
#include <variant>

namespace moadon {

Till::Till(Workplace& workplace) : workplace_(workplace), sale_(workplace), return_(workplace) {}

bool Till::run() {
  const Texts& texts = workplace_.screen.texts();
  workplace_.screen.say(texts.welcome, workplace_.settings.register_id);
  const Answer status = workplace_.club.call("Status", Json::object(), kPaidTimeoutMs);
  if (!status.ok) say_refusal(workplace_, status.refusal);
  workplace_.screen.use_currency(text_of(status.response, "currency_code"));
  deliver_kept(workplace_);
  for (;;) {
    const std::optional<std::string> line =
        workplace_.screen.read(return_.is_open() ? texts.return_prompt : texts.prompt);
    if (!line || !serve(*line)) break;
  }
  if (return_.is_open()) return_.leave();
  if (!sale_.is_empty()) {
    sale_.cancel_basket();
    workplace_.screen.say(texts.input_ended);
  }
  deliver_kept(workplace_);
  return workplace_.paid.size() == 0;
}

bool Till::serve(const std::string& line) {
  if (return_.is_open()) {
    return_.take(parse_return_command(line));
    return true;
  }
  const TillCommand command = parse_till_command(line);
  if (const auto* plain = std::get_if<PlainCommand>(&command);
      plain != nullptr && *plain == PlainCommand::kUnknown) {
    workplace_.screen.say(workplace_.screen.texts().not_understood, line);
    return true;
  }
  return std::visit([this](const auto& known) { return act(known); }, command);
}

bool Till::act(PlainCommand command) {
  switch (command) {
    case PlainCommand::kHelp:
      workplace_.screen.say(workplace_.screen.texts().help);
      return true;
    case PlainCommand::kTotal:
      sale_.total();
      return true;
    case PlainCommand::kShow:
      sale_.show();
      return true;
    case PlainCommand::kCancel:
      sale_.cancel_basket();
      return true;
    case PlainCommand::kNoMember:
      sale_.forget_member();
      return true;
    case PlainCommand::kStatus:
      show_status();
      return true;
    case PlainCommand::kQuit:
      return false;
    case PlainCommand::kNothing:
    case PlainCommand::kUnknown:
      return true;
  }
  return true;
}

bool Till::act(const ScanCommand& command) {
  sale_.scan(command);
  return true;
}

bool Till::act(const IdentifyCommand& command) {
  sale_.identify(command);
  return true;
}

bool Till::act(const JoinCommand& command) {
  sale_.join(command);
  return true;
}

bool Till::act(const AnswerCommand& command) {
  sale_.answer(command);
  return true;
}

bool Till::act(const PayCommand& command) {
  deliver_kept(workplace_);
  sale_.pay(command);
  return true;
}

bool Till::act(const ReceiptCommand& command) {
  if (command.to_return && !sale_.is_empty()) {
    workplace_.screen.say(workplace_.screen.texts().basket_open);
  } else {
    return_.open(command);
  }
  return true;
}

bool Till::act(const CouponCommand& command) {
  sale_.enter_code(command.code);
  return true;
}

bool Till::act(const PointsCommand& command) {
  sale_.spend_points(command.points_milli);
  return true;
}

bool Till::act(const GiftBalanceCommand& command) {
  sale_.use_gift_balance(command.amount_minor);
  return true;
}

bool Till::act(const CancelLineCommand& command) {
  sale_.cancel_line(command.number);
  return true;
}

void Till::show_status() {
  deliver_kept(workplace_);
  const Texts& texts = workplace_.screen.texts();
  const Answer answer = workplace_.club.call("Status", Json::object(), kScreenTimeoutMs);
  if (!answer.ok) return say_refusal(workplace_, answer.refusal);
  const Json& status = answer.response;
  const auto offline_since = parse_time(text_of(status, "offline_since"));
  if (bool_of(status, "online")) {
    workplace_.screen.say(texts.online);
  } else if (offline_since) {
    workplace_.screen.say(texts.offline_since, format_local(*offline_since));
  } else {
    workplace_.screen.say(texts.offline_always);
  }
  workplace_.screen.say(texts.undelivered, int64_of(status, "undelivered_count"));
  workplace_.screen.say(texts.program, int64_of(status, "program_version"));
  workplace_.screen.say(texts.agent, text_of(status, "agent_version"));
}

}  // namespace moadon
