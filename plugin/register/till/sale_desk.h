// Selling: the basket, the member, the total, the payment.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin/register/till/till_command.h"
#include "plugin/register/till/workplace.h"

namespace moadon {

// One sale after the other. One thread; the workplace outlives it.
class SaleDesk final {
 public:
  explicit SaleDesk(Workplace& workplace) : workplace_(workplace) {}

  // Adds a line and says the total so far. A code without a known price asks for it.
  void scan(const ScanCommand& scan);
  void cancel_line(size_t number);
  void cancel_basket();
  void show() const;

  void identify(const IdentifyCommand& command);
  void join(const JoinCommand& command);
  // What the customer says to what the club asked for.
  void answer(const AnswerCommand& command);
  void forget_member();

  // A code stays with the basket unless no benefit has it.
  void enter_code(const std::string& code);
  // Unset: all that can pay. 0: none.
  void spend_points(std::optional<int64_t> points_milli);
  void use_gift_balance(int64_t amount_minor);

  // The final price, with what it uses set aside.
  void total();
  // Takes the payment and prints the receipt; the basket is then empty.
  void pay(const PayCommand& payment);

  bool is_empty() const { return lines_.empty(); }

 private:
  // An article that was sold before in this session.
  struct Article {
    int64_t unit_price_minor = 0;
    std::string description;
  };
  // Who buys. Without a key: nobody.
  struct Customer {
    Json key = Json::object();
    std::string member_id;
    std::string name;
    // The detail that the club would like to know; empty: none.
    std::string asked_field;
    // The club could not be asked.
    bool unasked = false;
  };
  // What the basket costs.
  struct Price {
    std::vector<int64_t> paid_net_minor;
    int64_t total_minor = 0;
    // What is left after points and gift balance, and that in coins.
    int64_t due_minor = 0;
    int64_t cash_total_minor = 0;
    int64_t gift_balance_minor = 0;
    // As the club sent it; empty: the till's own prices.
    Json quote = Json::object();
  };
  // What the customer pays with or shows besides money.
  struct Wishes {
    std::vector<std::string> codes;
    int64_t spend_points_milli = 0;
    int64_t gift_balance_minor = 0;
    // Rights cannot be set aside now: leave them alone.
    bool without_rights = false;
  };

  std::optional<Article> article_of(const ScanCommand& scan);
  bool reprice(const char* method);
  Json basket() const;
  // Without the server nothing can be set aside: goes on without what would have to be.
  bool reprice_without_hold();
  void read_price(const Json& quote);
  void use_list_prices();
  void release_hold();
  void welcome(const Json& member);
  Json certain_key() const;
  void say_line(size_t index) const;
  Json sale_request(const PayCommand& payment) const;
  void finish(const PayCommand& payment, const Settled& settled, const Json& sale);
  void clear();

  Workplace& workplace_;
  std::map<std::string, Article> articles_;
  // Line messages of the basket, in the order of scanning.
  std::vector<Json> lines_;
  int64_t next_line_id_ = 1;
  Customer customer_;
  Wishes wishes_;
  Price price_;
  // The cashier knows that the club did not price this basket.
  bool told_list_prices_ = false;
  // At "total": the price is final until the basket changes. hold_id_ may be empty even then.
  bool totalled_ = false;
  std::string hold_id_;
  // Names the hold that is asked for; the same until the basket changes.
  std::string hold_request_;
};

}  // namespace moadon
