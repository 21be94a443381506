"""Production's settings and refusals, with the sandbox provider allowed on purpose.

Set ``ALLOW_SANDBOX_PROVIDER=1``: there is no second switch, so that what was tried out here is what
runs there.
"""

from marketplace.config.settings.production import *

SECURE_HSTS_SECONDS = 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
