"""Compile every .po catalogue to .mo with Babel, so that no system tool is needed."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

BASE_DIR = Path(__file__).resolve().parent.parent


def catalogues() -> list[Path]:
    """Every catalogue of the product, in a stable order."""
    apps = ("accounts", "courses", "exams", "simulator", "credentials", "config")
    return sorted(
        path for app in apps for path in (BASE_DIR / app).rglob("LC_MESSAGES/*.po")
    )


def main() -> None:
    """Write each catalogue's .mo beside it when the .po is newer."""
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, domain=source.stem)
        with target.open("wb") as file:
            write_mo(file, catalogue)


if __name__ == "__main__":
    main()
