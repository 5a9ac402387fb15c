"""Build the site in both languages: `python docs/site/build.py build/site`. Links that lead nowhere are errors."""

import argparse
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from links import broken_links
from pages import WORDS, write_pages

HERE = Path(__file__).parent
FRONT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>waza</title>
<script>location.replace((navigator.language.startsWith("ja") ? "ja" : "en") + "/index.html")</script>
<p><a href="en/index.html">English</a> · <a href="ja/index.html" lang="ja">日本語</a></p>
</html>
"""


def build(site: Path, languages: tuple[str, ...] = tuple(WORDS)) -> int:
    """Build the site into a folder that is emptied first; 0 if all is well."""
    shutil.rmtree(site, ignore_errors=True)
    work = site.with_name(f"{site.name}-work")
    for language in languages:
        write_pages(HERE.parent, language, work / language)
        settings = ["-q", "-W", "--keep-going", "-c", str(HERE), "-D", f"language={language}"]
        failed = build_main(
            [*settings, "-d", str(work / f"{language}.trees"), str(work / language), str(site / language)]
        )
        if failed:
            return failed
    (site / "index.html").write_text(FRONT, "utf-8")
    wrong = broken_links(site.resolve())
    print("\n".join(wrong) or f"{site}/index.html: every link leads somewhere, and nothing is fetched", flush=True)
    return bool(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="the folder of the site, which is emptied first")
    sys.exit(build(parser.parse_args().site))
