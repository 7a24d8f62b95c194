"""Turn a folder of scraped Chinese speeches into a clean, deduplicated corpus with an audit of every change."""

__version__ = "0.1.0"
