from marketplace.users.models.profile import UserProfile
from marketplace.users.models.user import User

__all__ = ["User", "UserProfile"]
