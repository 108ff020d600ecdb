"""An outlook for every week, also where nobody planned: without it nobody could say later how right outlooks were."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime

from pinfold.basics.errors import InputError
from pinfold.basics.weeks import monday_of
from pinfold.flows import clock
from pinfold.flows.clock import home_day
from pinfold.flows.demand import issue_demand
from pinfold.store import forecasts
from pinfold.store.season import has_season
from pinfold.store.transaction import forget_broken_connections

LOOK_EVERY_SECONDS = 3_600


def keep_weekly_outlook(now: datetime) -> bool:
    """Whether an outlook was made now, because none was kept since Monday. Where nothing was sold yet there is none to make."""
    if not has_season() or forecasts.has_outlook_since(monday_of(home_day(now))):
        return False
    try:
        issue_demand(now)
    except InputError as error:
        logging.getLogger(__name__).info("no outlook this week: %s", error)
        return False
    return True


def keep_outlooks_beside() -> None:
    """Looks every hour, in a thread that ends with its process: making one takes seconds, and holds of seats must lapse meanwhile."""

    def look_again_and_again() -> None:
        while True:
            try:
                keep_weekly_outlook(clock.now())
            except Exception:
                logging.getLogger(__name__).exception("the week's outlook could not be made and is tried again in an hour")
            forget_broken_connections()
            time.sleep(LOOK_EVERY_SECONDS)

    threading.Thread(target=look_again_and_again, name="outlooks", daemon=True).start()
