"""What every public screen must say of itself; a new one is found by walking the package."""

import re
from pathlib import Path
from urllib.parse import urlparse

import pytest

from scbig.errors import UserError
from scbig.public_screens.find_screens import public_screens, screen_named
from scbig.public_screens.layout import Layout
from scbig.public_screens.public_screen import PublicScreen

SCREENS = list(public_screens().values())
ROOT = Path(__file__).parents[2]


def test_the_screens_of_the_field_are_there() -> None:
    names = {screen.name for screen in SCREENS}
    assert {
        "norman2019", "adamson2016", "replogle2022_k562_essential", "replogle2022_rpe1",
        "replogle2022_k562_gwps", "papalexi2021", "dixit2016",
    } <= names  # fmt: skip
    assert len(names) == len(SCREENS)
    with pytest.raises(UserError, match="no public screen 'norman': there are adamson2016"):
        screen_named("norman")


def test_files_do_not_meet_in_the_download_folder() -> None:
    files = [source.file.name for screen in SCREENS for source in screen.sources]
    assert len(set(files)) == len(files)


def test_every_file_has_a_test() -> None:
    package = ROOT / "src" / "scbig" / "public_screens" / "screens"
    tests = ROOT / "tests" / "public_screens" / "screens"
    files = {path.stem for path in package.glob("*.py")} - {"__init__"}
    assert files == {path.stem.removeprefix("test_") for path in tests.glob("test_*.py")}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_is_complete(screen: PublicScreen) -> None:
    assert re.fullmatch(r"[a-z0-9_]+", screen.name)
    assert screen.citation and screen.accession and screen.summary
    names = [source.name for source in screen.sources]
    assert len(set(names)) == len(names)
    assert screen.substitutes()[0] is screen.default
    with pytest.raises(UserError, match=f"has no source 'x': there are {names[0]}"):
        screen.source_named("x")
    for source in screen.sources:
        assert isinstance(source.layout, Layout) and source.licence and source.file.urls
        for url in source.file.urls:
            assert urlparse(url).scheme == "https" and urlparse(url).netloc
        assert source.file.signature
        for identity in (source.file.identity, source.file.content):
            assert identity.size is None or identity.size > 1_000_000
            if identity.checksum is not None:
                assert re.fullmatch(r"md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}", identity.checksum)


def test_what_stands_in_unasked() -> None:
    norman = screen_named("norman2019")
    assert [s.name for s in norman.substitutes()] == ["scperturb", "scperturbench", "pertpy"]
    # seven times the size of the preferred copy
    assert [s.name for s in screen_named("replogle2022_rpe1").substitutes()] == ["scperturb"]
