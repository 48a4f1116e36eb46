"""The desk's own pages beside the stock admin: each leads to one action."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, path

from desk import invitation_views, person_views, registration_views, series_views, views


def desk_path(route: str, view: Callable[..., Any]) -> URLPattern:
    """For organisers only; the URL bears the view's name."""
    return path(route, admin.site.admin_view(view), name=view.__name__)


EVENT, PERSON = "events/event/<int:pk>", "registrations/registration/<int:pk>"
SERIES, INVITATION = "events/series/<int:pk>", "registrations/invitation/<int:pk>"

urlpatterns = [
    desk_path(f"{EVENT}/move/", views.move_event),
    desk_path(f"{EVENT}/retitle/", views.retitle_event),
    desk_path(f"{EVENT}/call-off/", views.cancel_event),
    desk_path(f"{EVENT}/reinstate/", views.reinstate_event),
    desk_path(f"{EVENT}/capacity/", views.change_capacity),
    desk_path(f"{EVENT}/admission/", views.change_admission),
    desk_path(f"{EVENT}/quotas/", views.set_quotas),
    desk_path(f"{EVENT}/applications/", registration_views.decide_applications),
    desk_path(f"{EVENT}/register/", registration_views.add_registration),
    desk_path(f"{EVENT}/register-members/", registration_views.register_members),
    desk_path(f"{EVENT}/export/", views.export_registrations),
    desk_path(f"{EVENT}/invite/", invitation_views.invite),
    desk_path(f"{EVENT}/invite-list/", invitation_views.import_invitations),
    desk_path(f"{EVENT}/remind-invited/", invitation_views.remind_invited),
    desk_path(f"{SERIES}/limits/", series_views.set_series_limits),
    desk_path(f"{SERIES}/invite/", invitation_views.invite_to_series),
    desk_path(f"{SERIES}/invite-list/", invitation_views.import_invitations_to_series),
    desk_path(f"{SERIES}/remind-invited/", invitation_views.remind_invited_to_series),
    desk_path(f"{INVITATION}/again/", invitation_views.send_invitation_again),
    desk_path(f"{INVITATION}/revoke/", invitation_views.revoke_invitation),
    desk_path(f"{PERSON}/cancel/", registration_views.cancel_registration),
    desk_path(f"{PERSON}/promote/", registration_views.promote),
    desk_path(f"{PERSON}/priority/", registration_views.set_priority),
    desk_path(f"{PERSON}/answers/", registration_views.correct_answers),
    desk_path(f"{PERSON}/address/", registration_views.correct_address),
    desk_path(f"{PERSON}/hand-over/", person_views.hand_over_place),
    desk_path(f"{PERSON}/note/", person_views.write_note),
    desk_path(f"{PERSON}/deadline/", person_views.reopen_deadline),
    desk_path("notifications/message/<int:pk>/again/", views.send_again),
]
