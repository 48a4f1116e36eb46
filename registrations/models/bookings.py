"""One submit of a form, and the secrets that its rows are opened by."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_secret() -> str:
    """A secret of 192 random bits for one purpose (architecture.md, Secrets)."""
    return secrets.token_urlsafe(24)


class Booking(models.Model):
    """One submit of a form, by whoever sent it; every registration has one.

    The digests are keyed hashes: they count attempts and know nobody (rule 22).
    """

    class Via(models.TextChoices):
        FORM = "form", _("Form")
        DESK = "desk", _("Desk")
        INVITATION = "invitation", _("Invitation")
        MEMBER = "member", _("Membership")
        IMPORT = "import", _("Import")

    key = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    via = models.CharField(_("via"), max_length=10, choices=Via, default=Via.FORM)
    actor_id = models.BigIntegerField(_("by"), null=True, blank=True)
    # Set: a party that comes whole or not at all.
    is_together = models.BooleanField(_("all together"), default=False)
    # Whom of this form an answer went to their own address, as the contact wrote them.
    known_names = models.JSONField(default=list, blank=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    client_digest = models.CharField(max_length=32, blank=True, editable=False)
    email_digest = models.CharField(max_length=32, blank=True, editable=False)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        indexes = [
            models.Index(fields=["client_digest", "created_at"], name="booking_by_client"),
            models.Index(fields=["email_digest", "created_at"], name="booking_by_email"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_email=Lower("contact_email")),
                name="contact_email_is_lower_case",
            ),
        ]

    def __str__(self) -> str:
        return self.contact_name or str(self.created_at)
