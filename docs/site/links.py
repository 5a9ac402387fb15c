"""Checks the links of the finished site: each leads to a page and an anchor that exist, and nothing is fetched."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {("script", "src"), ("link", "href"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("use", "href")}
NOT_FETCHED = {"canonical", "alternate", "author", "license", "search"}  # relations of a <link>


class _Page(HTMLParser):
    """The anchors of a page, its links, and what a browser fetches with it."""

    def __init__(self):
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors.update(given[name] for name in ("id", "name") if given.get(name))
        for name in ("href", "src"):
            if given.get(name) is None:
                continue
            self.links.append(given[name])
            if (tag, name) in FETCHED and not (tag == "link" and given.get("rel") in NOT_FETCHED):
                self.fetched.append(given[name])


def broken_links(site: Path) -> list[str]:
    """What is wrong with the links of the pages and style sheets below a folder, a line each."""
    pages = {path: _page(path) for path in sorted(site.rglob("*.html"))}
    wrong = [
        f"{path.relative_to(site)}: {trouble}"
        for path, page in pages.items()
        for trouble in _of_page(path, page, pages)
    ]
    for path in sorted(site.rglob("*.css")):
        wrong += [f"{path.relative_to(site)}: {trouble}" for trouble in _of_style(path)]
    return wrong


def _page(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    return page


def _of_page(path: Path, page: _Page, pages: dict[Path, _Page]) -> list[str]:
    wrong = [f"{link} is fetched from the network" for link in page.fetched if urlsplit(link).netloc]
    for link in dict.fromkeys(page.links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            wrong.append(f"{link} leads to no page")
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
            wrong.append(f"{link}: the page has no such anchor")
    return wrong


def _of_style(path: Path) -> list[str]:
    addresses = re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", path.read_text("utf-8"))
    wrong = []
    for address in (one or other for one, other in addresses):
        parts = urlsplit(address)
        if parts.netloc:
            wrong.append(f"{address} is fetched from the network")
        elif not parts.scheme and parts.path and not (path.parent / unquote(parts.path)).is_file():
            wrong.append(f"{address} does not exist")
    return wrong
