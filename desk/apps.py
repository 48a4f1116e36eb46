"""The room as Django knows it: what crosses rooms, the admin site among it."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps

ROOMS = ("events", "registrations", "notifications", "desk")


class DeskConfig(AppConfig):
    name = "desk"
    default = True


class SetkaniAdminConfig(apps.SimpleAdminConfig):
    """Our site in the place of the stock admin's, with the rows of our rooms alone.

    People's accounts and rights have no screen here (rule 17).
    """

    default = False
    default_site = "desk.site.DeskSite"

    def ready(self) -> None:
        super().ready()
        for room in ROOMS:
            import_module(f"{room}.admin")
