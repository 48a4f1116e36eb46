"""The same guard as the other facts have, for the facts of invitations (PostgreSQL)."""

from typing import Any

from django.db import migrations


def forbid(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON registrations_invitationchange"
            " FOR EACH ROW EXECUTE FUNCTION facts_are_append_only()"
        )


def allow(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER append_only ON registrations_invitationchange")


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0008_invitations_and_nominations"),
        ("events", "0002_facts_are_append_only"),
    ]
    operations = [migrations.RunPython(forbid, allow)]
