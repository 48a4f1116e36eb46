"""The public addresses: fixed words first, then the slugs of series and events."""

from django.urls import path

from events import views

urlpatterns = [
    path("", views.home, name="home"),
    path("town/", views.town, name="town"),
    path("towns/", views.towns, name="towns"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("<slug:series>/", views.series, name="series"),
    path("<slug:series>/calendar.ics", views.series_calendar, name="series_calendar"),
    path("<slug:series>/<slug:event>/", views.event, name="event"),
    path("<slug:series>/<slug:event>/calendar.ics", views.event_calendar, name="event_calendar"),
]
