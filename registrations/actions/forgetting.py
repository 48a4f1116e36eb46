"""What is deleted by itself once nobody needs it any more."""

from datetime import datetime, timedelta

from accounts.transactions import action
from registrations.models import NEEDS, Answer, Registration

# What a person needs at the table is deleted this long after the event.
NEEDS_KEPT = timedelta(days=14)
# What organisers asked and noted serves the account of the event; then it goes, too.
ANSWERS_KEPT = timedelta(days=90)


@action
def forget_needs(now: datetime) -> int:
    """Deletes what people needed at events that ended 14 days ago; returns how many rows it met."""
    forgotten = {name: "" if name == "needs_note" else False for name in NEEDS}
    return (
        Registration.objects.filter(event__ends_at__lt=now - NEEDS_KEPT)
        .with_needs()
        .update(**forgotten)
    )


@action
def forget_answers(now: datetime) -> int:
    """Deletes what people answered at events that ended 90 days ago; returns how many answers."""
    over = Answer.objects.filter(registration__event__ends_at__lt=now - ANSWERS_KEPT)
    return over.delete()[0]


@action
def forget_notes(now: datetime) -> int:
    """Empties organisers' notes and tags of events that ended 90 days ago; returns how many rows.

    The search finds nobody by a tag that is gone.
    """
    over = Registration.objects.filter(event__ends_at__lt=now - ANSWERS_KEPT).noted()
    rows = list(over.select_related("town").select_for_update(of=("self",), no_key=True))
    for row in rows:
        row.note = row.tags = ""
        row.search_key = row.folded()
    Registration.objects.bulk_update(rows, ["note", "tags", "search_key"], batch_size=500)
    return len(rows)
