"""EvoLink's video API for the Gemini Omni family: tasks that are created, asked about, and never cancelled."""

from studio.providers.evolink.provider import EvoLinkProvider

__all__ = ["EvoLinkProvider"]
