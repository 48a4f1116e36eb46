"""What is deleted by itself once nobody needs it any more."""

from datetime import datetime, timedelta

from accounts.transactions import action
from registrations.models import NEEDS, Registration

# What a person needs at the table is deleted this long after the event.
NEEDS_KEPT = timedelta(days=14)


@action
def forget_needs(now: datetime) -> int:
    """Deletes what people needed at events that ended 14 days ago; returns how many rows it met."""
    forgotten = {name: "" if name == "needs_note" else False for name in NEEDS}
    return (
        Registration.objects.filter(event__ends_at__lt=now - NEEDS_KEPT)
        .with_needs()
        .update(**forgotten)
    )
