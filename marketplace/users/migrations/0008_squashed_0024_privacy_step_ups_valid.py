"""What the database sees to beside the tables: it is stated in SQL."""

from django.db import migrations

# An account has one identity of each provider at most, whatever happens at the same moment. The
# table is the account library's.
IDENTITIES = """
CREATE UNIQUE INDEX users_one_identity_per_provider
    ON socialaccount_socialaccount (user_id, provider);
"""
# Counting attempts must not cost write-ahead log.
ATTEMPTS = """
ALTER TABLE users_attempts SET UNLOGGED;
"""
CONSENTS = """
CREATE FUNCTION users_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: consents are only added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER users_consent_stays BEFORE UPDATE OR DELETE ON users_consent
    FOR EACH ROW EXECUTE FUNCTION users_consent_stays();
"""
UNDO = """
DROP TRIGGER users_consent_stays ON users_consent;
DROP FUNCTION users_consent_stays();
ALTER TABLE users_attempts SET LOGGED;
DROP INDEX users_one_identity_per_provider;
"""


class Migration(migrations.Migration):
    replaces = [
        ("users", "0008_one_identity_per_provider"),
        ("users", "0009_attempts"),
        ("users", "0010_erasure"),
        ("users", "0011_second_factors"),
        ("users", "0012_proved_phone"),
        ("users", "0013_data_export"),
        ("users", "0014_badge_follows_level"),
        ("users", "0015_badge_follows_level_valid"),
        ("users", "0016_addresses_and_avatars"),
        ("users", "0017_keep_profile_addresses"),
        ("users", "0018_staff_roles"),
        ("users", "0019_consents"),
        ("users", "0020_seller_stats"),
        ("users", "0021_pictures_of_our_own"),
        ("users", "0022_sms_codes"),
        ("users", "0023_privacy_step_ups"),
        ("users", "0024_privacy_step_ups_valid"),
    ]
    dependencies = [
        ("users", "0001_squashed_0007_live_sign_ins"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [migrations.RunSQL(IDENTITIES + ATTEMPTS + CONSENTS, UNDO)]
