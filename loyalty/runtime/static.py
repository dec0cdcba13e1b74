"""Static files with names that change with their content, compressed where it pays."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage

# The staff console and the API's reference serve few people; compressing their 10 MB takes 30 s.
SELDOM_SERVED = (
    "admin/",
    "drf_spectacular_sidecar/",
    "import_export/",
    "unfold/",
)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Compresses what members' pages load, and keeps only the named-by-content copies."""

    keep_only_hashed_files = True

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The base class's work, without the files that few people fetch."""
        often = [path for path in paths if not path.startswith(SELDOM_SERVED)]
        yield from super().compress_files(often)
