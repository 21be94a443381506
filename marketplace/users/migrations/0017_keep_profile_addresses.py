"""The address that a profile carried becomes the person's default one."""

from django.db import migrations

BACKFILL = """
INSERT INTO users_address (id, user_id, label, recipient, line1, line2, city, region, postal_code,
                           country, phone, is_default, created_at, updated_at)
SELECT gen_random_uuid(), p.user_id, '', trim(u.first_name || ' ' || u.last_name),
       left(p.address->>'line1', 200), left(coalesce(p.address->>'line2', ''), 200),
       left(p.address->>'city', 100), left(coalesce(p.address->>'region', ''), 100),
       left(coalesce(p.address->>'postal_code', ''), 20), p.address->>'country', '', true,
       p.updated_at, p.updated_at
  FROM users_profile p JOIN users_user u ON u.id = p.user_id
 WHERE p.address->>'line1' IS NOT NULL AND p.address->>'city' IS NOT NULL
   AND p.address->>'country' ~ '^[A-Z]{2}$'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0016_addresses_and_avatars")]

    operations = [migrations.RunSQL(BACKFILL, migrations.RunSQL.noop)]
