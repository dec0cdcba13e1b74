"""The activity kinds that Laurel knows from the start. Staff add more in the console."""

from typing import Any

from django.apps import apps as registry

from members import clock

MONEY = {"type": "string", "pattern": r"^\d{1,12}(\.\d{1,4})?$"}
TEXT = {"type": "string", "maxLength": 200}
LINE = {
    "type": "object",
    "required": ["line_id", "quantity", "unit_price"],
    "properties": {
        "line_id": TEXT,
        "sku": TEXT,
        "category": TEXT,
        "quantity": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        "unit_price": MONEY,
        "discount": MONEY,
        "tax": MONEY,
    },
}
ORDER_REF = {"order_id": TEXT}
#: Who bought, where no member is named: read into keys at the door, and not kept.
NAMED = {"type": ["string", "null"], "maxLength": 320}
CUSTOMER: dict[str, Any] = {
    "customer": {
        "type": ["object", "null"],
        "properties": {"card_token": NAMED, "phone": NAMED, "email": NAMED},
    }
}


def schema(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    """A JSON Schema for a payload; further fields are welcome."""
    return {"type": "object", "required": required or [], "properties": properties}


ORDER = schema(
    ["order_id", "currency", "lines"],
    **ORDER_REF,
    **CUSTOMER,
    currency={"type": "string", "pattern": "^[A-Z]{3}$"},
    lines={"type": "array", "items": LINE, "minItems": 1, "maxItems": 1000},
    shipping=MONEY,
    discount=MONEY,
    paid_with_points=MONEY,
    exchange_rate={"type": "string", "pattern": r"^(?=.*[1-9])\d{1,9}(\.\d{1,8})?$"},
    channel=TEXT,
    store=TEXT,
)
#: Which order, and which pieces of it went out, came back or were cancelled; without lines, all of them.
PARTS = schema(
    ["order_id"],
    **ORDER_REF,
    order_source={"type": "string", "maxLength": 100},
    **CUSTOMER,
    lines={
        "type": "array",
        "items": {
            "type": "object",
            "required": ["line_id", "quantity"],
            "properties": {"line_id": TEXT, "quantity": {"type": "integer", "minimum": 1}},
        },
    },
)
REFILL = schema(["order_id"], **ORDER_REF, **CUSTOMER, serial=TEXT, sku=TEXT)
#: What came of a referral, recorded for either side of it: `friend` is whom the advocate brought.
REFERRED = schema(
    ["referral", "side"],
    referral={"type": "integer"},
    side={"type": "string", "enum": ["advocate", "friend"]},
    friend=TEXT,
)

#: What says that something was bought.
ORDERS = frozenset({"order.placed"})
#: What takes an order back, whole or in part; told before its order, it waits for it.
RETURNS = frozenset({"order.returned", "order.cancelled"})
#: What is told of an order that was placed; told before it, it waits for it.
AFTER_ORDERS = RETURNS | {"order.fulfilled"}

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "order.placed": ("Order placed", ORDER),
    "order.fulfilled": ("Order fulfilled", PARTS),
    "order.returned": ("Order returned", PARTS),
    "order.cancelled": ("Order cancelled", PARTS),
    "refill.ordered": ("Refill ordered", REFILL),
    "refill.shipped": ("Refill sent out", REFILL),
    "refill.returned": ("Container sent back", REFILL),
    "refill.inspected": ("Container inspected", REFILL),
    "refill.confirmed": ("Refill confirmed", REFILL),
    "refill.rejected": ("Refill rejected", REFILL),
    "review.published": ("Review published", schema(["sku"], sku=TEXT, rating={"type": "integer"})),
    "referral.joined": (
        "Friend joined",
        schema(["friend"], friend=TEXT, device=TEXT, address={"type": "string", "maxLength": 500}),
    ),
    "referral.signed_up": ("Friend brought: signed up", REFERRED),
    "referral.first_purchase": ("Friend brought: first purchase kept", REFERRED),
    "referral.purchase": ("Friend brought: purchase kept", REFERRED),
    "visit.checked_in": ("Visit", schema(store=TEXT, **CUSTOMER)),
    "event.attended": ("Event attended", schema(occurrence={"type": "integer"}, title=TEXT)),
    "content.viewed": ("Content viewed", schema(content=TEXT)),
    "wishlist.added": ("Added to wish list", schema(sku=TEXT)),
    "social.shared": ("Shared", schema(subject=TEXT)),
    "app.opened": ("App opened", schema()),
    "profile.completed": ("Profile completed", schema()),
    "subscription.renewed": ("Subscription renewed", schema(plan=TEXT)),
    "member.joined": ("Joined", schema()),
    "birthday.reached": ("Birthday", schema()),
    "anniversary.reached": ("Joining anniversary", schema(years={"type": "integer"})),
    "tier.changed": (
        "Tier changed",
        schema(tier=TEXT, previous=TEXT, group=TEXT, direction={"enum": ["up", "down"], **TEXT}),
    ),
    "badge.awarded": ("Badge awarded", schema(badge=TEXT)),
    "achievement.reached": (
        "Achievement reached",
        schema(achievement=TEXT, period=TEXT, times={"type": "integer", "minimum": 1}),
    ),
    "streak.milestone": (
        "Streak's milestone reached",
        schema(streak=TEXT, days={"type": "integer", "minimum": 1}),
    ),
    "points.reached": (
        "Points reached",
        schema(unit=TEXT, reached={"type": "integer", "minimum": 1}),
    ),
    "code.entered": ("Code entered", schema(["code"], code={"type": "string", "maxLength": 60})),
    "segment.entered": ("Segment entered", schema(["segment"], segment=TEXT)),
    "segment.left": ("Segment left", schema(["segment"], segment=TEXT)),
}


#: By whom the versions of shipped kinds are.
US = "Laurel"


def install(using: str = "default", apps: Any = registry, **_: object) -> None:
    """Add the kinds that are missing, and renew those as shipped, with a version of each; what staff changed
    stays as it is. Runs after migrations, also those back to before there were versions."""
    try:
        versions = apps.get_model("members", "ActivityKindVersion").objects.using(using)
    except LookupError:
        return
    kinds = apps.get_model("members", "ActivityKind").objects.using(using)
    kinds.bulk_create(
        [
            kinds.model(name=name, title=title, schema=shape, is_shipped=True)
            for name, (title, shape) in KINDS.items()
        ],
        ignore_conflicts=True,
    )
    last = {row.kind_id: row.created_by for row in versions.order_by("number")}
    fresh = []
    for kind in kinds.filter(is_shipped=True, name__in=KINDS).order_by("pk"):
        shape = KINDS[kind.name][1]
        if kind.pk not in last:
            fresh.append(kind)
        elif last[kind.pk] == US and kind.schema != shape:
            kind.schema, kind.version = shape, kind.version + 1
            kind.save(using=using, update_fields=["schema", "version"])
            fresh.append(kind)
    now = clock.now()
    made = [
        versions.model(
            kind=kind, number=kind.version, schema=kind.schema, created_at=now, created_by=US
        )
        for kind in fresh
    ]
    versions.bulk_create(made, ignore_conflicts=True)
