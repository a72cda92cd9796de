// A question of a group made ready to be asked of very many members.
//
// Every question but all, any and not answers yes or no of a member about whom all it needs has
// been read; what is not known answers no, so its `not` answers yes. Before all has been read, an
// answer that nothing unread can change is given already: so most members are decided by the little
// that is quickest to read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/civil_time.h"
#include "moadon/v1/group_service.pb.h"
#include "rules/program.h"
#include "server/insight/article_filter.h"
#include "server/insight/member_picture.h"

namespace moadon {

enum class Fit { kNo, kYes, kUnread };

// When a question is asked, and the numbers of the stage rule then.
struct AskedOn {
  absl::CivilDay today;
  StageNumbers numbers;
};

// Purchases that one question is about.
struct BoughtSlot {
  ArticleFilter filter;
  int last_days = 0;  // 0: ever
  absl::flat_hash_set<std::string> branch_ids;
};

// Immutable but for the border; safe from any thread then.
class AskedQuestion final {
 public:
  // `question` has the form that check_question() asks for, and must outlive this object.
  AskedQuestion(const v1::Question& question, const AskedOn& on);

  // kUnread: it depends on parts that are not in the picture.
  Fit fit(const MemberPicture& picture) const { return fit(root_, picture); }

  const AskedOn& on() const { return on_; }
  // What may have to be read of a member.
  PictureParts parts() const { return parts_; }
  // Each N of "the last N days", by slot of MemberPicture::last_days.
  const std::vector<int>& last_days() const { return last_days_; }
  // By slot of MemberPicture::bought_milli.
  const std::vector<BoughtSlot>& bought() const { return bought_; }

  // The question about the best, if there is one; before anybody is asked, its border must be set:
  // the least net spend that is among them.
  const v1::TopQuestion* top() const { return top_; }
  void set_top_border(int64_t spend_minor) { top_border_minor_ = spend_minor; }

 private:
  struct Node {
    const v1::Question* question = nullptr;
    PictureParts parts = 0;
    int slot = -1;                           // -1: none, ever
    absl::flat_hash_set<std::string> names;  // as compared
    std::vector<Node> below;
  };

  Node node_of(const v1::Question& question);
  void add_part(PicturePart part, Node& node);
  void add_below(const v1::QuestionList& list, Node& node);
  void add_last_days(int days, Node& node);
  void add_bought(const v1::BoughtQuestion& bought, Node& node);

  Fit fit(const Node& node, const MemberPicture& picture) const;
  // What the standing alone says where the parts are not read.
  Fit fit_unread(const Node& node, const MemberPicture& picture) const;
  bool fits(const Node& node, const MemberPicture& picture) const;
  bool fits_person(const Node& node, const MemberPicture& picture) const;
  bool fits_purchases(const Node& node, const MemberPicture& picture) const;
  DaysSum sum_of(const Node& node, const MemberPicture& picture) const;

  const AskedOn on_;
  PictureParts parts_ = 0;
  std::vector<int> last_days_;
  std::vector<BoughtSlot> bought_;
  const v1::TopQuestion* top_ = nullptr;
  int64_t top_border_minor_ = 0;
  Node root_;
};

}  // namespace moadon
