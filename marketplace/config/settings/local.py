"""A developer's machine and the embedded default."""

from marketplace.config.settings.base import *

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = SECRET_KEY or "local-only-not-a-secret-0123456789abcdefghijklmnop"
