"""The demo's sign-ins. They share one password, made for this installation alone."""

from collections.abc import Mapping

import psycopg

from loyalty.runtime import addresses, environment

WHO = {
    "amara@demo.example": "member",
    "bo@demo.example": "member, new",
    "eli@demo.example": "partner",
    "chi@demo.example": "committee, chair",
    "dee@demo.example": "committee",
    "fay@demo.example": "staff",
    "gil@demo.example": "staff, second person",
}


def has_demo() -> bool:
    """Whether this code has a demo to load."""
    return any(addresses.ROOT.glob("*/**/management/commands/load_demo.py"))


def existing(settings: Mapping[str, str]) -> list[str]:
    """Those of the demo's users who exist by now.

    Asked in SQL, because loading Django into the launcher would cost 60 MB for one question.
    """
    try:
        with environment.connect(settings) as connection:
            rows = connection.execute(
                "SELECT email FROM members_user WHERE email = ANY(%s)", [list(WHO)]
            ).fetchall()
    except psycopg.Error:
        return []
    present = {row[0] for row in rows}
    return [email for email in WHO if email in present]


def lines(emails: list[str], password: str) -> list[str]:
    """What the terminal shows."""
    if not emails:
        return []
    return [
        f"{'sign in':10} with the password {password}",
        *(f"{'':10} {email:22} {WHO[email]}" for email in emails),
    ]
