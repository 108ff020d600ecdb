"""Sentences about a plot, short enough to read aloud."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from pinfold.fields.crops import PICKING_OVER, crop, harvest_stage_of, known_crops
from pinfold.store.reads.household import PlotFacts
from pinfold.web.templatetags.pinfold import day, kg


def picked_when(plot: PlotFacts, today: date) -> str:
    """When the plot is picked: seen, expected with how sure that is, or not known."""
    stage = harvest_stage_of(plot.crop)
    seen, coming = plot.seen.get(stage), plot.coming.get(stage)
    if PICKING_OVER in plot.seen:
        return _("The picking was over on %(day)s.") % {"day": day(plot.seen[PICKING_OVER])}
    if seen and plot.crop in known_crops():
        ends = seen + timedelta(days=int(crop(plot.crop).picking_window_days.value))
        return _("Ripe since %(day)s. It is picked until about %(end)s.") % {"day": day(seen), "end": day(ends)}
    if seen:
        return _("Ripe since %(day)s.") % {"day": day(seen)}
    if coming is None:
        return _("Nobody knows yet when it will be ripe. Report what you see in the field.")
    if coming.p50 <= today:
        return _("It may be ripe already. At the latest it is ripe about %(late)s. Go and look, and report it.") % {"late": day(coming.p90)}
    words = {"likely": day(coming.p50), "early": day(coming.p10), "late": day(coming.p90)}
    return _("Picking starts about %(likely)s. It may be as early as %(early)s, or as late as %(late)s.") % words


def how_much(plot: PlotFacts) -> str:
    """How much the plot bears in the season, and what was weighed so far."""
    says = []
    if plot.harvest:
        words = {"kg": kg(plot.harvest.mean), "low": kg(plot.harvest.p10), "high": kg(plot.harvest.p90)}
        says.append(_("We expect about %(kg)s this season; four times in five it is between %(low)s and %(high)s.") % words)
    if plot.picked_kg:
        says.append(_("%(kg)s have been weighed so far.") % {"kg": kg(plot.picked_kg)})
    return " ".join(says)
