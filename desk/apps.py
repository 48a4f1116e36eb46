"""The room as Django knows it: what crosses rooms, the admin site among it."""

from django.apps import AppConfig
from django.contrib.admin import apps


class DeskConfig(AppConfig):
    name = "desk"
    default = True


class SetkaniAdminConfig(apps.AdminConfig):
    """Puts our site in the place of the stock admin's."""

    default = False
    default_site = "desk.site.DeskSite"
