#include "server/storage/orphan_store.h"

namespace moadon::storage {

constexpr Sql kListOrphans{
    "SELECT 'receipt', r.register_id || ' ' || r.receipt FROM receipts r"
    " WHERE (r.kind = 1 AND NOT EXISTS (SELECT 1 FROM sales s"
    " WHERE s.member_id = r.member_id AND s.sale_id = r.document_id))"
    " OR (r.kind = 2 AND NOT EXISTS (SELECT 1 FROM returns b"
    " WHERE b.member_id = r.member_id AND b.return_id = r.document_id))"
    " UNION ALL"
    " SELECT 'sale', s.register_id || ' ' || s.receipt FROM sales s WHERE s.member_id > 0"
    " AND NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = s.member_id)"
    " UNION ALL"
    " SELECT 'return', b.register_id || ' ' || b.receipt FROM returns b WHERE b.member_id > 0"
    " AND NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = b.member_id)"
    " UNION ALL"
    " SELECT 'sale_line', l.line_id || ' of sale ' || CAST(l.sale_id AS TEXT) FROM sale_lines l"
    " WHERE NOT EXISTS (SELECT 1 FROM sales s"
    " WHERE s.member_id = l.member_id AND s.sale_id = l.sale_id)"
    " UNION ALL"
    " SELECT 'return_line', l.line_id || ' of return ' || CAST(l.return_id AS TEXT)"
    " FROM return_lines l WHERE NOT EXISTS (SELECT 1 FROM returns b"
    " WHERE b.member_id = l.member_id AND b.return_id = l.return_id)"
    " UNION ALL"
    " SELECT 'member_day', 'member ' || CAST(d.member_id AS TEXT) FROM member_days d"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = d.member_id)"
    " UNION ALL"
    " SELECT 'stage_move', 'member ' || CAST(v.member_id AS TEXT) FROM stage_moves v"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = v.member_id)"
    " UNION ALL"
    " SELECT 'member_branch', 'member ' || CAST(b.member_id AS TEXT) FROM member_branches b"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = b.member_id)"
    " UNION ALL"
    " SELECT 'provisional_member', p.register_id || ' ' || p.provisional_id"
    " FROM provisional_members p"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = p.member_id)"
    " UNION ALL"
    " SELECT 'waiting_return', w.original_register_id || ' ' || w.original_receipt"
    " FROM waiting_returns w WHERE NOT EXISTS (SELECT 1 FROM returns b"
    " WHERE b.member_id = 0 AND b.return_id = w.return_id"
    " AND b.original_register_id = w.original_register_id"
    " AND b.original_receipt = w.original_receipt)"
    " UNION ALL"
    " SELECT 'difference', d.register_id || ' ' || d.receipt FROM differences d"
    " WHERE NOT EXISTS (SELECT 1 FROM receipts r"
    " WHERE r.register_id = d.register_id AND r.receipt = d.receipt)"};

// Promises: of members who are not there, and of sales.
constexpr Sql kListPromiseOrphans{
    "SELECT 'points_lot', 'member ' || CAST(l.member_id AS TEXT) FROM points_lots l"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = l.member_id)"
    " UNION ALL"
    " SELECT 'points_entry', 'member ' || CAST(e.member_id AS TEXT) FROM points_entries e"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = e.member_id)"
    " UNION ALL"
    " SELECT 'right', 'member ' || CAST(r.member_id AS TEXT) FROM rights r"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = r.member_id)"
    " UNION ALL"
    " SELECT 'right_use', 'sale ' || CAST(u.sale_id AS TEXT) FROM right_uses u"
    " WHERE NOT EXISTS (SELECT 1 FROM sale_verdicts v"
    " WHERE v.member_id = u.member_id AND v.sale_id = u.sale_id)"
    " UNION ALL"
    " SELECT 'benefit_use', 'sale ' || CAST(u.sale_id AS TEXT) FROM benefit_uses u"
    " WHERE NOT EXISTS (SELECT 1 FROM sale_verdicts v"
    " WHERE v.member_id = u.member_id AND v.sale_id = u.sale_id)"
    " UNION ALL"
    " SELECT 'sale_points', 'sale ' || CAST(p.sale_id AS TEXT) FROM sale_points p"
    " WHERE NOT EXISTS (SELECT 1 FROM sale_verdicts v"
    " WHERE v.member_id = p.member_id AND v.sale_id = p.sale_id)"
    " UNION ALL"
    " SELECT 'sale_verdict', 'sale ' || CAST(v.sale_id AS TEXT) FROM sale_verdicts v"
    " WHERE NOT EXISTS (SELECT 1 FROM sales s"
    " WHERE s.member_id = v.member_id AND s.sale_id = v.sale_id)"
    " UNION ALL"
    " SELECT 'loss', 'sale ' || CAST(o.sale_id AS TEXT) FROM losses o"
    " WHERE NOT EXISTS (SELECT 1 FROM sale_verdicts v"
    " WHERE v.member_id = o.member_id AND v.sale_id = o.sale_id)"
    " UNION ALL"
    " SELECT 'tier_move', 'member ' || CAST(t.member_id AS TEXT) FROM tier_moves t"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = t.member_id)"
    " UNION ALL"
    " SELECT 'tier_gift', 'member ' || CAST(g.member_id AS TEXT) FROM tier_gifts g"
    " WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.member_id = g.member_id)"};

absl::StatusOr<std::vector<Orphan>> list_orphans(Connection& connection) {
  const auto read = [](Statement& row) {
    return Orphan{std::string(row.text(0)), std::string(row.text(1))};
  };
  auto orphans = query_all(connection, kListOrphans, read);
  if (!orphans.ok()) return orphans.status();
  auto of_promises = query_all(connection, kListPromiseOrphans, read);
  if (!of_promises.ok()) return of_promises.status();
  orphans->insert(orphans->end(), of_promises->begin(), of_promises->end());
  return orphans;
}

}  // namespace moadon::storage
