"""Every address of the program; the public ones stand in two languages."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("account/", include("accounts.urls")),
    path("admin/", include("desk.urls")),
    path("admin/", admin.site.urls),
    path("d/", include("desk.door_urls")),
    *i18n_patterns(
        path("", include("registrations.urls")),
        path("", include("notifications.urls")),
        path("", include("events.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
handler429 = "config.errors.too_many_requests"
