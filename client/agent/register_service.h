// RegisterService: what the registers of this machine ask of their agent.
#pragma once

#include <grpcpp/server_context.h>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "client/agent/asks.h"
#include "client/agent/card_shelf.h"
#include "client/agent/clock.h"
#include "client/agent/journal.h"
#include "client/agent/journal_enrolments.h"
#include "client/agent/journal_offline.h"
#include "client/agent/member_memory.h"
#include "client/agent/program_shelf.h"
#include "client/agent/quote_inputs.h"
#include "client/agent/return_check.h"
#include "client/agent/server_link.h"
#include "client/agent/tills.h"
#include "client/agent/trusted_clock.h"
#include "moadon/v1/register_service.grpc.pb.h"
#include "rules/durations.h"

namespace moadon::agent {

// A sale is under way for so long: until then the moment of its quote counts, and the facts that
// the server gave for it. Microseconds.
inline constexpr int64_t kSaleLifeUs = kHourUs;

// When a sale is committed: by the machine's clock, which is the register's as well, and by what is
// known of the time. Microseconds since 1970.
struct CommitTime {
  int64_t machine_us = 0;
  int64_t known_us = 0;
};

// What each method promises is in register_service.proto. Every call is checked in the documented
// order: caller, form, state. Threads: gRPC's; a call blocks its thread while it waits for the disk
// or, for what only the server can tell, for a named short time. Everything handed over outlives
// it.
class RegisterService final : public v1::RegisterService::Service {
 public:
  struct Parts {
    Tills& tills;
    Journal& journal;
    EnrollmentBook& enrollments;
    const JournalReserve& reserve;
    ProgramShelf& shelf;
    CardShelf& cards;
    FactsMemory& facts;
    AskMemory& asks;
    ServerLink& link;
    const Clock& clock;
    OfflineBook& offline;
    TrustedClock& time;
  };

  explicit RegisterService(const Parts& parts) : parts_(parts) {}

  grpc::Status Identify(grpc::ServerContext* context, const v1::IdentifyRequest* request,
                        v1::IdentifyResponse* response) override;
  grpc::Status Quote(grpc::ServerContext* context, const v1::QuoteRequest* request,
                     v1::QuoteResponse* response) override;
  grpc::Status Hold(grpc::ServerContext* context, const v1::HoldRequest* request,
                    v1::HoldResponse* response) override;
  grpc::Status Commit(grpc::ServerContext* context, const v1::CommitRequest* request,
                      v1::CommitResponse* response) override;
  grpc::Status Cancel(grpc::ServerContext* context, const v1::CancelRequest* request,
                      v1::CancelResponse* response) override;
  grpc::Status Return(grpc::ServerContext* context, const v1::ReturnRequest* request,
                      v1::ReturnResponse* response) override;
  grpc::Status GetReceipt(grpc::ServerContext* context, const v1::GetReceiptRequest* request,
                          v1::GetReceiptResponse* response) override;
  grpc::Status Enroll(grpc::ServerContext* context, const v1::EnrollRequest* request,
                      v1::EnrollResponse* response) override;
  grpc::Status Status(grpc::ServerContext* context, const v1::StatusRequest* request,
                      v1::StatusResponse* response) override;
  grpc::Status Pending(grpc::ServerContext* context, const v1::PendingRequest* request,
                       v1::PendingResponse* response) override;

 private:
  // A caller who may call, and how long they will wait.
  struct Caller {
    Till& till;
    absl::Duration time_left;
  };
  // Lets the caller in, answers, and turns what went wrong into what crosses the wire.
  grpc::Status serve(grpc::ServerContext& context,
                     absl::FunctionRef<absl::Status(const Caller&)> answer);

