"""Wishing to hear of a date, and the page behind a wish's secret link."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("follow/<str:token>/", views.follow, name="follow"),
    path("<slug:series>/<slug:event>/follow/", views.follow_event, name="follow_event"),
    path("<slug:series>/<slug:event>/follow/sent/", views.follow_sent, name="follow_sent"),
]
