"""Wishing to hear of a date, the page behind a wish's secret link, and asking for one's links."""

from django.urls import path

from notifications import link_views, views

urlpatterns = [
    path("follow/<str:token>/", views.follow, name="follow"),
    path("<slug:series>/<slug:event>/follow/", views.follow_event, name="follow_event"),
    path("<slug:series>/<slug:event>/follow/sent/", views.follow_sent, name="follow_sent"),
    path("<slug:series>/links/ask/", link_views.send_links, name="send_links"),
    path("<slug:series>/links/sent/", link_views.links_sent, name="links_sent"),
]
