"""The plain reference of what a program promises: tiers by spend in the last 365 days, with grace, and
points at one for each whole 1.00, good to the end of the twelfth month after; straight from a sales
file by the words of the design. Shares nothing with the product."""

import bisect
import calendar
import collections
import datetime

from reference import DAY, read_members

WINDOW_DAYS = 365
TIERS = ["", "bronze", "silver", "gold"]  # by rank; the empty one is no tier
BARS_MINOR = [0, 100_00, 500_00, 2_000_00]
GRACE_DAYS = [0, 0, 30, 60]
LIFE_MONTHS = 12
POINT_MILLI = 1000

PROGRAM_PARTS = {
    "tiers": [{"tier_id": tier, "title": tier.title(), "rolling_days": WINDOW_DAYS,
               "grace_days": grace, "any_of": [{"spend_minor": str(bar)}]}
              for tier, bar, grace in zip(TIERS[1:], BARS_MINOR[1:], GRACE_DAYS[1:])],
    "points": {"earn_rules": [{"rule_id": "all", "per_amount": {
                   "points_milli": str(POINT_MILLI), "amount_minor": "100"}}],
               "expiry_months": LIFE_MONTHS},
}


def spend_by_day(member, t):
    """(date, net spend of the goods bought on it that are kept at the end of t), oldest first; what was
    brought back without a receipt counts against its own day."""
    kept = collections.Counter()
    for date, _, net in member.sales:
        if date <= t:
            kept[date] += net
    for sold, returned, _, net in member.linked:
        if max(sold, returned) <= t:
            kept[sold] -= net
    for date, net in member.unlinked:
        if date <= t:
            kept[date] -= net
    return sorted(kept.items())


def tiers_by_day(member, t):
    """Rank at the end of each day from the first purchase to t, as the goods kept at t tell it."""
    spend = spend_by_day(member, t)
    if not spend:
        return {}
    dates = [date for date, _ in spend]
    sums = [0]
    for _, net in spend:
        sums.append(sums[-1] + net)

    def reached(today, last):
        """The rank whose bar is reached by what was bought in the window of `today` up to `last`."""
        window = (sums[bisect.bisect_right(dates, last)]
                  - sums[bisect.bisect_right(dates, today - WINDOW_DAYS * DAY)])
        return max(rank for rank, bar in enumerate(BARS_MINOR) if max(window, 0) >= bar)

    ranks, rank, below_since = {}, 0, None
    today = dates[0]
    while today <= t:
        at_start = reached(today, today - DAY)
        if at_start >= rank:
            below_since = None
        else:
            below_since = below_since or today
            if today >= below_since + GRACE_DAYS[rank] * DAY:
                rank, below_since = rank - 1, None
        at_end = max(at_start, reached(today, today))
        if at_end > rank:
            rank, below_since = at_end, None
        ranks[today] = rank
        today += DAY
    return ranks


def last_day_of_points(date):
    month = date.month - 1 + LIFE_MONTHS
    year, month = date.year + month // 12, month % 12 + 1
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


class Promised:
    """One member's tier and points at the end of any day up to `last`."""

    def __init__(self, member, sales, last):
        self.member = member
        self.sales = sales  # (date, net, [(date it counts from, net)] that came back of it)
        self.steady = None if member.linked else tiers_by_day(member, last)

    def tier(self, t):
        ranks = tiers_by_day(self.member, t) if self.steady is None else self.steady
        return TIERS[ranks.get(t, 0)]

    def points_milli(self, t):
        """Nobody spends here, so each sale's points stand by themselves: what its kept goods earn,
        until they end. What comes back later takes nothing more."""
        total = 0
        for date, net, returned in self.sales:
            if date <= t <= last_day_of_points(date):
                kept = net - sum(n for counts_from, n in returned if counts_from <= t)
                total += kept // 100 * POINT_MILLI
        return total


def read_promises(documents, last):
    """Promised by card number, of documents as reference.read_documents gives them."""
    members = read_members(documents)
    sales = {(d.register, d.receipt): (d, []) for d in documents if not d.is_return}
    for d in documents:
        if d.is_linked:
            sold, returned = sales[d.original]
            returned.append((max(sold.date, d.date), d.value_minor))
    by_member = collections.defaultdict(list)
    for sold, returned in sales.values():
        if sold.member:
            by_member[sold.member].append((sold.date, sold.value_minor, returned))
    return {key: Promised(member, by_member[key], last) for key, member in members.items()}
