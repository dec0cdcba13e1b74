"""Static files with names that change with their content, compressed where it pays."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# The staff console and the API's reference serve few people; compressing their 10 MB takes 30 s.
SELDOM_SERVED = (
    "admin/",
    "drf_spectacular_sidecar/",
    "import_export/",
    "unfold/",
)
SHEET = "css/main.css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')


def whole_sheet(main: Path) -> str:
    """The main stylesheet with every imported part in its place, so that a page loads one file."""
    return _IMPORT.sub(
        lambda found: f"@layer {found[2]} {{\n{(main.parent / found[1]).read_text()}}}",
        main.read_text(),
    )


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Compresses what members' pages load, and keeps only the named-by-content copies."""

    keep_only_hashed_files = True

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """The base class's work, on a stylesheet made whole."""
        if SHEET in paths and not dry_run:
            main = Path(self.path(SHEET))
            main.write_text(whole_sheet(main))
            paths = paths | {SHEET: (self, SHEET)}
        yield from super().post_process(paths, dry_run, **options)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The base class's work, without the files that few people fetch."""
        often = [path for path in paths if not path.startswith(SELDOM_SERVED)]
        yield from super().compress_files(often)