  // The version in force, fetched first when there is none yet and the server answers quickly.
  ProgramShelf::PricingPointer program_at(const Caller& caller, int64_t time_us);
  int64_t now_us() const;
  // The moment that a basket names. The register's clock is the machine's: a moment about now is
  // meant as that, by what is known of the time; any other is the past as it was, or is to come.
  absl::StatusOr<int64_t> moment_named(const google::protobuf::Timestamp& at) const;
  // What the server said of the member; of one not met here, what it says quickly, else what is
  // kept, else the id alone. Of nobody the default message.
  KnownFacts facts_of(const Caller& caller, const std::string& member_id);
  // The same without asking anybody.
  KnownFacts facts_here(const std::string& member_id);
  // What is in memory of the member, when it may price.
  std::optional<KnownFacts> remembered_facts(const std::string& member_id);
  // As the server has them now; by a provisional id, of whom it stands for.
  absl::StatusOr<v1::MemberFacts> fetch_facts(const Caller& caller, const std::string& member_id);
  // What a basket is priced with now, or at the moment it names.
  absl::StatusOr<QuoteInputs> inputs_for(const Caller& caller, const v1::Basket& basket);

  // Answers from what is kept of members; SERVER_UNREACHABLE when nobody kept holds the key.
  absl::Status identify_offline(const v1::Key& key, v1::IdentifyResponse& response);

  // Who is kept that holds one of the keys. KEY_TAKEN: two do.
  struct KnownHolder {
    std::string member_id;  // of whom the server told; empty: of nobody
    v1::Key key;            // by which they are found, then
  };
  absl::StatusOr<KnownHolder> holder_of(const v1::EnrollMemberRequest& member,
                                        absl::Span<const NormalKey> keys);
  // Checked as the server would, journalled, and answered with whom the keys are known as.
  absl::Status enroll_offline(const Caller& caller, const v1::EnrollMemberRequest& member,
                              v1::IdentifyResponse& response);
  void answer_enrolled(const Provisional& enrolled, v1::IdentifyResponse& response);
  // Answers with who was enrolled here by the key, and `otherwise` when nobody was, or only
  // somebody of whom the server has heard and says that.
  absl::Status identify_enrolled(const v1::Key& key, const absl::Status& otherwise,
                                 v1::IdentifyResponse& response);
  // The member whom an id means: of a provisional one whom the server said it is, if it has.
  std::string member_meant(const std::string& member_id);
  // The same for a sale of the caller's, which is enabled to name them.
  std::string member_to_record(const Caller& caller, const std::string& member_id);

  // Whether facts of then may price at `latest_us`, by the latest clock that is known: a clock that
  // was put back makes nothing young.
  bool may_price(const v1::MemberFacts& facts, int64_t latest_us) const;
  // The same of facts that a sale under way may also go on with.
  bool may_price(const KnownFacts& known, int64_t latest_us) const;
  // What Status says of what is kept, and of the clock.
  void add_cache(const Caller& caller, v1::StatusResponse& response) const;
  // The facts of what is kept of the member, when they may price.
  std::optional<v1::MemberFacts> kept_facts(const std::string& member_id);

  // Whether the member is priced under terms: the server does not answer, or has still to hear what
  // this register gave them without it.
  bool needs_terms(const Caller& caller, const KnownFacts& known);
  // Whether the facts were given before the server heard what this register gave their member.
  bool is_behind(const Caller& caller, const v1::MemberFacts& facts) const;
  // Terms of what is left for the member of the facts, by `query`: no more than the program and the
  // one in force now allow. Nothing at all of nobody, of one whose facts are not known, and where
  // that cannot be read.
  v1::OfflineTerms terms_left(const v1::MemberFacts& facts, const v1::Program& program,
                              const StandingQuery& query) const;
  // As of when terms are given: by the latest clock then, with what the sale's hold sets aside, and
  // no more than it was quoted with, if it says so.
  struct TermsQuery {
    int64_t then_us = 0;
    std::string hold_id = {};
    std::optional<v1::OfflineTerms> quoted = {};
  };
  // What is left now of what there was then.
  v1::OfflineTerms terms_for(const Caller& caller, const QuoteInputs& inputs,
                             const TermsQuery& query) const;
  // Puts the facts under these terms.
  void set_terms(const Caller& caller, QuoteInputs& inputs, const TermsQuery& query) const;
  // The same under the terms of now.
  void set_terms(const Caller& caller, QuoteInputs& inputs) const;

