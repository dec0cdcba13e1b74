"""How people sign in, as settings of allauth and axes. `loyalty/settings.py` takes them over."""

from typing import Any


def signing_in(*, is_loose: bool, is_behind_proxy: bool) -> dict[str, Any]:
    """The settings by name. `is_loose` lets passkeys work without HTTPS (demo, debugging)."""
    validators = (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
    return {
        "AUTH_USER_MODEL": "members.User",
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",
            "django.contrib.auth.backends.ModelBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}"} for name in validators
        ],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        **_accounts(),
        **_factors(is_loose),
        **_limits(is_behind_proxy),
    }


def _accounts() -> dict[str, Any]:
    return {
        "ACCOUNT_ADAPTER": "loyalty.accounts.adapter.AccountAdapter",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*", "password2*"],
        "ACCOUNT_SIGNUP_FORM_CLASS": "loyalty.accounts.forms.ConsentsForm",
        # Without it an address could be tried out: sign-up would have to say that it is taken.
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
        "ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND": True,
        "ACCOUNT_PREVENT_ENUMERATION": True,
        # One address; another takes its place once it has been shown to be theirs.
        "ACCOUNT_CHANGE_EMAIL": True,
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
        "ACCOUNT_LOGIN_BY_CODE_TIMEOUT": 10 * 60,
        "ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND": True,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 5 * 60,
    }


def _factors(is_loose: bool) -> dict[str, Any]:
    return {
        "MFA_ADAPTER": "loyalty.accounts.adapter.AuthenticatorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes", "webauthn"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_PASSKEY_SIGNUP_ENABLED": True,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": is_loose,
    }


def _limits(is_behind_proxy: bool) -> dict[str, Any]:
    """Axes stops one address that guesses at one account; allauth many addresses at one account, and one
    address at many accounts. The counts lie in the shared cache and in the database."""
    return {
        "AXES_FAILURE_LIMIT": 8,
        "AXES_COOLOFF_TIME": 0.25,  # hours
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_LOCKOUT_CALLABLE": "loyalty.accounts.lockouts.locked_out",
        "AXES_USERNAME_CALLABLE": "loyalty.accounts.lockouts.name_of",
        "AXES_CLIENT_IP_CALLABLE": "loyalty.accounts.lockouts.address_of",
        "AXES_SENSITIVE_PARAMETERS": ["username", "login", "email", "ip_address"],
        "AXES_RESET_ON_SUCCESS": True,
        # It would keep the address of everybody who signs in, and from where, for ever.
        "AXES_DISABLE_ACCESS_LOG": True,
        "ACCOUNT_RATE_LIMITS": {"login_failed": "60/m/ip,24/15m/key"},
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1 if is_behind_proxy else 0,
    }
