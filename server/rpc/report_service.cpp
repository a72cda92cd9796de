#include "moadon/v1/report_service.pb.h"
#include "server/insight/count_stages.h"
#include "server/operations/read_receipts.h"
#include "server/operations/report_stages.h"
#include "server/operations/report_totals.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_report_service(Methods& methods, Club& club) {
  methods.add_read<v1::CountStagesRequest, v1::CountStagesResponse>(
      "/moadon.v1.ReportService/CountStages", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return count_stages(club, request); });
  methods.add_read<v1::GetTotalsRequest, v1::GetTotalsResponse>(
      "/moadon.v1.ReportService/GetTotals", Run::kAsReport,
      [&club](const Caller&, const auto&) { return get_totals(club); });
  methods.add_read<v1::ExportMembersRequest, v1::ExportMembersResponse>(
      "/moadon.v1.ReportService/ExportMembers", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return export_members(club, request); });
  methods.add_read<v1::GetSaleRequest, v1::GetSaleResponse>(
      "/moadon.v1.ReportService/GetSale", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return get_sale(club, request); });
  methods.add_read<v1::ListSalesRequest, v1::ListSalesResponse>(
      "/moadon.v1.ReportService/ListSales", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_sales(club, request); });
}

}  // namespace moadon::rpc
