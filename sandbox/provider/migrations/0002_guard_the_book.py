"""The book's only row, and triggers that make the database check and protect every line."""

from django.db import migrations

GUARD = """
INSERT INTO provider_book (id, last_position) VALUES (1, 0);

CREATE FUNCTION sandbox_check_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous_minor bigint;
BEGIN
    IF NEW.position <> 1 AND NOT EXISTS (
        SELECT 1 FROM provider_balancetransaction WHERE position = NEW.position - 1
    ) THEN
        RAISE EXCEPTION 'the book has no line before position %', NEW.position
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT balance_after_minor INTO previous_minor FROM provider_balancetransaction
     WHERE currency = NEW.currency ORDER BY position DESC LIMIT 1;
    IF COALESCE(previous_minor, 0) + NEW.amount_minor <> NEW.balance_after_minor THEN
        RAISE EXCEPTION 'line % does not add up with the one before', NEW.position
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER sandbox_check_line BEFORE INSERT ON provider_balancetransaction
    FOR EACH ROW EXECUTE FUNCTION sandbox_check_line();

CREATE FUNCTION sandbox_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the book is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER sandbox_refuse_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON provider_balancetransaction
    FOR EACH STATEMENT EXECUTE FUNCTION sandbox_refuse_change();
"""
UNGUARD = """
DROP TRIGGER sandbox_refuse_change ON provider_balancetransaction;
DROP TRIGGER sandbox_check_line ON provider_balancetransaction;
DROP FUNCTION sandbox_refuse_change();
DROP FUNCTION sandbox_check_line();
DELETE FROM provider_book;
"""


class Migration(migrations.Migration):
    dependencies = [("provider", "0001_start_provider")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
