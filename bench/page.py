"""The page of benchmarks: each measurement owns one section of docs/benchmarks.md, between marks, and leaves the others alone."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/benchmarks.md"


def load_now():
    """To be taken before a measurement begins."""
    return os.getloadavg()[0]


def write_section(name, text, busy):
    """Puts `text` in place of the section `name`, or behind what there is. `busy`: what load_now() said before."""
    if busy > 0.7:
        text += (f"\n\nThe machine was busy with other work (load average {busy:.1f} at the start): take the figures for a first "
                 "idea.")
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    page = PAGE.read_text()
    section = f"{begin}\n\n{text.strip()}\n\n{end}"
    if begin in page:
        page = page[:page.index(begin)] + section + page[page.index(end) + len(end):]
    else:
        page = page.rstrip() + "\n\n" + section + "\n"
    PAGE.write_text(page)
    print("written: docs/benchmarks.md")
