"""Scores, cohorts, shares and call lists straight from the definitions; shares nothing with the product."""

import calendar
import collections
import datetime
from fractions import Fraction

import reference

DAY = reference.DAY


def spend_by_day(member):
    """Net spend dated at the purchase, as kept in the end."""
    spend = collections.Counter()
    for date, _, net in member.sales:
        spend[date] += net
    for sold, _, _, net in member.linked:
        spend[sold] -= net
    for date, net in member.unlinked:
        spend[date] -= net
    return spend


def scores(values):
    """{key: 1 to 5} of {key: value}, higher being better: 1 + floor(5 W / N)."""
    return {key: 1 + 5 * sum(other < value for other in values.values()) // len(values)
            for key, value in values.items()}


def add_months(day, months):
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def cohorts(members, today):
    """As GetCohorts: by quarter of the calendar, oldest first. `members` joined on the day they were met."""
    groups = collections.defaultdict(list)
    for member in members:
        joined = member.met
        groups[datetime.date(joined.year, (joined.month - 1) // 3 * 3 + 1, 1)].append(member)
    answer = []
    for quarter, group in sorted(groups.items()):
        cohort = {"quarter_date": quarter.isoformat(), "member_count": str(len(group)),
                  "net_spend_minor": [], "buyer_count": [], "complete_quarter_count": 0}
        index = 0
        while all(add_months(m.met, 3 * index) <= today for m in group):
            spend = buyers = 0
            for m in group:
                first, after = add_months(m.met, 3 * index), add_months(m.met, 3 * index + 3)
                spend += sum(net for day, net in spend_by_day(m).items()
                             if first <= day < after and day <= today)
                buyers += any(first <= day < after for day in m.kept_days(today))
            cohort["net_spend_minor"].append(str(spend))
            cohort["buyer_count"].append(str(buyers))
            index += 1
            cohort["complete_quarter_count"] += all(
                add_months(m.met, 3 * index) <= today for m in group)
        answer.append(cohort)
    return answer


def call(member, today, numbers=reference.Numbers):
    """What ListCalls says in numbers of somebody who bought."""
    days = member.kept_days(today)
    gaps = [(b - a).days for a, b in zip(days, days[1:])]
    rhythm = Fraction(numbers.prior_weight * numbers.club_gap_days + sum(gaps),
                      numbers.prior_weight + len(gaps))
    last = days[-1]
    year = sum(net for day, net in spend_by_day(member).items() if last - 365 * DAY < day <= last)
    return {
        "silent_days": str((today - last).days),
        "rhythm_days_milli": str((rhythm * 1000 + Fraction(1, 2)).__floor__()),
        "own_gap_days_milli": str((Fraction(1000 * sum(gaps), len(gaps)) + Fraction(1, 2)).__floor__()
                                  if gaps else -1),
        "purchase_day_count": str(len(days)),
        "net_spend_minor": str(max(member.net(today), 0)),
        "last_year_spend_minor": str(max(year, 0)),
    }
