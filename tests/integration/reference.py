"""The plain reference: members' standings computed straight from a sales file by the formulas of the design.

Written for being obviously right, not for being fast; shares nothing with the product.
"""

import collections
import csv
import datetime
from fractions import Fraction

import club

DAY = datetime.timedelta(days=1)


class Document:
    """Consecutive rows of one receipt: a sale or a return."""

    def __init__(self, rows):
        first = rows[0]
        self.register = first["register"]
        self.receipt = first["receipt"]
        self.occurred_at = first["occurred_at"]
        self.date = datetime.date.fromisoformat(first["occurred_at"][:10])  # business date in UTC
        self.member = first["member"]
        self.original = (first["return_of_register"], first["return_of"])
        self.lines = [(r["sku"], int(r["quantity"]), int(r["unit_price"].replace(".", "")))
                      for r in rows]
        self.is_return = self.lines[0][1] < 0

    @property
    def value_minor(self):
        return sum(abs(q) * price for _, q, price in self.lines)

    @property
    def is_linked(self):
        return self.is_return and self.original[1] != ""


def read_documents(path):
    documents, rows = [], []
    with club.open_text(path) as text:
        for row in csv.DictReader(text):
            if rows and (row["register"], row["receipt"]) != (
                    rows[0]["register"], rows[0]["receipt"]):
                documents.append(Document(rows))
                rows = []
            rows.append(row)
    documents.append(Document(rows))
    return documents


class Numbers:
    interest_days = 30
    club_gap_days = 30
    prior_weight = 5
    churn_factor = 3
    loyal_window_days = 365
    loyal_purchase_days = 6
    loyal_spend_minor = 0


class Member:
    def __init__(self, key):
        self.key = key
        self.met = None
        self.sales = []    # (date, units, net) of sales
        self.linked = []   # (date of sale, date of return, units, net)
        self.unlinked = []  # (date, net)

    def kept_days(self, t):
        units = collections.Counter()
        for date, u, _ in self.sales:
            if date <= t:
                units[date] += u
        for sold, returned, u, _ in self.linked:
            if sold <= t and returned <= t:
                units[sold] -= u
        return sorted(d for d, u in units.items() if u > 0)

    def net(self, t, since=None):
        """Net spend of what was bought after `since` as kept at t, not clamped."""
        def inside(date):
            return since is None or date > since
        total = sum(n for date, _, n in self.sales if date <= t and inside(date))
        total -= sum(n for sold, returned, _, n in self.linked
                     if sold <= t and returned <= t and inside(sold))
        return total - sum(n for date, n in self.unlinked if date <= t and inside(date))

    def stage(self, t, numbers=Numbers):
        days = self.kept_days(t)
        if not days:
            return "interested" if (t - self.met).days <= numbers.interest_days else "potential"
        gaps = [(b - a).days for a, b in zip(days, days[1:])]
        rhythm = Fraction(numbers.prior_weight * numbers.club_gap_days + sum(gaps),
                          numbers.prior_weight + len(gaps))
        if (t - days[-1]).days > numbers.churn_factor * rhythm:
            return "churning"
        if len(days) == 1:
            return "new"
        window_start = t - numbers.loyal_window_days * DAY
        recent = [d for d in days if d > window_start]
        spend = max(self.net(t, since=window_start), 0)
        if len(recent) >= numbers.loyal_purchase_days and spend >= numbers.loyal_spend_minor:
            return "loyal"
        return "active"

    def standing(self, t):
        days = self.kept_days(t)
        return {
            "purchase_days": str(len(days)),
            "last_purchase_date": days[-1].isoformat() if days else "",
            "net_spend_minor": str(max(self.net(t), 0)),
            "stage": self.stage(t),
        }


def read_members(documents):
    """Members by card number."""
    sales = {(d.register, d.receipt): d for d in documents if not d.is_return}
    members = {}

    def member_of(document):
        member = members.setdefault(document.member, Member(document.member))
        member.met = min(member.met or document.date, document.date)
        return member

    for d in documents:
        if not d.member:
            continue
        member = member_of(d)
        units = sum(abs(q) for _, q, _ in d.lines)
        if not d.is_return:
            member.sales.append((d.date, units, d.value_minor))
        elif d.is_linked:
            member.linked.append((sales[d.original].date, d.date, units, d.value_minor))
        else:
            member.unlinked.append((d.date, d.value_minor))
    return members
