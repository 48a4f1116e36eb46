"""Registering, and the pages behind a registration's secret link."""

from django.urls import path

from registrations import (
    answer_views,
    invitation_views,
    member_views,
    nomination_views,
    party_views,
    substitute_views,
    views,
)

urlpatterns = [
    path("r/<str:token>/", views.registration, name="registration"),
    path("r/<str:token>/calendar.ics", views.registration_calendar, name="registration_calendar"),
    path("r/<str:token>/qr.svg", views.registration_qr, name="registration_qr"),
    path("r/<str:token>/offer/", views.answer_offer, name="answer_offer"),
    path("r/<str:token>/answers/", answer_views.answers, name="answers"),
    path("r/<str:token>/substitute/", substitute_views.substitute, name="substitute"),
    path("r/<str:token>/cancel/", views.cancel, name="cancel"),
    path("r/<str:token>/nomination/", nomination_views.answer_nomination, name="answer_nomination"),
    path(
        "r/<str:token>/meeting/<slug:slug>/", member_views.register_member, name="register_member"
    ),
    path("r/<str:token>/meeting/<slug:slug>/sent/", member_views.member_sent, name="member_sent"),
    path("i/<str:token>/", invitation_views.invitation, name="invitation"),
    path("i/<str:token>/sent/", invitation_views.invitation_sent, name="invitation_sent"),
    path("i/<str:token>/decline/", invitation_views.decline_invitation, name="decline_invitation"),
    path(
        "i/<str:token>/accept/<slug:slug>/",
        invitation_views.accept_invitation,
        name="accept_invitation",
    ),
    path("b/<str:token>/", party_views.party, name="party"),
    path("b/<str:token>/offer/", party_views.answer_party_offer, name="answer_party_offer"),
    path("b/<str:token>/cancel/", party_views.cancel_in_party, name="cancel_in_party"),
    path("b/<str:token>/add/", party_views.add_to_party, name="add_to_party"),
    path(
        "b/<str:token>/substitute/",
        substitute_views.substitute_in_party,
        name="substitute_in_party",
    ),
    path("b/<str:token>/correct/", substitute_views.correct_in_party, name="correct_in_party"),
    path("<slug:series>/<slug:event>/register/", views.register, name="register"),
    path("<slug:series>/<slug:event>/register/sent/", views.register_sent, name="register_sent"),
]
