"""What orders do by themselves."""

from marketplace.core.jobs import periodic
from marketplace.orders.services._outages import JOB_NAME, note_outage
from marketplace.orders.services.sweep_deadlines import sweep_deadlines as sweep


@periodic(name=JOB_NAME, every_seconds=1)
def sweep_deadlines() -> int:
    """Act on due deadlines; first make sure that time lost to an outage is made up for."""
    note_outage()
    return sweep()
