"""Our own admin site: the stock one, branded, behind allauth's sign-in."""

from typing import Any

from allauth.account.views import logout as sign_out
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from desk.overview import overview

# Recovery codes alone are no second factor: they stand in for a lost one.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class DeskSite(admin.AdminSite):
    """Everything about one's own account happens on allauth's pages, so it exists once."""

    site_title = _("Setkání: administration")
    site_header = _("Setkání: administration")
    index_title = _("Overview")

    def has_permission(self, request: HttpRequest) -> bool:
        """Organisers only, and where the settings demand it only with a second factor set up."""
        return super().has_permission(request) and not _lacks_second_factor(request)

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Has no form of its own: leads to the sign-in, the second factor, or on."""
        if not request.user.is_authenticated:
            return redirect_to_login(_next(request))
        if not super().has_permission(request):
            raise Http404
        if _lacks_second_factor(request):
            messages.warning(
                request, _("The administration opens once you have set up a second factor.")
            )
            return redirect("mfa_index")
        return redirect(_next(request))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        shown = overview(request.user, timezone.now())
        return super().index(request, {**shown, **(extra_context or {})})

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        response: HttpResponseBase = sign_out(request)
        return response

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def password_change_done(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")


def _lacks_second_factor(request: HttpRequest) -> bool:
    factors = Authenticator.objects.filter(user_id=request.user.pk, type__in=SECOND_FACTORS)
    return settings.STAFF_SECOND_FACTOR and not factors.exists()


def _next(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this site."""
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")
