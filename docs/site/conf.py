"""Sphinx's settings, for both languages; `build.py` gives the language and the folders."""

import importlib.metadata

project = "waza"
author = "The waza maintainers"
version = release = importlib.metadata.version("waza")
html_title = f"waza {release}"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "docstrings",
    "japanese",
    "languages",
    "mathml",
    "sphinx.ext.napoleon",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
# Anchors written as HTML are unknown to MyST; `links.py` checks all links of the finished site.
suppress_warnings = ["myst.xref_missing"]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
add_module_names = False
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"

html_theme = "furo"
pygments_dark_style = "a11y-dark"
html_static_path = ["static"]
html_css_files = ["site.css"]
templates_path = ["templates"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
