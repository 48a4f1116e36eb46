"""PostgreSQL forbids what nobody may do to a fact; on SQLite such a trigger would break `flush`."""

from typing import Any

from django.db import migrations

FUNCTION = """
CREATE FUNCTION facts_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a fact is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF to_jsonb(NEW) - 'announced_at' - 'note' IS DISTINCT FROM
            to_jsonb(OLD) - 'announced_at' - 'note'
        OR (OLD.announced_at IS NOT NULL AND NEW.announced_at IS DISTINCT FROM OLD.announced_at)
        OR (NEW.note <> OLD.note AND NEW.note <> '')
    THEN
        RAISE EXCEPTION 'a fact is never changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION facts_are_append_only();
"""


def forbid(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)
        schema_editor.execute(TRIGGER.format(table="events_eventchange"))


def allow(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER append_only ON events_eventchange")
        schema_editor.execute("DROP FUNCTION facts_are_append_only")


class Migration(migrations.Migration):
    dependencies = [("events", "0001_first")]
    operations = [migrations.RunPython(forbid, allow)]
