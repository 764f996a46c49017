"""For staff: threads and what runs in them, providers, their keys and who may use them."""

from studio.threads.admin import providers, rows, takes

__all__ = ["providers", "rows", "takes"]
