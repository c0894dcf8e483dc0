"""Templates of pages: one frame, tables that pages share, and how values are shown."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from scbig.report.score_grid import arrow, shown_number

if TYPE_CHECKING:
    from jinja2 import Template


def resource(name: str) -> str:
    """Text of a file of this room."""
    return (files("scbig.report") / name).read_text(encoding="utf-8")


def page_template(source: str) -> Template:
    """A page that may extend ``frame.html`` and import from ``tables.html``.

    Values are escaped; ``css`` and the arguments of ``svg`` are markup.
    """
    from jinja2 import Environment, FunctionLoader
    from markupsafe import Markup

    environment = Environment(autoescape=True, trim_blocks=True, loader=FunctionLoader(resource))
    environment.globals.update(
        arrow=arrow, number=shown_number, svg=Markup, css=Markup(resource("page.css"))
    )
    return environment.from_string(source)
