"""Runware: `videoInference` with the Gemini Omni Flash family, over REST."""

from studio.providers.runware.provider import RunwareProvider

__all__ = ["RunwareProvider"]
