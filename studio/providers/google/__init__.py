"""Google's Interactions API for the Gemini Omni models: it holds the conversation itself."""

from studio.providers.google.provider import GoogleProvider

__all__ = ["GoogleProvider"]
