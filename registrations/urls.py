"""Registering, and the pages behind a registration's secret link."""

from django.urls import path

from registrations import answer_views, views

urlpatterns = [
    path("r/<str:token>/", views.registration, name="registration"),
    path("r/<str:token>/calendar.ics", views.registration_calendar, name="registration_calendar"),
    path("r/<str:token>/qr.svg", views.registration_qr, name="registration_qr"),
    path("r/<str:token>/offer/", views.answer_offer, name="answer_offer"),
    path("r/<str:token>/answers/", answer_views.answers, name="answers"),
    path("r/<str:token>/cancel/", views.cancel, name="cancel"),
    path("<slug:series>/<slug:event>/register/", views.register, name="register"),
    path("<slug:series>/<slug:event>/register/sent/", views.register_sent, name="register_sent"),
]
