"""How is the site built? Sphinx reads the Markdown of this folder; nothing is fetched from anywhere."""

import cleaner

project = "cleaner"
author = "the authors of cleaner"
version = release = cleaner.__version__
language = "en"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"cleaner {release}"
html_show_sphinx = False
html_copy_source = False
