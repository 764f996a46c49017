"""Models that cost something: the local engine's row, with vendors' price lists beside it."""

from studio.providers.catalogue import CATALOGUE, ModelSpec, read

# Runware documentation, google:gemini@omni-flash: 720p, and tokens at $17.50 (video made) and $1.50 (read) a million.
OMNI = """
output_second = 0.10136
source_second = 0.008688
image = 0.00306
"""

# Google's list prices for the 1.1 model, which differ by the size of what is made.
BY_SIZE = """
output_second = { 360p = 0.034, 720p = 0.101, 1080p = 0.152, 4k = 0.304 }
source_second = { 360p = 0.003, 720p = 0.009, 1080p = 0.013, 4k = 0.026 }
"""


def priced(price: str) -> ModelSpec:
    """A model of 3 to 10 seconds, with this price table (none: it is free)."""
    table = f'\n[local."engine-1".price]\n{price}' if price else ""
    return next(spec for spec in read(CATALOGUE.read_text("utf-8") + table) if spec.key == "local/engine-1")
