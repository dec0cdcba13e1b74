from members.models.users import User

__all__ = ["User"]
