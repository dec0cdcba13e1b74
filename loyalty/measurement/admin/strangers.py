"""What libraries put into the console by themselves, and nobody here should change by hand."""

import axes.admin
import django_celery_beat.admin
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.utils.module_loading import import_string
from django_celery_beat import models as beat

# The libraries' own pages are registered by importing them; only then can they be taken down.
for page in (
    "allauth.account.admin.EmailAddressAdmin",
    "allauth.mfa.admin.AuthenticatorAdmin",
    "allauth.usersessions.admin.UserSessionAdmin",
):
    import_string(page)
assert axes.admin and django_celery_beat.admin

for model in (
    EmailAddress,
    EmailConfirmation,
    Authenticator,
    UserSession,
    *(model for model in admin.site._registry.copy() if model._meta.app_label == "axes"),
    *(model for model in vars(beat).values() if isinstance(model, type)),
):
    if model in admin.site._registry:
        admin.site.unregister(model)
