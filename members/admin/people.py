"""Who may sign in and what they may do. Superusers change it, and nobody their own rights."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import admin as stock
from django.contrib.auth.models import Group
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.console import OperationAdmin
from members.domain.actors import Actor
from members.models import User
from members.operations import users

# Importing Django's own page for groups has registered it; ours takes its place.
if isinstance(admin.site.get_model_admin(Group), stock.GroupAdmin):
    admin.site.unregister(Group)


class SuperusersOnly(OperationAdmin):
    """Staff with the permission may look; only superusers change rights, whatever a group says."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return request.user.is_active and request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers."""
        return request.user.is_active and request.user.is_superuser

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        """Permissions name their model, so read them together."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name in ("permissions", "user_permissions"):
            field.queryset = field.queryset.select_related("content_type")
        return field


@admin.register(User)
class UserAdmin(SuperusersOnly):
    """Sign-ins. People register themselves, so there is nothing to add here."""

    list_display = ("email", "first_name", "last_name", "is_staff", "is_superuser", "is_active")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", ("first_name", "last_name"))}),
        (
            _("May do"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": (("last_login", "date_joined"),)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up, and are then given their rights."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """One's own rights are only to be seen."""
        own = users.RIGHTS if obj is not None and obj.pk == request.user.pk else ()
        return ("last_login", "date_joined", *own)

    def change_row(self, row: User, actor: Actor, **fields: Any) -> User:
        """By the operation."""
        return users.change(row, actor=actor, **fields)


@admin.register(Group)
class GroupAdmin(SuperusersOnly):
    """Named sets of permissions."""

    search_fields = ("name",)
    ordering = ("name",)
    filter_horizontal = ("permissions",)

    def add_row(self, actor: Actor, **fields: Any) -> Group:
        """By the operation."""
        return users.set_group(actor=actor, **fields)

    def change_row(self, row: Group, actor: Actor, **fields: Any) -> Group:
        """By the operation."""
        return users.set_group(
            fields.get("name", row.name),
            permissions=fields.get("permissions", row.permissions.all()),
            actor=actor,
            group=Group.objects.get(pk=row.pk),
        )
