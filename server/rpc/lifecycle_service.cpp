#include "moadon/v1/lifecycle_service.pb.h"
#include "server/insight/call_list.h"
#include "server/insight/fit_lifecycle.h"
#include "server/insight/review_list.h"
#include "server/operations/decide_review.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_lifecycle_service(Methods& methods, Club& club) {
  methods.add_read<v1::FitLifecycleRequest, v1::FitLifecycleResponse>(
      "/moadon.v1.LifecycleService/FitLifecycle", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return fit_lifecycle(club, request); });
  methods.add_read<v1::ListCallsRequest, v1::ListCallsResponse>(
      "/moadon.v1.LifecycleService/ListCalls", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return list_calls(club, request); });
  methods.add_read<v1::ProposeReviewsRequest, v1::ProposeReviewsResponse>(
      "/moadon.v1.LifecycleService/ProposeReviews", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return propose_reviews(club, request); });
  methods.add_write<v1::DecideReviewRequest, v1::DecideReviewResponse>(
      "/moadon.v1.LifecycleService/DecideReview",
      [&club](const Caller&, const v1::DecideReviewRequest& request,
              Answer<v1::DecideReviewResponse> answer) {
        decide_review(club, request, std::move(answer));
      });
}

}  // namespace moadon::rpc
