"""The API as it is equals its published snapshot, `docs/api/openapi.json`, and is valid OpenAPI 3.1.

`--write` renews the snapshot; a reviewer then sees in the diff what changed for callers.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "docs" / "api" / "openapi.json"


def current() -> str:
    """The schema of the code, as text that does not depend on the order of imports."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from drf_spectacular.generators import SchemaGenerator
    from openapi_spec_validator import validate

    schema = json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str))
    validate(schema)
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def main() -> int:
    """0 when the snapshot is right."""
    schema = current()
    if "--write" in sys.argv:
        SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
        SNAPSHOT.write_text(schema)
    elif not SNAPSHOT.exists() or SNAPSHOT.read_text() != schema:
        print(f"{SNAPSHOT.relative_to(ROOT)} is not the API of this code; .ci/schema.py --write")
        return 1
    print(f"{len(json.loads(schema)['paths'])} paths, as published")
    return 0


if __name__ == "__main__":
    sys.exit(main())
