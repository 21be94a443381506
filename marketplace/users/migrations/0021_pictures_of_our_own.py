"""Addresses of pictures on other people's servers go: an account shows what was uploaded."""

from django.db import migrations

FORGET = """
UPDATE users_user SET profile_picture = ''
 WHERE profile_picture <> ''
   AND NOT EXISTS (SELECT FROM users_avatar a WHERE a.user_id = users_user.id AND a.is_current)
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0020_seller_stats")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
