"""The harvest calendar of one village as phones read it: iCalendar, RFC 5545.

One event for each crop and week of picking. Its UID never changes and its SEQUENCE grows with each forecast, so that a phone moves the
event that it has instead of adding another. Weeks are whole days without a time zone; moments are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from pinfold.basics.weeks import week_monday
from pinfold.flows.clock import HOME
from pinfold.forecast.say import say, say_since
from pinfold.store.models import Season
from pinfold.store.reads.calendar import Calendar as HarvestCalendar
from pinfold.store.reads.calendar import VillageCrop, WeekBand
from pinfold.store.reads.shop import Named
from pinfold.web.rooms.plan import reader_language
from pinfold.web.templatetags.pinfold import called, kg
from pinfold.web.templatetags.rooms import crop_called

READ_AGAIN = timedelta(hours=6)


def phone_calendar(season: Season, village: Named, found: HarvestCalendar) -> bytes:
    """The calendar in the reader's language, lines folded and escaped."""
    name = _("Picking in %(village)s") % {"village": called(village)}
    calendar = Calendar()
    calendar.add("prodid", "-//Pinfold//Harvest calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    issued = sorted((found.issued_on, *found.earlier)) if found.issued_on else []
    for part in found.parts:
        for week in part.weeks:
            calendar.add_component(_event(season, part, week, issued))
    return bytes(calendar.to_ical())


def _event(season: Season, part: VillageCrop, week: WeekBand, issued: Sequence[date]) -> Event:
    monday = week_monday(week.week, season.starts_on)
    changed_at = datetime.combine(week.issued_on, time(), tzinfo=HOME).astimezone(UTC)
    event = Event()
    event.add("uid", f"{season.number}-{week.village.id}-{week.product.id}-{week.week}@pinfold")
    event.add("sequence", issued.index(week.issued_on))
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", monday)
    event.add("dtend", monday + timedelta(days=7))
    words = {"crop": capfirst(crop_called(part.crop)), "kg": kg(week.kg), "low": kg(week.p10_kg), "high": kg(week.p90_kg)}
    event.add("summary", _("%(crop)s: %(kg)s (%(low)s – %(high)s)") % words)
    event.add("description", _description(part, week, is_newest=week.issued_on == issued[-1]))
    event.add("location", called(week.village))
    event.add("status", "CONFIRMED" if week.kg else "CANCELLED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _description(part: VillageCrop, week: WeekBand, is_newest: bool) -> str:
    words = {"product": called(week.product), "kg": kg(week.kg), "low": kg(week.p10_kg), "high": kg(week.p90_kg)}
    lines = [_("%(product)s: we expect %(kg)s; four times in five it is between %(low)s and %(high)s.") % words]
    if week.weighed_kg is not None:
        lines.append(_("%(kg)s have been weighed so far.") % {"kg": kg(week.weighed_kg)})
    if is_newest:
        language = reader_language()
        grounds = ((part.when, part.when_moved), (part.how_much, part.how_much_moved))
        lines.append(say_since(part.when_moved, part.how_much_moved, language))
        lines += [say(each, moved, language) for each, moved in grounds if each is not None]
    return "\n".join(filter(None, lines))
