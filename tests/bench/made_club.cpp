#include "tests/bench/made_club.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "identity/normal_key.h"
#include "moadon/v1/admin_service.pb.h"
#include "moadon/v1/program.pb.h"
#include "rules/calendar.h"
#include "server/operations/add_branch.h"
#include "server/operations/add_register.h"
#include "server/operations/club.h"
#include "server/operations/member_change.h"
#include "server/operations/prepared_document.h"
#include "server/operations/publish_program.h"
#include "server/operations/record_document.h"
#include "server/operations/sale_returns.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_tag_store.h"
#include "tests/bench/made_member.h"
#include "tests/bench/standing_clock.h"

namespace moadon::bench {
namespace {

constexpr int kBatchMembers = 500;
// Batches being prepared or waiting for the writer.
constexpr size_t kBatchesAhead = 4;
constexpr int kMembersPerNobodysSale = 10;
constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr int64_t kEveningUs = 20 * kDayUs / 24;
constexpr int64_t kDeliveryUs = 2'000'000;
constexpr char kCountry[] = "IL";

template <typename Response, typename Start>
absl::StatusOr<Response> wait_for(Start start) {
  absl::StatusOr<Response> response = absl::UnknownError("no answer");
  absl::Notification done;
  start([&response, &done](absl::StatusOr<Response> answered) {
    response = std::move(answered);
    done.Notify();
  });
  done.WaitForNotification();
  return response;
}

absl::Status set_up(Club& club) {
  v1::Program program;
  program.set_title("made club");
  program.set_currency_code("ILS");
  program.set_time_zone("Asia/Jerusalem");
  program.set_country_code(kCountry);
  program.mutable_stages();
  absl::Status done = wait_for<v1::PublishProgramResponse>([&](auto answer) {
                        publish_program(club, program, std::move(answer));
                      }).status();
  for (int branch = 0; done.ok() && branch < kMadeBranches; ++branch) {
    v1::Branch message;
    message.set_branch_id(branch_of(branch));
    done = wait_for<v1::AddBranchResponse>([&](auto answer) {
             add_branch(club, message, std::move(answer));
           }).status();
  }
  for (int index = 0; done.ok() && index < kMadeRegisters; ++index) {
    v1::AddRegisterRequest request;
    request.mutable_register_()->set_register_id(register_of(index));
    request.mutable_register_()->set_branch_id(branch_of(branch_index_of(index)));
    done = wait_for<v1::AddRegisterResponse>([&](auto answer) {
             add_register(club, request, std::move(answer));
           }).status();
  }
  return done;
}

// A member with all that can be worked out before the writer's turn.
struct PreparedMember {
  MadeMember made;
  std::vector<storage::KeyRow> keys;
  std::vector<PreparedSale> sales;
  std::vector<PreparedDocument> returns;
};

struct Batch {
  std::vector<PreparedMember> members;
  std::vector<PreparedDocument> nobodys;
};

// As if the register had delivered it at once.
template <typename Content, typename Put>
absl::StatusOr<PreparedDocument> prepare(const ClubView& view, int register_index,
                                         const Content& content, Put put) {
  v1::RecordEntry entry;
  put(entry, content.SerializeAsString());
  *entry.mutable_context()->mutable_corrected_at() = content.occurred_at();
  entry.mutable_context()->set_program_version(1);
  const RegisterView& at = *view.register_of_id(register_of(register_index));
  const int64_t occurred_us = time_us_of(content.occurred_at(), "occurred_at").value_or(0);
  return prepare_document(entry, {view, at, occurred_us + kDeliveryUs});
}

absl::StatusOr<PreparedDocument> prepare_sale(const ClubView& view, const MadeSale& sale) {
  return prepare(
      view, sale.register_index, sale.content,
      [](v1::RecordEntry& entry, std::string bytes) { entry.set_sale(std::move(bytes)); });
}

absl::StatusOr<PreparedMember> prepare_member(const ClubView& view, MadeMember made) {
  PreparedMember member;
  for (const v1::Key& key : made.keys) {
    absl::StatusOr<storage::KeyRow> row = normal_key(key, kCountry, "key");
    if (!row.ok()) return row.status();
    member.keys.push_back(*std::move(row));
  }
  for (const MadeSale& sale : made.sales) {
    absl::StatusOr<PreparedDocument> prepared = prepare_sale(view, sale);
    if (!prepared.ok()) return prepared.status();
    member.sales.push_back(std::get<PreparedSale>(*std::move(prepared)));
    for (const v1::Return& returned : sale.returns) {
      prepared = prepare(
          view, sale.register_index, returned,
          [](v1::RecordEntry& entry, std::string bytes) { entry.set_returned(std::move(bytes)); });
      if (!prepared.ok()) return prepared.status();
      member.returns.push_back(*std::move(prepared));
    }
  }
  member.made = std::move(made);
  return member;
}

absl::StatusOr<std::unique_ptr<Batch>> prepare_batch(const ClubPlan& plan, const ClubView& view,
                                                     int first, int end) {
  auto batch = std::make_unique<Batch>();
  for (int number = first; number < end; ++number) {
    auto member = prepare_member(view, make_member(plan.seed, number, plan.until_day));
    if (!member.ok()) return member.status();
    batch->members.push_back(*std::move(member));
    if (number % kMembersPerNobodysSale != 0) continue;
    auto sale = prepare_sale(view, make_nobodys_sale(plan.seed, number, plan.until_day));
    if (!sale.ok()) return sale.status();
    batch->nobodys.push_back(*std::move(sale));
  }
  return batch;
}

absl::Status insert_sale(sqlite::Connection& connection, PreparedSale& sale) {
  sale.receipt.member_id = sale.row.member_id;
  sale.receipt.document_id = sale.row.sale_id;
  absl::Status written = storage::insert_receipt(connection, sale.receipt).status();
  if (written.ok()) written = storage::insert_sale(connection, sale.row);
  int64_t line_no = 0;
  for (const storage::SaleLineRow& line : sale.lines) {
    if (!written.ok()) return written;
    written = storage::insert_sale_line(connection, sale.row, ++line_no, line);
  }
  return written;
}

absl::Status insert_person(sqlite::Connection& connection, int64_t member_id,
                           const PreparedMember& member) {
  absl::Status written = storage::keep_details(connection, member_id, member.made.details);
  int64_t position = 0;
  for (const storage::KeyRow& key : member.keys) {
    written.Update(storage::insert_key(connection, member_id, ++position, key));
  }
  position = 0;
  for (const storage::ConsentRow& consent : member.made.consents) {
    written.Update(storage::insert_consent(connection, member_id, ++position, consent));
  }
  for (const std::string& tag : member.made.tags) {
    written.Update(storage::insert_tag(connection, member_id, tag));
  }
  return written;
}

absl::Status record_all(sqlite::Connection& connection, WriterState& state,
                        std::vector<PreparedDocument>& documents) {
  for (PreparedDocument& document : documents) {
    const absl::StatusOr<Taken> taken = record_document(connection, state, document);
    if (!taken.ok()) return taken.status();
    if (!taken->refusal.ok()) return taken->refusal;
  }
  return absl::OkStatus();
}

// All sales as one change, in the end the same as one by one; returns as registers' come.
absl::Status write_member(sqlite::Connection& connection, WriterState& state,
                          PreparedMember& member, MadeClub& made) {
  storage::MemberRow row;
  row.member_id = state.new_id();
  MemberChange change(row);
  change.met(member.made.sign_up);
  change.enrolled(member.made.sign_up.time_us, member.made.sign_up.day);
  for (PreparedSale& sale : member.sales) {
    sale.row.member_id = row.member_id;
    sale.row.sale_id = state.new_id();
    const absl::Status written = insert_sale(connection, sale);
    if (!written.ok()) return written;
    change.met({sale.row.effective_time_us, sale.row.business_day, sale.row.branch_id, {}});
    change.count_sale();
    change.add(fact_of(sale.row));
  }
  change.row_to_edit().tag_count = static_cast<int64_t>(member.made.tags.size());
  absl::Status written = change.finish(connection, state);
  if (written.ok()) written = insert_person(connection, row.member_id, member);
  made.sale_count += static_cast<int64_t>(member.sales.size());
  made.return_count += static_cast<int64_t>(member.returns.size());
  made.purchase_day_count += change.row().purchase_days;
  return written.ok() ? record_all(connection, state, member.returns) : written;
}

absl::Status write_batch(Club& club, std::unique_ptr<Batch> batch, MadeClub& made) {
  return wait_for<std::monostate>([&](auto answer) {
           club.write<std::monostate>(
               [&made, batch = std::move(batch)](sqlite::Connection& connection, WriterState& state)
                   -> absl::StatusOr<std::monostate> {
                 for (PreparedMember& member : batch->members) {
                   const absl::Status written = write_member(connection, state, member, made);
                   if (!written.ok()) return written;
                 }
                 made.sale_count += static_cast<int64_t>(batch->nobodys.size());
                 const absl::Status recorded = record_all(connection, state, batch->nobodys);
                 if (!recorded.ok()) return recorded;
                 return std::monostate();
               },
               std::move(answer));
         })
      .status();
}

}  // namespace

absl::StatusOr<MadeClub> make_club(const ClubPlan& plan, const std::function<void(int)>& say) {
  std::filesystem::create_directories(plan.directory);
  if (std::filesystem::exists(absl::StrCat(plan.directory, "/", kClubFileName))) {
    return absl::FailedPreconditionError(absl::StrCat(plan.directory, " holds a club already"));
  }
  const StandingClock clock(plan.until_day * kDayUs + kEveningUs);
  auto opened = Club::open(plan.directory, clock, [](const absl::Status&) {});
  if (!opened.ok()) return opened.status();
  Club& club = **opened;
  absl::Status done = set_up(club);
  if (!done.ok()) return done;

  MadeClub made;
  // Ends after the batches that read it.
  const ClubViewPtr view = club.view();
  std::deque<std::future<absl::StatusOr<std::unique_ptr<Batch>>>> ahead;
  int prepared_count = 0;
  int written_count = 0;
  while (done.ok() && written_count < plan.member_count) {
    while (ahead.size() < kBatchesAhead && prepared_count < plan.member_count) {
      const int first = prepared_count;
      prepared_count = std::min(plan.member_count, first + kBatchMembers);
      ahead.push_back(std::async(std::launch::async, [&plan, &view, first, end = prepared_count] {
        return prepare_batch(plan, *view, first, end);
      }));
    }
    absl::StatusOr<std::unique_ptr<Batch>> batch = ahead.front().get();
    ahead.pop_front();
    if (!batch.ok()) return batch.status();
    written_count += static_cast<int>((*batch)->members.size());
    done = write_batch(club, *std::move(batch), made);
    if (say) say(written_count);
  }
  club.stop();
  if (!done.ok()) return done;
  return made;
}

}  // namespace moadon::bench
