"""What the rows of an event say, in words that a test compares."""

from registrations.models import Registration


def statuses(event):
    rows = Registration.objects.filter(event=event).order_by("joined_at", "pk")
    return [str(row.status) for row in rows]


def shown(event):
    event.refresh_from_db()
    return event.places_taken, event.places_waiting


def facts(registration):
    rows = registration.changes.order_by("pk")
    return [(row.kind, row.from_status, row.to_status) for row in rows]
