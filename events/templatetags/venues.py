"""Where a venue lies."""

from django import template

from events.models import Venue

register = template.Library()


@register.filter
def map_link(venue: Venue) -> str:
    """OpenStreetMap with a mark at the venue's coordinates; a plain link, nothing is loaded."""
    latitude, longitude = venue.latitude, venue.longitude
    place = f"mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    return f"https://www.openstreetmap.org/?{place}"
