"""What points can be exchanged for."""

from datetime import datetime

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from events_directory.models import MicroEvent, Partner, Pool
from loyalty.audiences.models import Segment
from members.models import Tier, Unit
from recognition.models import Badge


def _coupons() -> models.QuerySet:
    """Coupons name their reward, so here they are known by their name only."""
    return apps.get_model("rewards", "Coupon")._default_manager.all()


class RewardQuerySet(models.QuerySet["Reward"]):
    """Questions over rewards."""

    def on_offer(self, at: datetime) -> "RewardQuerySet":
        """What members can see in the catalogue at this instant, cheapest first."""
        return (
            self.filter(
                Q(until=None) | Q(until__gt=at),
                Q(since=None) | Q(since__lte=at),
                state=Reward.State.ACTIVE,
            )
            .exclude(partner__state=Partner.State.SUSPENDED)
            .exclude(micro_event__partner__state=Partner.State.SUSPENDED)
            .with_terms()
            .order_by("cost", "slug")
        )

    def with_terms(self) -> "RewardQuerySet":
        """Each with everything its card says, `free_coupons` of its pool, and `segment_ids`."""
        free = (
            _coupons()
            .filter(reward=OuterRef("pk"), state="free")
            .order_by()
            .values("reward")
            .annotate(pieces=Count("pk"))
            .values("pieces")
        )
        links = Reward.segments.through._default_manager.filter(reward=OuterRef("pk"))
        return self.select_related(
            "unit", "tier", "badge", "pool", "partner", "micro_event__partner"
        ).annotate(
            free_coupons=Coalesce(Subquery(free), 0),
            segment_ids=ArraySubquery(links.order_by("segment_id").values("segment_id")),
        )

    def running_low(self) -> "RewardQuerySet":
        """Those on offer of which fewer are left than staff want to hear of."""
        left = Q(stock__lt=F("low_at")) | Q(codes=Reward.Codes.POOL, free_coupons__lt=F("low_at"))
        return self.with_terms().filter(left, state=Reward.State.ACTIVE)


class Reward(models.Model):
    """Something a member can have for points.

    `stock` empty means there is always enough; a pool of coupons is its own stock. `worth` is money in
    minor units for each piece: what a discount takes off, or what a donation gives to its pool, so
    `worth` for `cost` is the rate at which points become money.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("on offer")
        ARCHIVED = "archived", _("archived")

    class Kind(models.TextChoices):
        PRODUCT = "product", _("product")
        DISCOUNT = "discount", _("discount")
        COUPON = "coupon", _("coupon")
        EXPERIENCE = "experience", _("experience")
        SLOT = "slot", _("place at an event")
        ACCESS = "access", _("access")
        DONATION = "donation", _("donation")

    class Codes(models.TextChoices):
        NONE = "", _("none: handed over by hand")
        GENERATED = "generated", _("made for each member")
        POOL = "pool", _("from an imported pool")

    class Window(models.TextChoices):
        LIFE = "", _("ever")
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")

    #: Kinds that are fulfilled by themselves as soon as they can no longer be undone.
    BY_ITSELF = (Kind.SLOT, Kind.ACCESS, Kind.DONATION)
    #: Kinds that open a door; a second piece of an open door is nothing.
    DOORS = (Kind.SLOT, Kind.ACCESS)

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="rewards", verbose_name=_("unit")
    )
    cost = models.PositiveIntegerField(_("cost"), validators=[MinValueValidator(1)])
    codes = models.CharField(
        _("coupon codes"), max_length=9, choices=Codes.choices, default=Codes.NONE, blank=True
    )
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    low_at = models.PositiveIntegerField(
        _("tell staff below"), null=True, blank=True, help_text=_("Pieces left.")
    )
    limit_per_member = models.PositiveIntegerField(_("limit per member"), null=True, blank=True)
    limit_window = models.CharField(
        _("limit counts"), max_length=5, choices=Window.choices, default=Window.LIFE, blank=True
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    since = models.DateTimeField(_("from"), null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    good_for_days = models.PositiveIntegerField(
        _("voucher good for days"), null=True, blank=True, help_text=_("Empty: without an end.")
    )
    tier = models.ForeignKey(
        Tier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rewards",
        verbose_name=_("from tier"),
    )
    badge = models.ForeignKey(
        Badge,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rewards",
        verbose_name=_("for holders of"),
    )
    segments = models.ManyToManyField(
        Segment,
        blank=True,
        related_name="rewards",
        verbose_name=_("for segments"),
        help_text=_("Whoever belongs to one of them. Empty: everybody."),
    )
    partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rewards",
        verbose_name=_("accepted by"),
        help_text=_("The partner that may check and use up its coupons."),
    )
    worth = models.BigIntegerField(
        _("worth"), null=True, blank=True, help_text=_("In minor units, for each piece.")
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    pool = models.ForeignKey(
        Pool,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rewards",
        verbose_name=_("community pool"),
    )
    micro_event = models.ForeignKey(
        MicroEvent,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rewards",
        verbose_name=_("event"),
    )
    access_name = models.CharField(_("access"), max_length=80, blank=True)

    #: Filled by `with_terms`.
    free_coupons: int

    objects = RewardQuerySet.as_manager()

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(condition=Q(cost__gt=0), name="reward_cost_positive"),
            models.CheckConstraint(
                condition=Q(worth=None, currency="") | Q(worth__gt=0) & ~Q(currency=""),
                name="reward_worth_has_currency",
            ),
            models.CheckConstraint(
                condition=~Q(codes="pool") | Q(stock=None), name="reward_pool_is_its_stock"
            ),
            models.CheckConstraint(
                condition=~Q(kind="coupon") | ~Q(codes=""), name="reward_coupon_has_codes"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["slot", "access", "donation"]) | Q(codes=""),
                name="reward_without_paper",
            ),
            models.CheckConstraint(
                condition=Q(pool=None) | Q(kind="donation", worth__isnull=False),
                name="reward_donation_has_rate",
            ),
            models.CheckConstraint(
                condition=~Q(kind="slot") | Q(micro_event__isnull=False),
                name="reward_slot_has_event",
            ),
            models.CheckConstraint(
                condition=~Q(kind="access") | ~Q(access_name=""), name="reward_access_has_door"
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gt=F("since")),
                name="reward_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int | None:
        """Pieces left, None when there is always enough. Needs `with_terms`."""
        return self.free_coupons if self.codes == self.Codes.POOL else self.stock

    @property
    def is_on_hold(self) -> bool:
        """Whether who takes it, or holds its event, is suspended (ADR 44). Needs `with_terms`."""
        host = self.micro_event.partner if self.micro_event is not None else None
        return any(each is not None and each.is_suspended for each in (self.partner, host))

    @property
    def is_offered(self) -> bool:
        """Whether staff have it on offer and nobody whom it needs is suspended. Needs `with_terms`."""
        return self.state == self.State.ACTIVE and not self.is_on_hold

    @property
    def has_codes(self) -> bool:
        """Whether each piece comes with a coupon."""
        return self.codes != self.Codes.NONE

    @property
    def ends_by_itself(self) -> bool:
        """Whether nobody has to hand anything over."""
        return self.kind in self.BY_ITSELF

    @property
    def door(self) -> str:
        """The access it opens; empty when it opens none."""
        if self.kind == self.Kind.SLOT and self.micro_event is not None:
            return self.micro_event.access_name
        return self.access_name if self.kind == self.Kind.ACCESS else ""
