"""docs/screens.md names the screens and sources that there are, and no others."""

import re
from pathlib import Path

from scbig.public_screens.find_screens import public_screens

DOC = (Path(__file__).parents[2] / "docs" / "screens.md").read_text()


def test_every_screen_and_source_is_described() -> None:
    rows = [row.split("|") for row in DOC.splitlines() if row.startswith("| `") and "2" in row[:15]]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    screens = public_screens()
    assert named == set(screens)
    for row in rows:
        others = set(re.findall(r"`(\w+)`", row[3] + row[4]))
        for name in re.findall(r"`(\w+)`", row[1]):
            assert {source.name for source in screens[name].sources} - {"scperturb"} == others


def test_commands_name_screens_and_sources() -> None:
    commands = re.findall(r"^scbig data fetch (\w+)(?: --source (\w+)$)?", DOC, flags=re.MULTILINE)
    assert len(commands) >= 4
    for name, source in commands:
        screen = public_screens()[name]
        assert not source or screen.source_named(source)
