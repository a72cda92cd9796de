// Recorded sales and returns.
#pragma once

#include "moadon/v1/register_service.pb.h"
#include "moadon/v1/report_service.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club.h"

namespace moadon {

// SyncService.GetReceipt, ReportService.GetSale and ListSales, with their reasons.
absl::StatusOr<v1::SyncGetReceiptResponse> get_receipt(Club& club,
                                                       const v1::SyncGetReceiptRequest& request);
absl::StatusOr<v1::GetSaleResponse> get_sale(Club& club, const v1::GetSaleRequest& request);
absl::StatusOr<v1::ListSalesResponse> list_sales(Club& club, const v1::ListSalesRequest& request);

}  // namespace moadon
