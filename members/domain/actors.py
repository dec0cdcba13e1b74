"""Who does something. Every operation names one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, an API key or a part of the system, as the audit trail will name it.

    `kind` is "user", "key" or "system"; `id` is the user's or key's primary key (None for the system);
    `name` is a label that holds no more than a person would expect to read about themselves.
    """

    kind: str
    id: int | None
    name: str

    @classmethod
    def user(cls, user) -> "Actor":
        """The actor for a signed-in user."""
        return cls("user", user.pk, str(user))

    @classmethod
    def key(cls, key) -> "Actor":
        """The actor for an API key."""
        return cls("key", key.pk, key.name)

    @classmethod
    def system(cls, name: str) -> "Actor":
        """The actor for work that no person started, such as a sweep."""
        return cls("system", None, name)