  // Lets the cashier ask what was not asked for here lately, and sees to it that the server knows.
  void note_ask(const Caller& caller, v1::IdentifyResponse& response);

  absl::Status hold(const Caller& caller, const v1::HoldRequest& request,
                    v1::HoldResponse& response);
  // Prices, asks the server to set aside, and says so; once more with facts of now where those at
  // hand were too old.
  absl::Status hold_anew(const Caller& caller, const v1::HoldRequest& request,
                         v1::HoldResponse& response);
  // Sets aside what the register may give by itself, and prices with no more than that.
  // ALREADY_EXISTS: the same was asked for meanwhile.
  absl::Status hold_here(const Caller& caller, const v1::HoldRequest& request, QuoteInputs inputs,
                         v1::HoldResponse& response);
  // The answer to what was asked for before. False: the server has set nothing aside for it.
  absl::StatusOr<bool> repeat_hold(const Caller& caller, const v1::HoldRequest& request,
                                   StoredHold known, v1::HoldResponse& response);
  // The same of what the request names, if anything was asked for under its name.
  absl::StatusOr<bool> answer_known(const Caller& caller, const v1::HoldRequest& request,
                                    v1::HoldResponse& response);
  // Asks the server for what is written down, and writes down its answer.
  absl::StatusOr<StoredHold> place_hold(const Caller& caller, const StoredHold& asked);

  NewEntry new_entry(const Caller& caller, const v1::CommitRequest& request);
  NewEntry new_entry(const Caller& caller, const v1::Return& returned);
  // By what a sale is judged when it is committed, all of it known here: a commit asks nobody.
  struct PricedSale {
    v1::RecordContext context;  // without the facts
    QuoteInputs inputs;         // without pricing and occasion: no program is here
    TermsQuery query;
    bool is_limited = false;  // under terms of this query, which are still to be set
  };
  // The hold that a sale for the member may use; nothing: it names none of theirs.
  absl::StatusOr<std::optional<StoredHold>> hold_of(const Caller& caller,
                                                    const v1::CommitRequest& request);
  // The facts that the quote names, else what is known of the member.
  KnownFacts facts_of_quote(const std::string& member_id, const v1::QuoteReference& quote);
  // The program that judges the sale at that moment, and the occasion.
  void set_inputs(const Caller& caller, int64_t time_us, PricedSale& sale) const;
  // What the sale was priced with: what its hold was, what its quote was, or what is newest;
  // limited where the server cannot be asked, whatever the register says of terms.
  absl::StatusOr<PricedSale> price_sale(const Caller& caller, const v1::CommitRequest& request,
                                        const CommitTime& at);
  absl::StatusOr<Committed> commit_sale(const Caller& caller, const v1::CommitRequest& request);
  // With what it takes of what the register may give without the server: no more than is left, when
  // that does not change meanwhile.
  absl::StatusOr<Committed> journal_sale(const Caller& caller, const v1::Sale& sale,
                                         PricedSale priced, NewEntry entry);
  // A known sale's units with what was paid for them.
  SoldUnits sold_units(const KnownSale& sale) const;
  absl::StatusOr<Committed> commit_return(const Caller& caller, const v1::Return& returned);
  // What the server knows of a sale that is not in this journal; nothing when it does not know it,
  // or does not say so quickly: a return never waits for its sale. SALE_NOT_HERE: the owner takes
  // none while the server is out of reach.
  absl::StatusOr<std::optional<SoldUnits>> ask_units(const Caller& caller,
                                                     const v1::ReceiptReference& reference);
  absl::StatusOr<std::optional<v1::GetReceiptResponse>> receipt_here(
      const v1::ReceiptReference& reference);

  // Self-locking.
  const Parts parts_;
};

}  // namespace moadon::agent
