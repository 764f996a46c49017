"""Vendors' APIs on loopback: they speak the documented wire format, are strict about it, and fail when told to."""
